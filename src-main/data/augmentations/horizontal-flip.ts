import { z } from 'zod';
import { flipPixels } from '../pixels.ts';
import { defineAugmentation } from './augmentation.ts';
import { probability } from './parameters.ts';

/** torchvision's `RandomHorizontalFlip`. */
export const horizontalFlipSchema = z.strictObject({
  name: z.literal('horizontal-flip'),
  p: probability.default(0.5),
});

type Spec = z.output<typeof horizontalFlipSchema>;

/** Mirrors the picture left to right with probability `p`. */
export const horizontalFlip = defineAugmentation<'horizontal-flip', Spec, { readonly flip: boolean }>({
  name: 'horizontal-flip',
  schema: horizontalFlipSchema,
  sample: ({ p }, random) => ({ flip: random.bernoulli(p) }),
  apply: (pixels, { flip }) => (flip ? flipPixels(pixels) : pixels),
});
