/** Files that a page sends, streamed into a folder of the lab; each transfer has one of its own. */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { LabError } from '../../../src-shared/errors.ts';

/** One part of a path that every file system takes: no control characters and no slashes. */
const PART = /^(?!\.{1,2}$)[^\p{Cc}\\/]{1,200}$/u;

/** What Windows takes for a device, a stream or a pattern. */
const UNFIT_FOR_WINDOWS = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)|[:*?"<>|]|[ .]$/i;

/** The transfers of one server. */
export class Uploads {
  readonly #folder: string;
  readonly #transfers = new Map<string, string>();

  /** @param folder made when the first transfer begins */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Begins a transfer.
   *
   * @param name of what was dropped, for people who look into the lab
   * @returns its id, and the folder that its files go to
   */
  async begin(name: string): Promise<{ id: string; folder: string }> {
    const id = randomUUID();
    const readable = name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+|[.-]+$/g, '');
    const folder = path.join(this.#folder, `${readable.slice(0, 60) || 'upload'}-${id.slice(0, 8)}`);
    await mkdir(folder, { recursive: true });
    this.#transfers.set(id, folder);
    return { id, folder };
  }

  /**
   * Writes one file of a transfer; it appears under its name when it is complete.
   *
   * @param relative path below the transfer's folder, with `/` between its parts
   * @returns where it is now
   * @throws LabError `INVALID_ARGUMENT` for an unknown transfer or a path that leaves it, `DISK_FULL`,
   * `OUTPUT_UNWRITABLE`
   */
  async write(id: string, relative: string, body: ReadableStream<Uint8Array> | null): Promise<string> {
    const folder = this.#transfers.get(id);
    if (folder === undefined) throw new LabError('INVALID_ARGUMENT', `There is no transfer "${id}".`);
    const target = path.join(folder, ...safeParts(relative));
    const partial = path.join(folder, `.${randomUUID()}.part`);
    try {
      await mkdir(path.dirname(target), { recursive: true });
      await pipeline(body === null ? Readable.from([]) : Readable.fromWeb(body), createWriteStream(partial));
      await rename(partial, target);
    } catch (cause) {
      await rm(partial, { force: true });
      throw writeError(relative, cause);
    }
    return target;
  }

  /** Gives a transfer up and removes what has come of it. Does nothing for one that is unknown. */
  async discard(id: string): Promise<void> {
    const folder = this.#transfers.get(id);
    this.#transfers.delete(id);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

function safeParts(relative: string): string[] {
  const parts = relative.split('/');
  if (parts.length <= 32 && parts.every(isSafe)) return parts;
  throw new LabError(
    'INVALID_ARGUMENT',
    `Receiving ${JSON.stringify(relative)}: expected at most 32 names that the file system takes.`,
    { hint: 'Rename the file or folder, or start the server with --root DIR and choose it there.' },
  );
}

function isSafe(part: string): boolean {
  return PART.test(part) && (process.platform !== 'win32' || !UNFIT_FOR_WINDOWS.test(part));
}

function writeError(relative: string, cause: unknown): LabError {
  const code = (cause as NodeJS.ErrnoException).code;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new LabError(
    code === 'ENOSPC' ? 'DISK_FULL' : 'OUTPUT_UNWRITABLE',
    `Receiving ${JSON.stringify(relative)}: ${reason}.`,
    { hint: 'What had come of the file was removed; try again.', cause },
  );
}
