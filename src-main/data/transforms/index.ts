/** Deterministic transforms, the same for every split; parameters and rounding are torchvision's. */
import { z } from 'zod';
import type { Pixels } from '../pixels.ts';
import { INTERPOLATIONS, resizePixels } from '../resample.ts';
import { centerCrop } from './center-crop.ts';
import { resizeShortSide } from './resize.ts';

const pixelCount = z.int().min(1).max(16384);
const interpolation = z.enum(INTERPOLATIONS).default('bilinear');

/** `resize` brings the short side to `size` and keeps the aspect. */
const resizeSchema = z.strictObject({ name: z.literal('resize'), size: pixelCount, interpolation });
/** `exact-resize` stretches to a size. */
const exactResizeSchema = z.strictObject({
  name: z.literal('exact-resize'),
  width: pixelCount,
  height: pixelCount,
  interpolation,
});
/** `center-crop` cuts a square out of the middle; what a smaller picture lacks is black. */
const centerCropSchema = z.strictObject({ name: z.literal('center-crop'), size: pixelCount });

/** A transform as JSON; defaults are filled in by parsing. */
export const transformSchema = z.discriminatedUnion('name', [
  resizeSchema,
  exactResizeSchema,
  centerCropSchema,
]);

/** A transform with all its parameters. */
export type TransformSpec = z.output<typeof transformSchema>;

/** Applies transforms in their order. A picture that has a step's size already is not resampled by it. */
export function applyTransforms(pixels: Pixels, specs: readonly TransformSpec[]): Pixels {
  return specs.reduce(applyTransform, pixels);
}

function applyTransform(pixels: Pixels, spec: TransformSpec): Pixels {
  switch (spec.name) {
    case 'resize':
      return resizeShortSide(pixels, spec.size, spec.interpolation);
    case 'exact-resize':
      return resizePixels(pixels, spec.width, spec.height, spec.interpolation);
    case 'center-crop':
      return centerCrop(pixels, spec.size);
  }
}
