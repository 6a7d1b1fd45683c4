/** From what a person types to the contract's fields. */
import type { z } from 'zod';
import { describeIssues } from '../../../src-shared/contract/issues.ts';
import { LabError } from '../../../src-shared/errors.ts';

/** A number where the text is one; else the text, which the validator then names. */
export function toNumber(text: string): number | string {
  const value = Number(text);
  return text.trim() === '' || Number.isNaN(value) ? text : value;
}

/** Numbers with commas between; a part that is none stays a text. */
export function toNumbers(text: string): (number | string)[] {
  return text.split(',').map(toNumber);
}

/**
 * Checks values by a schema of the contract.
 *
 * @param positional fields that are arguments and not flags, by their names in the usage
 * @throws LabError `INVALID_ARGUMENT` naming the flags
 */
export function parseFlags<Schema extends z.ZodType>(
  schema: Schema,
  values: Readonly<Record<string, unknown>>,
  positional: Readonly<Record<string, string>> = {},
): z.output<Schema> {
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues;
  throw new LabError(
    'INVALID_ARGUMENT',
    describeIssues(issues, (field) => positional[field] ?? flagOf(field)),
  );
}

function flagOf(field: string): string {
  return `--${field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
