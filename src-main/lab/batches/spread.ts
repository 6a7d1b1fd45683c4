/** Whether the numbers that a network sees are of the size that it expects. */
import type { BatchPreview } from '../../../src-shared/contract/batches.ts';

type Normalised = BatchPreview['normalised'];
type Channels = readonly number[];

/**
 * Where a batch no longer looks normalised. Right statistics bring a data set to mean 0 and deviation 1 in each
 * channel. The mean brightness of photographs varies by half a deviation from one to the next, so the mean of a batch
 * of four lies within a quarter of one nearly always, and even a single picture seldom beyond a whole one. Deviations
 * within a picture vary by less than a factor of two.
 */
const LIMITS = { mean: 1, narrow: 0.5, wide: 2 } as const;

/**
 * What the pixels of a batch are after normalisation, and what that says.
 *
 * @param pixels uint8 [N, S, S, 3]
 * @param tensor mean and deviation of the pixels, from 0 to 1
 */
export function normalisedSpread(
  pixels: Uint8Array,
  tensor: BatchPreview['tensor'],
  normalization: BatchPreview['normalization'],
): Normalised {
  const apply = (value: number, channel: number): number =>
    (value - normalization.mean[channel]!) / normalization.std[channel]!;
  const mean = tensor.mean.map(apply);
  const std = tensor.std.map((value, channel) => value / normalization.std[channel]!);
  const { min, max } = extremes(pixels);
  const lowest = Math.min(...min.map((level, channel) => apply(level / 255, channel)));
  const highest = Math.max(...max.map((level, channel) => apply(level / 255, channel)));
  const verdict = judge(mean, std, lowest);
  return { mean, std, min: lowest, max: highest, verdict, limits: LIMITS };
}

function judge(mean: Channels, std: Channels, lowest: number): Normalised['verdict'] {
  // Pixels from 0 to 1 or to 255 as they are: nothing is below zero.
  if (lowest >= 0) return 'unnormalised';
  if (std.some((value) => value > LIMITS.wide)) return 'wide';
  if (mean.some((value) => Math.abs(value) > LIMITS.mean)) return 'off-centre';
  return std.some((value) => value < LIMITS.narrow) ? 'narrow' : 'fits';
}

function extremes(pixels: Uint8Array): { min: number[]; max: number[] } {
  const min = [255, 255, 255];
  const max = [0, 0, 0];
  for (const [at, level] of pixels.entries()) {
    const channel = at % 3;
    if (level < min[channel]!) min[channel] = level;
    if (level > max[channel]!) max[channel] = level;
  }
  return { min, max };
}
