import type { z } from 'zod';
import type { CounterRandom } from '../../base/random.ts';
import type { Pixels } from '../pixels.ts';

/** Width and height of the picture that an augmentation is about to receive. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * A random change of training pictures. Sampling is apart from applying: `sample` turns parameters into a
 * draw, plain JSON without anything random left in it, and `apply` is a function of the picture and the draw.
 */
export interface Augmentation<Name extends string, Spec extends { readonly name: Name }, Draw> {
  readonly name: Name;
  /** Parameters as JSON, with torchvision's names, ranges and defaults. */
  readonly schema: z.ZodType<Spec>;
  sample(spec: Spec, random: CounterRandom, size: Size): Draw;
  apply(pixels: Pixels, draw: Draw): Pixels;
}

/** Checks an augmentation's types where it is defined. */
export function defineAugmentation<Name extends string, Spec extends { readonly name: Name }, Draw>(
  augmentation: Augmentation<Name, Spec, Draw>,
): Augmentation<Name, Spec, Draw> {
  return augmentation;
}
