import { z } from 'zod';
import { defineAugmentation } from './augmentation.ts';
import { toGrayscale } from './color.ts';
import { probability } from './parameters.ts';

/** torchvision's `RandomGrayscale`. */
export const randomGrayscaleSchema = z.strictObject({
  name: z.literal('random-grayscale'),
  p: probability.default(0.1),
});

type Spec = z.output<typeof randomGrayscaleSchema>;

/** Replaces every pixel by its luma with probability `p`. */
export const randomGrayscale = defineAugmentation<'random-grayscale', Spec, { readonly gray: boolean }>({
  name: 'random-grayscale',
  schema: randomGrayscaleSchema,
  sample: ({ p }, random) => ({ gray: random.bernoulli(p) }),
  apply: (pixels, { gray }) => (gray ? toGrayscale(pixels) : pixels),
});
