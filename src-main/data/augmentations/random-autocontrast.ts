import { z } from 'zod';
import { defineAugmentation } from './augmentation.ts';
import { stretchContrast } from './color.ts';
import { probability } from './parameters.ts';

/** torchvision's `RandomAutocontrast`. */
export const randomAutocontrastSchema = z.strictObject({
  name: z.literal('random-autocontrast'),
  p: probability.default(0.5),
});

type Spec = z.output<typeof randomAutocontrastSchema>;

/** Stretches every channel to the whole range of levels with probability `p`. */
export const randomAutocontrast = defineAugmentation<
  'random-autocontrast',
  Spec,
  { readonly stretch: boolean }
>({
  name: 'random-autocontrast',
  schema: randomAutocontrastSchema,
  sample: ({ p }, random) => ({ stretch: random.bernoulli(p) }),
  apply: (pixels, { stretch }) => (stretch ? stretchContrast(pixels) : pixels),
});
