/** What the benchmarks share. */
import { CounterRandom } from '../src-main/base/random.ts';
import type { Tensor } from '../src-main/onnx/tensor.ts';

export { measurePairs, median, ratios } from './pairs.ts';

/** Threads of both sides: what the smallest machines have. */
export const THREADS = 2;

/** ImageNet's mean and deviation. */
export const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/** One line of the results. */
export interface BenchResult {
  readonly name: string;
  readonly ours: string;
  readonly theirs: string;
  /** How many times as fast ours is. */
  readonly ratio: { readonly min: number; readonly median: number; readonly max: number };
}

/** A figure without a counterpart. */
export interface BenchFigure {
  readonly name: string;
  readonly value: string;
}

/** Random pixels, uint8 `[N, size, size, 3]`. */
export function noise(count: number, size: number): Tensor {
  const random = new CounterRandom('bench', count, size);
  const data = Uint8Array.from({ length: count * size * size * 3 }, () => random.next() & 255);
  return { dtype: 'uint8', dims: [count, size, size, 3], data };
}
