/** Validators of single values. Each says what it expects and what came: `expected …, not …`. */
import { z } from 'zod';

/** Bounds of a number. */
export interface Range {
  /** The least value. */
  readonly min?: number;
  /** The greatest value. */
  readonly max?: number;
  /** The value must be greater than this. */
  readonly above?: number;
  /** The value must be less than this. */
  readonly below?: number;
}

/** A number within bounds. */
export function number(range: Range = {}): z.ZodNumber {
  return bounded(z.number(told(`a number${inWords(range)}`)), range, `a number${inWords(range)}`);
}

/** A whole number within bounds. */
export function wholeNumber(range: Range = {}): z.ZodNumber {
  const expected = `a whole number${inWords(range)}`;
  return bounded(z.number(told(expected)).int(told(expected)), range, expected);
}

/** One of some words. */
export function oneOf<const Words extends readonly string[]>(
  words: Words,
): z.ZodEnum<{ [Word in Words[number]]: Word }> {
  return z.enum(words, told(`one of ${words.join(', ')}`));
}

/** A text that is not empty. */
export function text(what: string): z.ZodString {
  return z.string(told(what)).min(1, told(what));
}

/** Yes or no. */
export function flag(): z.ZodBoolean {
  return z.boolean(told('true or false'));
}

/** A list that nobody changes. */
export function list<Item extends z.ZodType>(item: Item): z.ZodReadonly<z.ZodArray<Item>> {
  return z.array(item).readonly();
}

/** The `error` option of a validator: what was expected, and what came. */
export function told(expected: string): { error: (issue: { readonly input?: unknown }) => string } {
  return { error: ({ input }) => `expected ${expected}, not ${shown(input)}` };
}

function bounded(schema: z.ZodNumber, { min, max, above, below }: Range, expected: string): z.ZodNumber {
  let result = schema;
  if (min !== undefined) result = result.min(min, told(expected));
  if (max !== undefined) result = result.max(max, told(expected));
  if (above !== undefined) result = result.gt(above, told(expected));
  if (below !== undefined) result = result.lt(below, told(expected));
  return result;
}

function inWords({ min, max, above, below }: Range): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined && below !== undefined) return ` from ${min} to less than ${below}`;
  if (min !== undefined) return ` of at least ${min}`;
  if (above !== undefined && max !== undefined) return ` above ${above} and up to ${max}`;
  if (above !== undefined && below !== undefined) return ` above ${above} and below ${below}`;
  return above === undefined ? '' : ` above ${above}`;
}

function shown(input: unknown): string {
  if (input === undefined) return 'nothing';
  return typeof input === 'number' ? String(input) : JSON.stringify(input);
}
