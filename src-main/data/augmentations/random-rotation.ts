import { z } from 'zod';
import type { Color } from '../pixels.ts';
import { WARP_INTERPOLATIONS, type WarpInterpolation, inverseRotationMatrix, warpPixels } from '../warp.ts';
import { defineAugmentation } from './augmentation.ts';
import { color, degrees, sampleSymmetric } from './parameters.ts';

/** torchvision's `RandomRotation` about the picture's centre, without `expand`. */
export const randomRotationSchema = z.strictObject({
  name: z.literal('random-rotation'),
  degrees,
  interpolation: z
    .enum(WARP_INTERPOLATIONS)
    .describe(`one of ${WARP_INTERPOLATIONS.join(', ')}`)
    .default('nearest'),
  fill: color.default(0),
});

type Spec = z.output<typeof randomRotationSchema>;

interface Draw {
  /** Degrees, counter-clockwise. */
  readonly angle: number;
  readonly interpolation: WarpInterpolation;
  readonly fill: Color;
}

/** Turns the picture and keeps its size. */
export const randomRotation = defineAugmentation<'random-rotation', Spec, Draw>({
  name: 'random-rotation',
  schema: randomRotationSchema,
  sample: (spec, random) => ({
    angle: sampleSymmetric(spec.degrees, random),
    interpolation: spec.interpolation,
    fill: spec.fill,
  }),
  apply: (pixels, { angle, interpolation, fill }) =>
    warpPixels(pixels, inverseRotationMatrix(pixels, angle), interpolation, fill),
});
