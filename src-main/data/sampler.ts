/** Which samples an epoch shows, in which order and in batches of which sizes. */
import { CounterRandom } from '../base/random.ts';

/** What an epoch's order is keyed by. */
export interface EpochKey {
  readonly seed: number;
  readonly epoch: number;
  /** Without shuffling the samples come in their given order. */
  readonly shuffle: boolean;
}

/** The numbers 0 … count − 1 in the order of the epoch: the same for the same key, on every machine. */
export function epochOrder(count: number, { seed, epoch, shuffle }: EpochKey): Uint32Array {
  if (shuffle) return new CounterRandom('epoch-order', seed, epoch).permutation(count);
  return Uint32Array.from({ length: count }, (_, index) => index);
}

/** What happens to a last batch that is not full. */
export interface BatchOptions {
  /** Leaves it out. */
  readonly dropLast: boolean;
  /** Lets one of a single sample, for which BatchNorm has no variance, join the batch before it. */
  readonly joinSingle: boolean;
}

/** Sizes of an epoch's batches. They sum to `count` unless the last is dropped. */
export function batchSizes(count: number, batchSize: number, options: BatchOptions): number[] {
  const sizes = new Array<number>(Math.floor(count / batchSize)).fill(batchSize);
  const rest = count % batchSize;
  if (rest === 0 || options.dropLast) return sizes;
  if (rest === 1 && options.joinSingle && sizes.length > 0) sizes[sizes.length - 1]! += 1;
  else sizes.push(rest);
  return sizes;
}
