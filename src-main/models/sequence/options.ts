/** Options of layers: what each accepts, in words that errors show, and limits that keep sizes sane. */
import { z } from 'zod';
import type { Place } from './place.ts';

/** Any text that a name may be: parts of a parameter's name in PyTorch. */
export const layerName = z
  .string()
  .max(100)
  .regex(/^\w+(\.\w+)*$/)
  .describe('letters, digits and _, in parts with dots between, at most 100');

/** A whole number. */
export function whole(min: number, max: number): z.ZodInt {
  return z.int().min(min).max(max).describe(`a whole number from ${min} to ${max}`);
}

/** A number of channels or features. */
export const size = whole(1, 65_536);

/** A side, step or reach of a window. */
export const side = whole(1, 1024);

/** Pixels of padding on each side. */
export const padding = whole(0, 1024);

/** Any number. */
export const real = z.number().describe('a number');

/** A number above 0. */
export const positive = z.number().positive().describe('a number above 0');

/** A probability of dropping. */
export const probability = z.number().min(0).lt(1).describe('a number from 0 to less than 1');

/** Yes or no. */
export const flag = z.boolean().describe('true or false');

/** An option that may be left out. */
export function optional<T extends z.ZodType>(option: T): z.ZodExactOptional<T> {
  return option.exactOptional().describe(option.description!);
}

/**
 * Reads an object by the options it may have.
 *
 * @param noun what the options are, such as `option`
 * @throws LabError `MODEL_FILE` naming the option, what it accepts and what came
 */
export function readOptions<Shape extends z.ZodRawShape>(
  shape: Shape,
  raw: Readonly<Record<string, unknown>>,
  at: Place,
  noun = 'option',
): z.output<z.ZodObject<Shape>> {
  const unknown = Object.keys(raw).find((key) => !Object.hasOwn(shape, key));
  if (unknown !== undefined) {
    const known = Object.keys(shape).join(', ') || 'none';
    return at.fail(`there is no ${noun} ${JSON.stringify(unknown)}; there are: ${known}`);
  }
  const parsed = z.object(shape).safeParse(raw);
  if (parsed.success) return parsed.data;
  const option = String(parsed.error.issues[0]!.path[0]);
  const { description } = shape[option] as z.ZodType;
  return at.fail(`${option}: expected ${description}, not ${shown(raw[option])}`);
}

/** A value of the file in a few words. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
