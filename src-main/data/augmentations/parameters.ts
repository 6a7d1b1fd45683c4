/**
 * Schemas of parameters. Each is described by the values it accepts, in words that errors (`expected …`) and the
 * list of augmentations show.
 */
import { z } from 'zod';
import type { CounterRandom } from '../../base/random.ts';
import { PADDING_MODES } from '../pixels.ts';

/** Two numbers in ascending order, the ends of a range. */
export type Range = [number, number];

/** Two numbers in ascending order: the ends of a range. */
export function range(end: z.ZodNumber): z.ZodType<Range, Range> {
  return z.tuple([end, end]).refine(([low, high]) => low <= high);
}

/** A probability. */
export const probability = z.number().min(0).max(1).describe('a number from 0 to 1');

/** The parameter of a symmetric Beta distribution. */
export const alpha = z.number().positive().describe('a number above 0');

/** The side of a square, in pixels. */
export const side = z
  .int()
  .min(1)
  .max(4096)
  .describe('a whole number from 1 to 4096 (left out: the image size)');

/** Degrees, d standing for the range [−d, d]. */
export const degrees = z
  .union([z.number().min(0), range(z.number())])
  .describe('a number of at least 0 or two ascending numbers');

const level = z.int().min(0).max(255);
/** A {@link Color}. */
export const color = z
  .union([level, z.tuple([level, level, level])])
  .describe('a whole number from 0 to 255, or three of them');

/** What a picture is continued with beyond its edges. */
export const paddingMode = z.enum(PADDING_MODES).describe(`one of ${PADDING_MODES.join(', ')}`);

/** A number of a range that a single number d states as [−d, d]. */
export function sampleSymmetric(given: number | Range, random: CounterRandom): number {
  return typeof given === 'number' ? random.between(-given, given) : random.between(...given);
}
