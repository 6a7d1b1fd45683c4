/** Mean and standard deviation of a data set's pixels, as networks are normalised with, and its image sizes. */
import { LabError } from '../../src-shared/errors.ts';
import { DEFAULT_MAX_PIXELS, decodeImage, type Pixels } from './image.ts';
import { mapConcurrently } from './map-concurrently.ts';
import { type PixelPipeline, preparePixels } from './pipeline.ts';
import { readVerified } from './sample-source.ts';

/** An image to count: see the store's rows. */
export interface CountedRow {
  readonly path: string;
  readonly file?: string | undefined;
  readonly sha256: string;
}

/** Options of {@link pixelStatistics}. */
export interface StatisticsOptions {
  /** Count pixels after its deterministic transforms; those of the pictures as they are unless given. */
  readonly pipeline?: PixelPipeline;
  readonly maxPixels?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** Red, green, blue; pixels run from 0 to 1. */
export interface PixelStatistics {
  readonly mean: [number, number, number];
  /** Of all pixels together (divided by their number, as NumPy's `std`). */
  readonly std: [number, number, number];
  readonly pixels: number;
}

/** Decoding uses all cores already. */
const AT_ONCE = 4;

/**
 * Mean and standard deviation of each channel over all pixels of all images. The sums are exact, so the order of
 * the images makes no difference.
 *
 * @throws LabError `DATASET_EMPTY` (no row), `SAMPLE_CHANGED`, those of `decodeImage`, `CANCELLED`
 */
export async function pixelStatistics(
  rows: readonly CountedRow[],
  { pipeline, maxPixels = DEFAULT_MAX_PIXELS, signal, onProgress }: StatisticsOptions = {},
): Promise<PixelStatistics> {
  if (rows.length === 0) throw new LabError('DATASET_EMPTY', 'There is no image to compute statistics of.');
  const sums = new ChannelSums();
  const read = async ({ path, file = path, sha256 }: CountedRow): Promise<Pixels> => {
    const pixels = await decodeImage(await readVerified(file, sha256), { name: path, maxPixels });
    return pipeline === undefined ? pixels : preparePixels(pixels, { ...pipeline, augmentations: [] }, false);
  };
  let done = 0;
  for await (const pixels of mapConcurrently(rows, AT_ONCE, read)) {
    sums.add(pixels);
    done++;
    onProgress?.({ done, total: rows.length });
    if (signal?.aborted === true && done < rows.length) {
      throw new LabError(
        'CANCELLED',
        `The statistics were cancelled after ${done} of ${rows.length} images.`,
      );
    }
  }
  return sums.statistics();
}

/** Sums of bytes and of their squares by channel. */
class ChannelSums {
  #pixels = 0n;
  readonly #sums = [0n, 0n, 0n];
  readonly #squares = [0n, 0n, 0n];

  add({ data }: Pixels): void {
    // A picture's own sums are exact in floating point: 2^53 / 255^2 is over 10^11 pixels.
    const sums = [0, 0, 0];
    const squares = [0, 0, 0];
    for (let at = 0; at < data.length; at += 3) {
      for (let channel = 0; channel < 3; channel++) {
        const value = data[at + channel]!;
        sums[channel]! += value;
        squares[channel]! += value * value;
      }
    }
    this.#pixels += BigInt(data.length / 3);
    for (let channel = 0; channel < 3; channel++) {
      this.#sums[channel]! += BigInt(sums[channel]!);
      this.#squares[channel]! += BigInt(squares[channel]!);
    }
  }

  /** Variance as (n Σx² − (Σx)²) / n², whose numerator is exact. */
  statistics(): PixelStatistics {
    const pixels = Number(this.#pixels);
    const channel = (index: number): { mean: number; std: number } => {
      const [sum, squares] = [this.#sums[index]!, this.#squares[index]!];
      const numerator = Number(this.#pixels * squares - sum * sum);
      return { mean: Number(sum) / pixels / 255, std: Math.sqrt(numerator) / pixels / 255 };
    };
    const [red, green, blue] = [channel(0), channel(1), channel(2)];
    return {
      mean: [red.mean, green.mean, blue.mean],
      std: [red.std, green.std, blue.std],
      pixels,
    };
  }
}

/** How many images have which size. */
export interface SizeStatistics {
  /** Smallest, middle and largest; the middle is the lower one of two. */
  readonly width: Spread;
  readonly height: Spread;
  /** The commonest first, at most {@link SIZES_TOLD} of them. */
  readonly sizes: readonly { readonly width: number; readonly height: number; readonly count: number }[];
  /** Different sizes, also those not told. */
  readonly distinct: number;
}

/** See {@link SizeStatistics}. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

const SIZES_TOLD = 50;

/** Sizes of at least one image. */
export function sizeStatistics(
  rows: readonly { readonly width: number; readonly height: number }[],
): SizeStatistics {
  const groups = [...Map.groupBy(rows, ({ width, height }) => `${width} ${height}`).values()];
  const sizes = groups
    .map((group) => ({ width: group[0]!.width, height: group[0]!.height, count: group.length }))
    .sort((a, b) => b.count - a.count || a.width - b.width || a.height - b.height);
  return {
    width: spread(rows.map(({ width }) => width)),
    height: spread(rows.map(({ height }) => height)),
    sizes: sizes.slice(0, SIZES_TOLD),
    distinct: sizes.length,
  };
}

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { min: sorted[0]!, median: sorted[Math.floor((sorted.length - 1) / 2)]!, max: sorted.at(-1)! };
}
