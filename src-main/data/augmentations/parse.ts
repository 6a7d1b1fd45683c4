/** Lists of augmentations as users write them, and what can stand in them. */
import { z } from 'zod';
import { LabError } from '../../../src-shared/errors.ts';
import { cutmixSchema, mixupSchema } from '../batch-mix.ts';
import { AUGMENTATIONS, type AugmentationSpec, augmentationSchema, batchSpecs } from './index.ts';

/** A parameter: the values it accepts in words, and its default unless it must be given. */
export interface ParameterInfo {
  readonly name: string;
  readonly expected: string;
  readonly default?: unknown;
}

/** An augmentation's name and parameters. */
export interface AugmentationInfo {
  readonly name: string;
  readonly parameters: readonly ParameterInfo[];
}

const SCHEMAS: readonly z.ZodType[] = [
  ...AUGMENTATIONS.map(({ schema }) => schema),
  mixupSchema,
  cutmixSchema,
];

/** Every augmentation, those of batches last, as their schemas describe them. */
export const AUGMENTATION_INFOS: readonly AugmentationInfo[] = SCHEMAS.map((schema) => {
  const { name, ...parameters } = (schema as z.ZodObject<Record<string, z.ZodType>>).shape;
  return {
    name: (name as z.ZodLiteral<string>).value,
    parameters: Object.entries(parameters).map(describeParameter),
  };
});

function describeParameter([name, schema]: [string, z.ZodType]): ParameterInfo {
  if (!(schema instanceof z.ZodDefault)) return { name, expected: schema.description! };
  return { name, expected: (schema.unwrap() as z.ZodType).description!, default: schema.parse(undefined) };
}

/**
 * Reads a list of augmentations. A crop without a `size` gets `imageSize`.
 *
 * @param where the list comes from, for errors: a flag or a file
 * @throws LabError `INVALID_ARGUMENT` naming the entry, the parameter, what was expected and what came
 */
export function parseAugmentations(given: unknown, imageSize: number, where: string): AugmentationSpec[] {
  if (!Array.isArray(given)) throw refused(where, `expected a list, not ${shown(given)}`);
  const specs = given.map((entry, index) => parseEntry(entry, imageSize, `${where}[${index}]`));
  const firstBatch = specs.findIndex((spec) => batchSpecs([spec]).length > 0);
  const late = specs.findIndex((spec, index) => index > firstBatch && batchSpecs([spec]).length === 0);
  if (firstBatch === -1 || late === -1) return specs;
  throw refused(
    `${where}[${late}] (${specs[late]!.name})`,
    `expected no augmentation of single pictures after one of batches, which ${specs[firstBatch]!.name} at ` +
      `[${firstBatch}] is`,
  );
}

function parseEntry(entry: unknown, imageSize: number, where: string): AugmentationSpec {
  if (typeof entry !== 'object' || entry === null || !('name' in entry)) {
    throw refused(where, `expected an object with a name, not ${shown(entry)}`);
  }
  const info = AUGMENTATION_INFOS.find(({ name }) => name === entry.name);
  if (info === undefined) {
    const names = AUGMENTATION_INFOS.map(({ name }) => name).join(', ');
    throw refused(where, `expected the name to be one of ${names}, not ${shown(entry.name)}`);
  }
  const hasSize = info.parameters.some(({ name }) => name === 'size');
  const parsed = augmentationSchema.safeParse(hasSize ? { size: imageSize, ...entry } : entry);
  if (parsed.success) return parsed.data;
  throw refused(`${where} (${info.name})`, explain(parsed.error.issues[0]!, entry, info));
}

function explain(issue: z.core.$ZodIssue, entry: object, { parameters }: AugmentationInfo): string {
  if (issue.code === 'unrecognized_keys') {
    const names = parameters.map(({ name }) => name).join(', ');
    return `expected only the parameters ${names}, not ${issue.keys.join(', ')}`;
  }
  const field = String(issue.path[0]);
  const { expected } = parameters.find(({ name }) => name === field)!;
  return `${field}: expected ${expected}, not ${shown((entry as Record<string, unknown>)[field])}`;
}

function refused(where: string, message: string): LabError {
  return new LabError('INVALID_ARGUMENT', `${where}: ${message}.`, {
    hint: '`vitrine augmentations` lists them with their parameters.',
  });
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
