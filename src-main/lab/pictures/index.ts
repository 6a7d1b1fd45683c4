/** Every kind of picture a page can ask for. To add one: a file beside this one and a line below. */
import type { Lab } from '../lab.ts';
import { files } from './files.ts';
import type { PictureReply, PictureSource } from './picture.ts';
import { prepared } from './prepared.ts';
import { samples } from './samples.ts';

export type { PictureReply } from './picture.ts';

/** By the first part of the path. */
const SOURCES: Readonly<Record<string, PictureSource>> = {
  files,
  samples,
  batches: prepared,
  augment: prepared,
};

/**
 * Answers a request for a picture, for whatever shell.
 *
 * @param address path and query after `/images/`, such as `samples/12?size=160`
 * @returns undefined for an address that names no picture
 * @throws LabError whatever kept the picture from being read
 */
export async function servePicture(lab: Lab, address: string): Promise<PictureReply | undefined> {
  const { pathname, searchParams } = new URL(address, 'lab://images/');
  const parts = decode(pathname);
  const [kind = '', ...rest] = parts ?? [];
  if (!Object.hasOwn(SOURCES, kind)) return undefined;
  return SOURCES[kind]?.(lab, rest, searchParams);
}

function decode(pathname: string): string[] | undefined {
  try {
    return pathname.slice(1).split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
