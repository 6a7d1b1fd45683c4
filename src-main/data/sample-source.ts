/** The pictures of a list of rows as a network sees them: read, verified, decoded once where memory allows. */
import { LabError } from '../../src-shared/errors.ts';
import { sha256 } from '../base/hash.ts';
import type { Augmented } from './augmentations/index.ts';
import { DEFAULT_MAX_PIXELS, type Pixels, decodeImage, readImageFile } from './image.ts';
import { type PixelPipeline, augmentsDecoded, preparePixels, renderDrawn } from './pipeline.ts';

/** A sample to load: what it is called, the SHA-256 its bytes had when imported, and its class. */
export interface LoaderRow {
  readonly path: string;
  /** Where its bytes lie, if not at the path. */
  readonly file?: string | undefined;
  readonly sha256: string;
  readonly label: number;
  /** Keys its augmentations; its number among the rows unless given. */
  readonly key?: number | undefined;
}

/** A picture as a network sees it, and the SHA-256 of the bytes it was decoded from. */
export interface Rendered extends Augmented {
  readonly source: string;
}

/** A decoded picture, which keeps the hash of its bytes by it wherever it goes. */
interface Prepared {
  readonly pixels: Pixels;
  readonly source: string;
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
  /** By row number: pictures as they were decoded, and transformed ones. */
  readonly #decoded = new Map<number, Prepared>();
  readonly #transformed = new Map<number, Prepared>();
  #bytesLeft: number;

  constructor(options: SourceOptions) {
    this.#options = options;
    this.#bytesLeft = options.cacheBytes;
  }

  /**
   * The pixels of a row, augmented for an epoch or plain (`epoch` undefined), read from its file.
   *
   * @throws LabError `SAMPLE_CHANGED` when the file's bytes are not the imported ones; else as `decodeImage`.
   */
  async render(row: number, epoch: number | undefined): Promise<Rendered> {
    return this.#render(await this.#prepare(row, epoch !== undefined), row, epoch);
  }

  /** {@link render} without a promise, for a row whose decoded pixels were kept; undefined for others. */
  renderKept(row: number, epoch: number | undefined): Rendered | undefined {
    const kept = this.#keptFor(epoch !== undefined).get(row);
    return kept && this.#render(kept, row, epoch);
  }

  #render({ pixels, source }: Prepared, row: number, epoch: number | undefined): Rendered {
    const { rows, pipeline, seed } = this.#options;
    const key = rows[row]!.key ?? row;
    const augment = epoch !== undefined;
    const mode = augment ? ({ augment, seed, epoch, key } as const) : ({ augment } as const);
    return { ...renderDrawn(pixels, pipeline, mode), source };
  }

  #keptFor(augment: boolean): Map<number, Prepared> {
    return augment && augmentsDecoded(this.#options.pipeline) ? this.#decoded : this.#transformed;
  }

  async #prepare(row: number, augment: boolean): Promise<Prepared> {
    const { rows, pipeline, maxPixels = DEFAULT_MAX_PIXELS } = this.#options;
    const { path, file = path, sha256: expected } = rows[row]!;
    const decoded = await decodeImage(await readVerified(file, expected), { name: path, maxPixels });
    const pixels = preparePixels(decoded, pipeline, augment);
    // The hash that the bytes were found to have.
    const prepared = { pixels, source: expected };
    const kept = this.#keptFor(augment);
    if (pixels.data.length <= this.#bytesLeft && !kept.has(row)) {
      this.#bytesLeft -= pixels.data.length;
      kept.set(row, prepared);
    }
    return prepared;
  }
}

/** A file's bytes, if they are those imported. @throws LabError `SAMPLE_CHANGED`, else as `readImageFile` */
export async function readVerified(path: string, expected: string): Promise<Uint8Array> {
  const bytes = await readImageFile(path);
  const found = sha256(bytes);
  if (found === expected) return bytes;
  throw new LabError(
    'SAMPLE_CHANGED',
    `The image ${path} has changed since its import: its SHA-256 was ${expected} and is ${found}.`,
    { hint: 'Put the original back, or import the data set again.' },
  );
}
