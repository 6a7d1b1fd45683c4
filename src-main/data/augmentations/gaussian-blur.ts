import { z } from 'zod';
import { blurPixels } from '../blur.ts';
import { defineAugmentation } from './augmentation.ts';
import { range } from './parameters.ts';

const sigma = z.number().positive();

/** torchvision's `GaussianBlur` with a square kernel. `sigma` is a number, or the range it is drawn from. */
export const gaussianBlurSchema = z.strictObject({
  name: z.literal('gaussian-blur'),
  kernel_size: z
    .int()
    .min(1)
    .max(255)
    .refine((size) => size % 2 === 1)
    .describe('an odd whole number from 1 to 255'),
  sigma: z
    .union([sigma, range(sigma)])
    .describe('a number above 0 or two ascending ones')
    .default([0.1, 2]),
});

type Spec = z.output<typeof gaussianBlurSchema>;

/** Blurs the picture. */
export const gaussianBlur = defineAugmentation<
  'gaussian-blur',
  Spec,
  { readonly kernelSize: number; readonly sigma: number }
>({
  name: 'gaussian-blur',
  schema: gaussianBlurSchema,
  sample: ({ kernel_size: kernelSize, sigma: given }, random) => ({
    kernelSize,
    sigma: typeof given === 'number' ? given : random.between(...given),
  }),
  apply: (pixels, draw) => blurPixels(pixels, draw.kernelSize, draw.sigma),
});
