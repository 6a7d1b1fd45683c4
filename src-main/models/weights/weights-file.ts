/** A file of weights opened for reading at any place, with errors that name the file. */
import { open, type FileHandle } from 'node:fs/promises';
import { LabError } from '../../../src-shared/errors.ts';

/** The error of a file that cannot be read as weights. */
export function weightsError(path: string, problem: string, hint = DAMAGED): LabError {
  return new LabError('WEIGHTS_PARSE', `Reading weights from ${path} failed: ${problem}.`, { hint });
}

const DAMAGED = 'The file is damaged or incomplete: get it again from where it came.';

/** More than any layer of a classifier takes; keeps a lying file from asking for all the memory. */
const MAX_PIECE_BYTES = 2 ** 31;

/** A file of weights, open for reading. */
export class WeightsFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly #handle: FileHandle;

  private constructor(path: string, size: number, handle: FileHandle) {
    this.path = path;
    this.size = size;
    this.#handle = handle;
  }

  /**
   * Opens a file, hands it to `use` and closes it.
   *
   * @throws LabError WEIGHTS_NOT_FOUND when there is no such file, or it cannot be opened.
   */
  static async use<T>(path: string, use: (file: WeightsFile) => Promise<T>): Promise<T> {
    const handle = await openForReading(path);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw notFound(path, 'it is a folder, not a file');
      return await use(new WeightsFile(path, stats.size, handle));
    } finally {
      await handle.close();
    }
  }

  /**
   * `length` bytes from `position` on, in memory of their own.
   *
   * @throws LabError WEIGHTS_PARSE when the file ends before, or the piece is over 2 GiB.
   */
  async read(position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (position + length > this.size) {
      throw weightsError(
        this.path,
        `expected ${length} bytes at ${position}, but the file ends at ${this.size}`,
      );
    }
    if (length > MAX_PIECE_BYTES) {
      throw weightsError(
        this.path,
        `one tensor takes ${length} bytes, over the limit of ${MAX_PIECE_BYTES}`,
        'Classifiers have no such tensor: check that this is the file you meant.',
      );
    }
    const bytes = new Uint8Array(length);
    await this.readInto(bytes, position);
    return bytes;
  }

  /**
   * Fills `bytes` from `position` on.
   *
   * @throws LabError WEIGHTS_PARSE when the file ends before.
   */
  async readInto(bytes: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const { bytesRead } = await this.#handle.read(bytes, done, bytes.length - done, position + done);
      if (bytesRead === 0) throw weightsError(this.path, 'it became shorter while it was read');
      done += bytesRead;
    }
  }
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: 'there is no such file',
      ENOTDIR: 'there is no such file',
      EACCES: 'permission denied',
      EISDIR: 'it is a folder, not a file',
    };
    throw notFound(path, reasons[code ?? ''] ?? message, error);
  }
}

function notFound(path: string, why: string, cause?: unknown): LabError {
  return new LabError('WEIGHTS_NOT_FOUND', `Reading weights from ${path} failed: ${why}.`, {
    hint: 'Give the path of a .safetensors or .pth file, or a name from the list of `vitrine models`.',
    cause,
  });
}
