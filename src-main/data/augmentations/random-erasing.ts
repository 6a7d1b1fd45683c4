import { z } from 'zod';
import { CounterRandom } from '../../base/random.ts';
import { type Box, type Color, type Pixels, rgb } from '../pixels.ts';
import { type Size, defineAugmentation } from './augmentation.ts';
import { color, probability, range } from './parameters.ts';

/**
 * torchvision's `RandomErasing`. `scale` is the box's share of the area, `ratio` its height over its width.
 * torchvision erases tensors; here pictures are bytes, so that `value` is a level of 0 to 255, or one for each
 * channel, and `random` stands for bytes of any level, each equally likely.
 */
export const randomErasingSchema = z.strictObject({
  name: z.literal('random-erasing'),
  p: probability.default(0.5),
  scale: range(z.number().positive().max(1))
    .describe('two ascending numbers above 0 and up to 1')
    .default([0.02, 0.33]),
  ratio: range(z.number().positive()).describe('two ascending numbers above 0').default([0.3, 3.3]),
  value: z
    .union([color, z.literal('random')])
    .describe(`${color.description!}, or random`)
    .default(0),
});

type Spec = z.output<typeof randomErasingSchema>;

/** A box and its colour, or the number that its noise is made from; null leaves the picture alone. */
type Draw = { readonly box: Box; readonly value: Color | { readonly noise: number } } | null;

/** Covers a random box with probability `p`. */
export const randomErasing = defineAugmentation<'random-erasing', Spec, Draw>({
  name: 'random-erasing',
  schema: randomErasingSchema,
  sample(spec, random, size) {
    if (!random.bernoulli(spec.p)) return null;
    const box = sampleBox(spec, random, size);
    if (box === undefined) return null;
    return { box, value: spec.value === 'random' ? { noise: random.next() } : spec.value };
  },
  apply: (pixels, draw) => (draw === null ? pixels : erase(pixels, draw)),
});

/** Up to ten tries, area uniform and ratio log-uniform, for a box that leaves something on both axes. */
function sampleBox({ scale, ratio }: Spec, random: CounterRandom, { width, height }: Size): Box | undefined {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = width * height * random.between(...scale);
    const aspect = Math.exp(random.between(Math.log(ratio[0]), Math.log(ratio[1])));
    const h = Math.round(Math.sqrt(area * aspect));
    const w = Math.round(Math.sqrt(area / aspect));
    if (h >= height || w >= width) continue;
    const top = random.integer(height - h + 1);
    const left = random.integer(width - w + 1);
    return { left, top, width: w, height: h };
  }
  return undefined;
}

function erase({ width, height, data: from }: Pixels, { box, value }: NonNullable<Draw>): Pixels {
  const data = from.slice();
  const next = levels(value);
  for (let row = box.top; row < box.top + box.height; row++) {
    const start = (row * width + box.left) * 3;
    for (let at = start; at < start + box.width * 3; at++) data[at] = next(at - start);
  }
  return { width, height, data };
}

/** The bytes to write, channel after channel. */
function levels(value: NonNullable<Draw>['value']): (at: number) => number {
  if (typeof value === 'object' && 'noise' in value) {
    const random = new CounterRandom('erasing', value.noise);
    return () => random.next() >>> 24;
  }
  const channels = rgb(value);
  return (at) => channels[at % 3]!;
}
