/** The pictures of a list of rows as a network sees them: read, verified, decoded once where memory allows. */
import { LabError } from '../../src-shared/errors.ts';
import { sha256 } from '../base/hash.ts';
import { DEFAULT_MAX_PIXELS, type Pixels, decodeImage, readImageFile } from './image.ts';
import { type PixelPipeline, preparePixels, renderPixels } from './pipeline.ts';

/** A sample to load: what it is called, the SHA-256 its bytes had when imported, and its class. */
export interface LoaderRow {
  readonly path: string;
  /** Where its bytes lie, if not at the path. */
  readonly file?: string | undefined;
  readonly sha256: string;
  readonly label: number;
}

/** What a {@link SampleSource} is made for. */
export interface SourceOptions {
  readonly rows: readonly LoaderRow[];
  readonly pipeline: PixelPipeline;
  readonly seed: number;
  /** Bytes of pixels kept from epoch to epoch. */
  readonly cacheBytes: number;
  readonly maxPixels?: number;
}

/**
 * Renders rows. What does not depend on the epoch is kept until `cacheBytes` are full, and then not replaced:
 * every epoch visits every row once, so a cache that evicts would lose each entry before its next use.
 */
export class SampleSource {
  readonly #options: SourceOptions;
  readonly #prepared = new Map<string, Pixels>();
  #bytesLeft: number;

  constructor(options: SourceOptions) {
    this.#options = options;
    this.#bytesLeft = options.cacheBytes;
  }

  /**
   * The pixels of a row, augmented for an epoch or plain (`epoch` undefined).
   *
   * @throws LabError `SAMPLE_CHANGED` when the file's bytes are not the imported ones; else as `decodeImage`.
   */
  async render(row: number, epoch: number | undefined): Promise<Pixels> {
    const { pipeline, seed } = this.#options;
    const augment = epoch !== undefined;
    const prepared = await this.#prepare(row, augment);
    return renderPixels(prepared, pipeline, augment ? { augment, seed, epoch, key: row } : { augment });
  }

  async #prepare(row: number, augment: boolean): Promise<Pixels> {
    const key = `${row} ${augment}`;
    const kept = this.#prepared.get(key);
    if (kept !== undefined) return kept;
    const { rows, pipeline, maxPixels = DEFAULT_MAX_PIXELS } = this.#options;
    const { path, file = path, sha256: expected } = rows[row]!;
    const decoded = await decodeImage(await readVerified(file, expected), { name: path, maxPixels });
    const prepared = preparePixels(decoded, pipeline, augment);
    if (prepared.data.length <= this.#bytesLeft && !this.#prepared.has(key)) {
      this.#bytesLeft -= prepared.data.length;
      this.#prepared.set(key, prepared);
    }
    return prepared;
  }
}

async function readVerified(path: string, expected: string): Promise<Uint8Array> {
  const bytes = await readImageFile(path);
  const found = sha256(bytes);
  if (found === expected) return bytes;
  throw new LabError(
    'SAMPLE_CHANGED',
    `The image ${path} has changed since its import: its SHA-256 was ${expected} and is ${found}.`,
    { hint: 'Put the original back, or import the data set again.' },
  );
}
