import { z } from 'zod';

/** Two numbers in ascending order: the ends of a range. */
export function range(end: z.ZodNumber): z.ZodType<[number, number], [number, number]> {
  return z
    .tuple([end, end])
    .refine(([low, high]) => low <= high, { error: 'the first end of a range must not exceed the second' });
}

/** A probability. */
export const probability = z.number().min(0).max(1);

/** The parameter of a symmetric Beta distribution. */
export const alpha = z.number().positive();
