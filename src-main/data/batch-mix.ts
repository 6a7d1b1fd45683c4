/**
 * Augmentations of a whole batch: each picture is mixed with the one before it in the batch, the first with the
 * last (torchvision's `roll(1, 0)`), and so are their labels. What is drawn here is concrete; the training graph
 * does the mixing.
 */
import { z } from 'zod';
import { CounterRandom } from '../base/random.ts';
import { alpha, probability } from './augmentations/parameters.ts';

/**
 * torchvision's `MixUp`: λ ~ Beta(alpha, alpha), and every picture becomes λ · own + (1 − λ) · other (Zhang,
 * Cisse, Dauphin and Lopez-Paz, "mixup: beyond empirical risk minimization", ICLR 2018). `p` is the share of
 * batches that are mixed.
 */
export const mixupSchema = z.strictObject({
  name: z.literal('mixup'),
  alpha: alpha.default(1),
  p: probability.default(1),
});

/**
 * torchvision's `CutMix`: a box that covers 1 − λ of the area, less what lies outside, shows the other picture
 * (Yun et al., "CutMix: regularization strategy to train strong classifiers with localizable features", ICCV
 * 2019). `p` is the share of batches that are mixed.
 */
export const cutmixSchema = z.strictObject({
  name: z.literal('cutmix'),
  alpha: alpha.default(1),
  p: probability.default(1),
});

/** A batch augmentation with all its parameters. */
export type BatchMixSpec = z.output<typeof mixupSchema> | z.output<typeof cutmixSchema>;

/**
 * How the pictures of a batch are mixed: picture i becomes mask · pictureᵢ + (1 − mask) · pictureᵢ₋₁, its target
 * weight · targetᵢ + (1 − weight) · targetᵢ₋₁, where the picture before the first is the last.
 */
export interface BatchMix {
  /** [imageSize, imageSize], row by row: each pixel's share of the picture's own. */
  readonly mask: Float32Array;
  /** Share of the own label, the mean of the mask. */
  readonly weight: number;
}

/** What the random choices for one batch are keyed by. */
export interface BatchKey {
  readonly seed: number;
  readonly epoch: number;
  /** The batch's number in its epoch, from 0. */
  readonly batch: number;
}

/**
 * Draws how a batch is mixed. Of several augmentations one is chosen, each equally likely (torchvision's
 * `RandomChoice`), and applies with its own `p`; a batch that is left alone has a mask of ones.
 *
 * @param specs at least one
 */
export function sampleBatchMix(specs: readonly BatchMixSpec[], imageSize: number, key: BatchKey): BatchMix {
  const random = new CounterRandom('batch-mix', key.seed, key.epoch, key.batch);
  const spec = specs[random.integer(specs.length)]!;
  const mask = new Float32Array(imageSize * imageSize).fill(1);
  if (!random.bernoulli(spec.p)) return { mask, weight: 1 };
  const share = sampleBeta(spec.alpha, random);
  if (spec.name === 'mixup') return { mask: mask.fill(share), weight: share };
  const { left, top, right, bottom } = cutmixBox(share, imageSize, random);
  for (let row = top; row < bottom; row++) mask.fill(0, row * imageSize + left, row * imageSize + right);
  return { mask, weight: 1 - ((right - left) * (bottom - top)) / (imageSize * imageSize) };
}

/** The box's centre is any pixel, and its half sides are 0.5 · √(1 − share) of the picture's, rounded down. */
function cutmixBox(
  share: number,
  size: number,
  random: CounterRandom,
): { left: number; top: number; right: number; bottom: number } {
  const x = random.integer(size);
  const y = random.integer(size);
  const half = Math.trunc(0.5 * Math.sqrt(1 - share) * size);
  return {
    left: Math.max(x - half, 0),
    top: Math.max(y - half, 0),
    right: Math.min(x + half, size),
    bottom: Math.min(y + half, size),
  };
}

/**
 * A number of the distribution Beta(a, a): X / (X + Y) for X and Y of the distribution Gamma(a). Logarithms keep
 * small `a`, for which both often underflow, exact.
 */
export function sampleBeta(a: number, random: CounterRandom): number {
  return 1 / (1 + Math.exp(sampleLogGamma(a, random) - sampleLogGamma(a, random)));
}

/**
 * The logarithm of a number of the distribution Gamma(a, 1), by Marsaglia and Tsang, "A simple method for
 * generating gamma variables" (ACM Transactions on Mathematical Software 26, 2000): d · v with v = (1 + c · x)³
 * for a normal x is accepted with a probability near 1. For a < 1, Gamma(a) is Gamma(a + 1) · u^(1/a).
 */
function sampleLogGamma(a: number, random: CounterRandom): number {
  // 1 − u lies in (0, 1], so that its logarithm is finite.
  if (a < 1) return sampleLogGamma(a + 1, random) + Math.log(1 - random.uniform()) / a;
  const d = a - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
      return Math.log(d * v);
    }
  }
}
