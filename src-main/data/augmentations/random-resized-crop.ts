import { z } from 'zod';
import type { CounterRandom } from '../../base/random.ts';
import type { Box } from '../pixels.ts';
import { INTERPOLATIONS, type Interpolation, resizePixels } from '../resample.ts';
import { type Size, defineAugmentation } from './augmentation.ts';
import { range, side } from './parameters.ts';

/** torchvision's `RandomResizedCrop`. `scale` is a share of the picture's area, `ratio` width over height. */
export const randomResizedCropSchema = z.strictObject({
  name: z.literal('random-resized-crop'),
  size: side,
  scale: range(z.number().positive().max(1))
    .describe('two ascending numbers above 0 and up to 1')
    .default([0.08, 1]),
  ratio: range(z.number().positive())
    .describe('two ascending numbers above 0')
    .default([3 / 4, 4 / 3]),
  interpolation: z
    .enum(INTERPOLATIONS)
    .describe(`one of ${INTERPOLATIONS.join(', ')}`)
    .default('bilinear'),
});

type Spec = z.output<typeof randomResizedCropSchema>;

/** A crop and the square size it is resized to. */
interface Draw {
  readonly box: Box;
  readonly size: number;
  readonly interpolation: Interpolation;
}

/** Cuts a random part out of the picture and resizes it to a square. */
export const randomResizedCrop = defineAugmentation<'random-resized-crop', Spec, Draw>({
  name: 'random-resized-crop',
  schema: randomResizedCropSchema,
  sample: (spec, random, size) => ({
    box: sampleBox(spec, random, size),
    size: spec.size,
    interpolation: spec.interpolation,
  }),
  apply: (pixels, { box, size, interpolation }) => resizePixels(pixels, size, size, interpolation, box),
});

/** Up to ten tries, area uniform and ratio log-uniform; then the largest central crop of an allowed ratio. */
function sampleBox({ scale, ratio }: Spec, random: CounterRandom, { width, height }: Size): Box {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = width * height * random.between(scale[0], scale[1]);
    const aspect = Math.exp(random.between(Math.log(ratio[0]), Math.log(ratio[1])));
    const w = Math.round(Math.sqrt(area * aspect));
    const h = Math.round(Math.sqrt(area / aspect));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    const top = random.integer(height - h + 1);
    const left = random.integer(width - w + 1);
    return { left, top, width: w, height: h };
  }
  const w = Math.max(1, Math.min(width, Math.round(height * ratio[1])));
  const h = Math.max(1, Math.min(height, Math.round(width / ratio[0])));
  return { left: Math.floor((width - w) / 2), top: Math.floor((height - h) / 2), width: w, height: h };
}
