/** Reads the files of a data set: hashes their bytes and decodes each completely once. */
import { open } from 'node:fs/promises';
import { LabError } from '../../src-shared/errors.ts';
import { sha256 } from '../base/hash.ts';
import { DEFAULT_MAX_PIXELS, inspectImage } from './image.ts';
import { mapConcurrently } from './map-concurrently.ts';
import type { Content, Split } from './store/types.ts';

/** A file that a format has placed. */
export interface Entry {
  /** Absolute. */
  readonly path: string;
  /** Null for an image without a label. */
  readonly className: string | null;
  readonly split: Split | null;
}

/** How far the reading is. */
export interface ReadProgress {
  /** Files read or skipped. */
  readonly done: number;
  /** Null when only reading tells. */
  readonly total: number | null;
  /** Files a second, on average since the start. */
  readonly rate: number;
  readonly secondsLeft: number | null;
}

/** Options of {@link readEntries}. */
export interface ReadOptions {
  /** Larger pictures (width × height) are skipped. */
  readonly maxPixels?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ReadProgress) => void;
  /** What is known about bytes of that hash, so that they need no second decoding. */
  readonly known?: (sha256: string) => Content | undefined;
}

/** What reading an entry gave: its content, or why it is skipped. */
export type Reading =
  { readonly entry: Entry; readonly content: Content } | { readonly entry: Entry; readonly reason: string };

/** Few, since every file is in memory as a whole and decoding uses all cores already. */
const FILES_AT_ONCE = 4;

const MAX_FILE_BYTES = 512 * 2 ** 20;

/**
 * Reads every entry, in order. A file that cannot be read or decoded never stops the others.
 *
 * @throws LabError `CANCELLED`.
 */
export function readEntries(
  root: string,
  entries: readonly Entry[],
  options: ReadOptions,
): AsyncGenerator<Reading, void, undefined> {
  const work = (entry: Entry): Promise<Reading> => readEntry(entry, options);
  return readAll(entries, work, { ...options, root, total: entries.length, atOnce: FILES_AT_ONCE });
}

/** Options of {@link readAll}. */
export interface ReadAllOptions extends Pick<ReadOptions, 'signal' | 'onProgress'> {
  readonly root: string;
  readonly total: number | null;
  readonly atOnce: number;
}

/**
 * Reads items a few at once, in their order, and reports how far it is. What gives nothing is counted as well.
 *
 * @throws LabError `CANCELLED`.
 */
export async function* readAll<T>(
  items: Iterable<T> | AsyncIterable<T>,
  work: (item: T) => Promise<Reading | undefined>,
  { root, total, atOnce, signal, onProgress }: ReadAllOptions,
): AsyncGenerator<Reading, void, undefined> {
  const start = performance.now();
  let done = 0;
  for await (const reading of mapConcurrently(items, atOnce, work)) {
    if (reading !== undefined) yield reading;
    done++;
    const rate = done / Math.max(1e-3, (performance.now() - start) / 1000);
    onProgress?.({ done, total, rate, secondsLeft: total === null ? null : (total - done) / rate });
    if (done !== total && signal?.aborted === true) {
      const of = total === null ? '' : ` of ${total}`;
      throw new LabError('CANCELLED', `Reading ${root} was cancelled after ${done}${of} files.`);
    }
  }
}

async function readEntry(entry: Entry, options: ReadOptions): Promise<Reading> {
  if (options.signal?.aborted === true) return { entry, reason: 'cancelled' };
  try {
    return await readBytes(entry, await readFileOfImage(entry.path), options);
  } catch (error) {
    return { entry, reason: skipReason(entry.path, error) };
  }
}

/** Reads an entry's bytes, which lie wherever they do. */
export async function readBytes(entry: Entry, bytes: Uint8Array, options: ReadOptions): Promise<Reading> {
  try {
    const hash = sha256(bytes);
    const known = options.known?.(hash);
    const maxPixels = options.maxPixels ?? DEFAULT_MAX_PIXELS;
    if (known !== undefined && known.width * known.height <= maxPixels) return { entry, content: known };
    const info = await inspectImage(bytes, { maxPixels, name: entry.path });
    return { entry, content: { sha256: hash, size: bytes.length, ...info } };
  } catch (error) {
    return { entry, reason: skipReason(entry.path, error) };
  }
}

async function readFileOfImage(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > MAX_FILE_BYTES) {
      throw new LabError('IMAGE_TOO_LARGE', `the file has ${size} bytes, the limit is ${MAX_FILE_BYTES}.`);
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** The reason alone: the list of skipped files names the path beside it. */
function skipReason(path: string, error: unknown): string {
  if (error instanceof LabError) {
    const message = error.message.replace(`Cannot read the image ${path}: `, '').replace(/\.$/, '');
    return error.hint === undefined ? message : `${message}. ${error.hint}`;
  }
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'it vanished while the folder was read';
  return `it cannot be read (${code ?? message})`;
}
