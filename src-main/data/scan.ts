/** Recognises and reads a folder of labelled images, with or without a store to put them in. */
import { LabError } from '../../src-shared/errors.ts';
import { distinctClasses } from './classes.ts';
import type { FormatChoice, FormatName } from './formats/index.ts';
import { noImages, planFiles, sortSkipped } from './plan.ts';
import { type ReadProgress, readEntries } from './read-entries.ts';
import { openFolder } from './source.ts';
import type { Split } from './store/types.ts';
import type { Skipped } from './walk.ts';

export type { FormatChoice, FormatName } from './formats/index.ts';
export type { ReadProgress } from './read-entries.ts';
export type { Skipped } from './walk.ts';

/** A readable image of a scanned folder. */
export interface ScannedRow {
  /** Absolute. */
  readonly path: string;
  /** Of the file's bytes, hexadecimal. */
  readonly sha256: string;
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  readonly className: string;
  /** The split that the folder states. */
  readonly split: Split | null;
}

/** What {@link scanFolder} found. */
export interface ScanResult {
  readonly format: FormatName;
  readonly reason: string;
  /** In natural order of the paths. */
  readonly rows: readonly ScannedRow[];
  /** Classes of the rows, in code-point order. */
  readonly classes: readonly string[];
  readonly skipped: readonly Skipped[];
}

/** Options of {@link scanFolder}. */
export interface ScanOptions {
  /** `auto` unless given. */
  readonly format?: FormatChoice;
  /** The only classes allowed, compared in NFC; any unless given. */
  readonly classes?: readonly string[];
  readonly maxPixels?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ReadProgress) => void;
}

/**
 * Reads a folder of labelled images without a store.
 *
 * @throws LabError `SOURCE_NOT_FOUND`, `SOURCE_UNREADABLE`, `FORMAT_UNKNOWN`, `DATASET_EMPTY` (no image can be
 * read), `CLASS_UNKNOWN` (an image of a class that is not allowed), `CANCELLED`.
 */
export async function scanFolder(path: string, options: ScanOptions = {}): Promise<ScanResult> {
  const source = await openFolder(path, options.signal);
  const plan = await planFiles(source, options.format ?? 'auto');
  const skipped = [...plan.skipped];
  const rows: ScannedRow[] = [];
  for await (const reading of readEntries(plan.root, plan.entries, options)) {
    const { entry } = reading;
    if ('reason' in reading) {
      skipped.push({ path: entry.path, reason: reading.reason });
      continue;
    }
    if (entry.className === null) throw unlabelledImages(plan.root, plan.reason);
    const { className } = entry;
    if (options.classes !== undefined) requireClass(plan.root, { ...entry, className }, options.classes);
    const { sha256, width, height } = reading.content;
    rows.push({ ...entry, className, sha256, width, height });
  }
  if (rows.length === 0) throw noImages(plan.root, skipped);
  const classes = distinctClasses(rows.map((row) => row.className));
  return { format: plan.format, reason: plan.reason, rows, classes, skipped: sortSkipped(skipped) };
}

function unlabelledImages(root: string, reason: string): LabError {
  return new LabError('FORMAT_UNKNOWN', `${root} has no known layout with labels: ${reason}.`, {
    hint: 'Put the images of each class into a folder with the name of the class.',
  });
}

function requireClass(
  root: string,
  { className, path }: { readonly className: string; readonly path: string },
  allowed: readonly string[],
): void {
  const key = className.normalize('NFC');
  if (allowed.some((name) => name.normalize('NFC') === key)) return;
  throw new LabError(
    'CLASS_UNKNOWN',
    `The folder ${root} has the class "${className}" (${path}), expected only ${allowed.map((name) => `"${name}"`).join(', ')}.`,
    { hint: 'Rename or move the images of that class, so that only the expected classes are left.' },
  );
}
