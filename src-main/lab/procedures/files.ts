/** Procedures on files. */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { FolderJson } from '../../../src-shared/contract/files.ts';
import { LabError } from '../../../src-shared/errors.ts';
import { sortNaturally } from '../../data/natural-order.ts';
import type { PathAccess } from '../path-access.ts';
import { os } from './implementer.ts';

/** Entries of a folder that are listed: what a person still looks through. */
const LISTED = 2000;

export const files = {
  roots: os.files.roots.handler(({ context: { lab, paths } }) => ({
    lab: lab.folder,
    roots: paths.roots ?? [homedir()],
  })),

  folder: os.files.folder.handler(({ context: { paths }, input }) => listFolder(paths, input.path)),
};

async function listFolder(paths: PathAccess, given: string): Promise<FolderJson> {
  const folder = paths.check(given);
  const found = (await readFolder(folder)).filter(({ name }) => !name.startsWith('.'));
  const folders = named(found.filter((entry) => entry.isDirectory()));
  const plain = named(found.filter((entry) => entry.isFile()));
  const all = [
    ...folders.map((name) => ({ name, kind: 'folder' as const })),
    ...plain.map((name) => ({ name, kind: 'file' as const })),
  ];
  const entries = await Promise.all(
    all.slice(0, LISTED).map(async ({ name, kind }) => {
      const full = path.join(folder, name);
      return { name, path: full, kind, size: kind === 'file' ? await sizeOf(full) : null };
    }),
  );
  return { path: folder, parent: parentOf(paths, folder), entries, more: all.length - entries.length };
}

function named(entries: readonly Dirent[]): string[] {
  return sortNaturally(entries.map(({ name }) => name));
}

async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch {
    // Gone in the meantime, or a link to nowhere.
    return null;
  }
}

async function readFolder(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LabError(
      missing ? 'SOURCE_NOT_FOUND' : 'SOURCE_UNREADABLE',
      `Looking into the folder ${folder}: ${missing ? 'it does not exist' : reason}.`,
      { cause },
    );
  }
}

function parentOf(paths: PathAccess, folder: string): string | null {
  const parent = path.dirname(folder);
  if (parent === folder) return null;
  try {
    return paths.check(parent);
  } catch {
    return null;
  }
}
