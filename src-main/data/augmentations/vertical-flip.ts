import { z } from 'zod';
import { flipPixelsVertically } from '../pixels.ts';
import { defineAugmentation } from './augmentation.ts';
import { probability } from './parameters.ts';

/** torchvision's `RandomVerticalFlip`. */
export const verticalFlipSchema = z.strictObject({
  name: z.literal('vertical-flip'),
  p: probability.default(0.5),
});

type Spec = z.output<typeof verticalFlipSchema>;

/** Turns the picture upside down, as a mirror does, with probability `p`. */
export const verticalFlip = defineAugmentation<'vertical-flip', Spec, { readonly flip: boolean }>({
  name: 'vertical-flip',
  schema: verticalFlipSchema,
  sample: ({ p }, random) => ({ flip: random.bernoulli(p) }),
  apply: (pixels, { flip }) => (flip ? flipPixelsVertically(pixels) : pixels),
});
