/** The files of the built page. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { pageUrl } from '../page-folder.ts';

/** A file of the page. */
export interface PageFile {
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Whether its name changes with its content. */
  readonly immutable: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

/** The file at a path of the page's address; undefined where there is none. `/` is index.html. */
export async function findPageFile(address: string): Promise<PageFile | undefined> {
  const folder = fileURLToPath(pageUrl());
  const file = path.join(folder, address === '/' ? 'index.html' : path.normalize(decodeURI(address)));
  const type = TYPES[path.extname(file)];
  if (type === undefined || !file.startsWith(folder)) return undefined;
  try {
    const body = new Uint8Array(await readFile(file));
    return { type, body, immutable: address.startsWith('/assets/') };
  } catch {
    return undefined;
  }
}
