/** Where a data set's files come from: a folder, or an archive that is read as one. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { LabError } from '../../src-shared/errors.ts';
import { type Archive, type ArchiveLimits, corrupt, openArchive } from './archives/index.ts';
import { helperFileReason, helperFolderReason } from './helper-files.ts';
import { sortNaturally } from './natural-order.ts';
import { type Listing, listFolder, type Skipped } from './walk.ts';

/** A file and its bytes. */
export interface SourceFile {
  /** Relative to the root, as in the listing. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** A folder or an archive, listed. */
export interface Source {
  readonly listing: Listing;
  /** Whether its images are files of their own, which can be referred to where they lie. */
  readonly hasFiles: boolean;
  /** Reads some of its files completely, in an order of its own. */
  read(files: ReadonlySet<string>): AsyncIterable<SourceFile>;
}

/** Options of {@link openSource}. */
export interface SourceOptions extends ArchiveLimits {
  /** Names of the only entries of a folder to look at; all unless given. */
  readonly only?: readonly string[];
}

/**
 * Lists a folder or an archive.
 *
 * @throws LabError `SOURCE_NOT_FOUND`, `SOURCE_UNREADABLE`, `ARCHIVE_UNSAFE`, `ARCHIVE_CORRUPT`,
 * `ARCHIVE_UNSUPPORTED`, `CANCELLED`
 */
export async function openSource(path: string, options: SourceOptions = {}): Promise<Source> {
  const file = await realFile(path);
  if (file === undefined) return openFolder(path, options.signal, options.only);
  if (isManifestName(file)) {
    return folderSource({ root: resolve(file, '..'), files: [], others: [basename(file)], skipped: [] });
  }
  const archive = await openArchive(file, options);
  return {
    listing: await listArchive(file, archive),
    hasFiles: false,
    read: (files) => readMembers(file, archive, files),
  };
}

/** Lists a folder. @throws LabError `SOURCE_NOT_FOUND`, `SOURCE_UNREADABLE`, `CANCELLED` */
export async function openFolder(
  path: string,
  signal?: AbortSignal,
  only?: readonly string[],
): Promise<Source> {
  return folderSource(await listFolder(path, signal, only));
}

/** Reads one file of a source. */
export async function readSourceFile(source: Source, file: string): Promise<Uint8Array> {
  for await (const { bytes } of source.read(new Set([file]))) return bytes;
  throw new Error(`${source.listing.root} does not hold ${file} any more`);
}

/** Whether a file of that name can be a list of images. */
export function isManifestName(file: string): boolean {
  return /\.(csv|tsv|jsonl|ndjson)$/i.test(file);
}

/** The path of a file, symbolic links resolved, or undefined for a folder. */
async function realFile(path: string): Promise<string | undefined> {
  try {
    const real = await realpath(resolve(path));
    return (await stat(real)).isFile() ? real : undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      throw new LabError('SOURCE_NOT_FOUND', `There is no file or folder ${path}.`, {
        hint: 'Check the path; images are read from a folder or an archive on this computer.',
        cause: error,
      });
    }
    throw new LabError('SOURCE_UNREADABLE', `${path} cannot be read (${code ?? message}).`, { cause: error });
  }
}

function folderSource(listing: Listing): Source {
  return {
    listing,
    hasFiles: true,
    async *read(files) {
      for (const file of files) yield { file, bytes: await readFile(join(listing.root, file)) };
    },
  };
}

async function* readMembers(
  path: string,
  archive: Archive,
  files: ReadonlySet<string>,
): AsyncGenerator<SourceFile, void, undefined> {
  let left = files.size;
  for await (const member of archive.read(files)) {
    left--;
    yield member;
  }
  if (left > 0) throw corrupt(path, `${left} of its members are gone since it was listed`);
}

/** Sorts an archive's members as {@link listFolder} sorts files. */
async function listArchive(root: string, archive: Archive): Promise<Listing> {
  const files: string[] = [];
  const others: string[] = [];
  const skipped: Skipped[] = [];
  for (const { file } of await archive.members()) {
    const folders = file.split('/');
    const name = folders.pop()!;
    const inside = folders.map(helperFolderReason).find((reason) => reason !== undefined);
    const reason = inside === undefined ? helperFileReason(name) : `in ${inside}`;
    if (file.includes('\ufffd'))
      skipped.push({ path: join(root, file), reason: 'its name is not valid UTF-8' });
    else if (reason === undefined) files.push(file);
    else {
      skipped.push({ path: join(root, file), reason });
      if (inside === undefined) others.push(file);
    }
  }
  return { root, files: sortNaturally(files), others: sortNaturally(others), skipped };
}
