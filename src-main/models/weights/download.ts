/** Downloads that resume, are verified, and appear only when they are whole and right. */
import { mkdir, open, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { LabError } from '../../../src-shared/errors.ts';
import { landFile, writeError } from '../../base/atomic-file.ts';
import { sha256File } from '../../base/hash.ts';

/** How far a download is, in bytes. */
export interface Progress {
  readonly received: number;
  /** Undefined when the server does not say. */
  readonly total: number | undefined;
}

/** What to download, and where to. */
export interface DownloadOptions {
  readonly url: string;
  /** Where the file appears; an unfinished one lies beside it as `<path>.part`. */
  readonly path: string;
  /** How the SHA-256 of the file must begin, in hexadecimal. */
  readonly sha256Prefix: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** Attempts in a row that may bring nothing. */
const MAX_FRUITLESS = 3;

const OK = 200;
const PARTIAL_CONTENT = 206;
const RANGE_NOT_SATISFIABLE = 416;

/**
 * Downloads a file, going on from what an earlier attempt left. A connection that is cut is taken up again,
 * until several attempts in a row bring nothing.
 *
 * @throws LabError DOWNLOAD_FAILED with what to do by hand; WEIGHTS_HASH when the content is not the expected
 * one, which is then removed; CANCELLED, which keeps what came for the next attempt; DISK_FULL or
 * OUTPUT_UNWRITABLE.
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { path, sha256Prefix, url } = options;
  const part = `${path}.part`;
  await writing(path, () => mkdir(dirname(path), { recursive: true }));
  await receiveAll(options, part);
  const found = await sha256File(part);
  if (!found.startsWith(sha256Prefix)) {
    await rm(part, { force: true });
    throw new LabError(
      'WEIGHTS_HASH',
      `${basename(path)} from ${url} is not the expected file: its SHA-256 should begin with ${sha256Prefix}, ` +
        `but it is ${found}; it was removed.`,
      {
        hint: 'Try again; if it happens twice, a proxy may be changing downloads, or the file was replaced.',
      },
    );
  }
  await landFile(part, path);
}

/** Asks again for what is missing whenever the connection is cut. */
async function receiveAll(options: DownloadOptions, part: string): Promise<void> {
  let size = await sizeOf(part);
  let fruitless = 0;
  while (!(await attempt(options, part))) {
    const before = size;
    size = await sizeOf(part);
    fruitless = size > before ? 0 : fruitless + 1;
    if (fruitless === MAX_FRUITLESS) throw failed(options, 'the connection was cut');
  }
}

/**
 * Asks for what is missing and writes it.
 *
 * @returns whether the file is complete; if not, the connection was cut.
 */
async function attempt(options: DownloadOptions, part: string): Promise<boolean> {
  const have = await sizeOf(part);
  const response = await request(options, have);
  if (response.status === RANGE_NOT_SATISFIABLE && have > 0) {
    // Nothing follows: the part is complete, or is no part of this file and fails its hash.
    await response.body?.cancel();
    return true;
  }
  const resumed = response.status === PARTIAL_CONTENT && rangeStart(response) === have;
  if (!resumed && response.status !== OK) {
    await response.body?.cancel();
    throw failed(options, `the server answered ${response.status}`);
  }
  const start = resumed ? have : 0;
  const handle = await writing(options.path, () => open(part, resumed ? 'a' : 'w'));
  try {
    return await receive(options, response, handle, start);
  } finally {
    await handle.close();
  }
}

async function request({ url, path, signal, ...rest }: DownloadOptions, have: number): Promise<Response> {
  // A compressed answer would have other lengths and ranges.
  const headers: Record<string, string> = { 'Accept-Encoding': 'identity' };
  if (have > 0) headers['Range'] = `bytes=${have}-`;
  try {
    return await fetch(url, { headers, signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted === true) throw cancelled(path);
    throw failed({ url, path, ...rest }, `no connection (${causeOf(error)})`, error);
  }
}

/** Writes the body. @returns whether it came to its end. */
async function receive(
  { path, signal, onProgress }: DownloadOptions,
  response: Response,
  handle: FileHandle,
  start: number,
): Promise<boolean> {
  const length = response.headers.get('content-length');
  const total = length === null ? undefined : start + Number(length);
  let received = start;
  const reader = (response.body ?? new Blob([]).stream()).getReader();
  for (;;) {
    const chunk = await reader.read().catch(() => undefined);
    if (signal?.aborted === true) throw cancelled(path);
    if (chunk === undefined) return false;
    if (chunk.done) return true;
    await writing(path, () => handle.writeFile(chunk.value)).catch(async (error: unknown) => {
      await reader.cancel();
      throw error;
    });
    received += chunk.value.length;
    onProgress?.({ received, total });
  }
}

/** Where a partial answer begins, by its `Content-Range: bytes 100-199/200`. */
function rangeStart(response: Response): number | undefined {
  const match = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '');
  return match === null ? undefined : Number(match[1]);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.size,
    () => 0,
  );
}

async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw writeError(path, error);
  }
}

/** fetch says only that it failed; the reason is the error's cause. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return error instanceof Error ? error.message : String(error);
}

function failed({ url, path }: DownloadOptions, why: string, cause?: unknown): LabError {
  return new LabError('DOWNLOAD_FAILED', `Downloading ${basename(path)} from ${url} failed: ${why}.`, {
    hint: `Download ${url} with a browser or on another machine and put it at ${path}; or choose other weights.`,
    cause,
  });
}

function cancelled(path: string): LabError {
  return new LabError('CANCELLED', `The download of ${basename(path)} was cancelled.`, {
    hint: 'The next attempt goes on from there.',
  });
}
