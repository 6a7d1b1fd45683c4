/** The rows a run was started with: which picture, which label, which split. */
import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { LabError } from '../../src-shared/errors.ts';
import { sha256 } from '../base/hash.ts';
import type { LoaderRow } from '../data/loader.ts';
import type { ExpectedRow } from './certificate/certify.ts';
import { SPLITS, type Split } from '../data/store/types.ts';

const rowSchema = z.strictObject({
  path: z.string(),
  /** Where the bytes lie, if not at the path. */
  file: z.string().optional(),
  sha256: z.string(),
  label: z.string(),
  split: z.enum(SPLITS),
});

/** One sample of a run. `sha256` is of the file's bytes, `label` the class's name. */
export type RunRow = z.output<typeof rowSchema>;

/** A picture with its class's name; {@link RunRow} is one, and so is a file from outside the run. */
export interface LabelledFile {
  readonly path: string;
  /** Where its bytes lie, if not at the path. */
  readonly file?: string | undefined;
  /** Of the file's bytes. */
  readonly sha256: string;
  readonly label: string;
}

/** Rows as JSON lines. */
export function encodeRows(rows: readonly RunRow[]): string {
  return rows
    .map(
      ({ path, file, sha256, label, split }) => `${JSON.stringify({ path, file, sha256, label, split })}\n`,
    )
    .join('');
}

/**
 * The data set's hash: of contents, labels, splits and their order. Paths are left out, so the same data set has
 * the same hash wherever it lies.
 */
export function datasetHash(rows: readonly RunRow[]): string {
  return sha256(rows.map((row) => `${JSON.stringify([row.sha256, row.label, row.split])}\n`).join(''));
}

/**
 * Reads rows and checks that they are the ones the run was started with.
 *
 * @throws LabError `RUN_STATE` when the file is missing, malformed or changed
 */
export async function readRows(file: string, expectedHash: string): Promise<RunRow[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw rowsError(file, 'the file cannot be read', cause);
  });
  const rows = await parseRows(file, text);
  const found = datasetHash(rows);
  if (found === expectedHash) return rows;
  throw rowsError(file, `their hash was ${expectedHash} and is ${found}`);
}

/** Lines that are parsed at a stretch: a few milliseconds, since the lab's process answers pages meanwhile. */
const STRETCH = 1000;

async function parseRows(file: string, text: string): Promise<RunRow[]> {
  const lines = text.split('\n').filter((line) => line !== '');
  const rows: RunRow[] = [];
  try {
    for (let start = 0; start < lines.length; start += STRETCH) {
      for (const line of lines.slice(start, start + STRETCH)) rows.push(rowSchema.parse(JSON.parse(line)));
      await setImmediate();
    }
    return rows;
  } catch (cause) {
    throw rowsError(file, 'a line is malformed', cause);
  }
}

function rowsError(file: string, what: string, cause?: unknown): LabError {
  return new LabError('RUN_STATE', `Reading the rows of the run, ${file}: ${what}.`, {
    hint: 'Start a new run: a run is bound to the rows it was started with.',
    cause,
  });
}

/**
 * Files as the loader takes them: with the number of their class for its name.
 *
 * @throws LabError `CLASS_UNKNOWN`
 */
export function labelledRows(files: readonly LabelledFile[], classes: readonly string[]): LoaderRow[] {
  return files.map(({ path, file, sha256, label }) => {
    const index = classes.indexOf(label);
    if (index >= 0) return { path, file, sha256, label: index };
    throw new LabError(
      'CLASS_UNKNOWN',
      `The image ${path} is of the class "${label}", which the run does not know; it knows ${classes.join(', ')}.`,
      { hint: 'Rename the folder to one of these classes, or leave it out.' },
    );
  });
}

/** The training rows as a certificate expects them to be fed. */
export function expectedRows(rows: readonly RunRow[], classes: readonly string[]): ExpectedRow[] {
  return rows.flatMap(({ sha256, label, split }, row) =>
    split === 'train' ? [{ row, sha256, label: classes.indexOf(label) }] : [],
  );
}

/** The numbers of a split's rows, rising. */
export function rowsOf(rows: readonly RunRow[], split: Split): Uint32Array {
  return Uint32Array.from(rows.flatMap((row, index) => (row.split === split ? [index] : [])));
}

/**
 * Some of the rows in their order, evenly spread over all, since those of a class lie together.
 *
 * @returns `most` of them, or every one where there are fewer
 */
export function evenlySpread<T>(rows: ArrayLike<T>, most: number): T[] {
  const count = Math.min(most, rows.length);
  return Array.from({ length: count }, (_, at) => rows[Math.floor((at * rows.length) / count)]!);
}
