import { z } from 'zod';
import type { Color } from '../pixels.ts';
import { WARP_INTERPOLATIONS, type WarpInterpolation, inverseAffineMatrix, warpPixels } from '../warp.ts';
import { defineAugmentation } from './augmentation.ts';
import { color, degrees, probability, range, sampleSymmetric } from './parameters.ts';

/**
 * torchvision's `RandomAffine` about the picture's centre. `translate` holds the largest shifts as shares of
 * width and height, `shear` degrees along x, or the ranges along x and y one after the other.
 */
export const randomAffineSchema = z.strictObject({
  name: z.literal('random-affine'),
  degrees,
  translate: z
    .tuple([probability, probability])
    .nullable()
    .describe('two numbers from 0 to 1, or null')
    .default(null),
  scale: range(z.number().positive())
    .nullable()
    .describe('two ascending numbers above 0, or null')
    .default(null),
  shear: z
    .union([
      degrees,
      z
        .tuple([z.number(), z.number(), z.number(), z.number()])
        .refine(([lowX, highX, lowY, highY]) => lowX <= highX && lowY <= highY),
    ])
    .nullable()
    .describe('a number of at least 0, two ascending numbers, two such pairs in one list, or null')
    .default(null),
  interpolation: z
    .enum(WARP_INTERPOLATIONS)
    .describe(`one of ${WARP_INTERPOLATIONS.join(', ')}`)
    .default('nearest'),
  fill: color.default(0),
});

type Spec = z.output<typeof randomAffineSchema>;

/** The parameters of torchvision's function `affine`. */
interface Draw {
  /** Degrees, clockwise. */
  readonly angle: number;
  /** Whole pixels to the right and down. */
  readonly translate: readonly [number, number];
  readonly scale: number;
  /** Degrees along x and along y. */
  readonly shear: readonly [number, number];
  readonly interpolation: WarpInterpolation;
  readonly fill: Color;
}

/** Turns, shifts, scales and shears the picture, all in one step, and keeps its size. */
export const randomAffine = defineAugmentation<'random-affine', Spec, Draw>({
  name: 'random-affine',
  schema: randomAffineSchema,
  sample(spec, random, { width, height }) {
    const angle = sampleSymmetric(spec.degrees, random);
    const [shareX, shareY] = spec.translate ?? [0, 0];
    const shift = (limit: number): number => Math.round(random.between(-limit, limit)) + 0;
    const translate = [shift(shareX * width), shift(shareY * height)] as const;
    const scale = spec.scale === null ? 1 : random.between(...spec.scale);
    const { shear, interpolation, fill } = spec;
    if (shear === null) return { angle, translate, scale, shear: [0, 0], interpolation, fill };
    const [along, across] =
      typeof shear === 'number' || shear.length === 2
        ? [sampleSymmetric(shear, random), 0]
        : [random.between(shear[0], shear[1]), random.between(shear[2], shear[3])];
    return { angle, translate, scale, shear: [along, across], interpolation, fill };
  },
  apply(pixels, { interpolation, fill, ...change }) {
    return warpPixels(pixels, inverseAffineMatrix(pixels, change), interpolation, fill);
  },
});
