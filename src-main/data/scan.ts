/** Recognises and reads a folder of labelled images, with or without a store to put them in. */
import { join } from 'node:path';
import { LabError } from '../../src-shared/errors.ts';
import { type FormatChoice, type FormatName, chooseFormat } from './formats/index.ts';
import { compareCodePoints, sortNaturally } from './natural-order.ts';
import { type Entry, type ReadProgress, readEntries } from './read-entries.ts';
import type { Split } from './store/types.ts';
import { type Skipped, listFolder } from './walk.ts';

export type { FormatChoice, FormatName } from './formats/index.ts';
export type { ReadProgress } from './read-entries.ts';
export type { Skipped } from './walk.ts';

/** A folder whose format is known and whose files are placed, but not read yet. */
export interface FolderPlan {
  /** Absolute, symbolic links resolved. */
  readonly root: string;
  readonly format: FormatName;
  /** Why that format was taken. */
  readonly reason: string;
  readonly entries: readonly Entry[];
  readonly skipped: readonly Skipped[];
}

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
  const plan = await planFolder(path, options.format ?? 'auto', options.signal);
  const skipped = [...plan.skipped];
  const rows: ScannedRow[] = [];
  for await (const reading of readEntries(plan.root, plan.entries, options)) {
    const { entry } = reading;
    if ('reason' in reading) {
      skipped.push({ path: entry.path, reason: reading.reason });
      continue;
    }
    if (options.classes !== undefined) requireClass(plan.root, entry, options.classes);
    const { sha256, width, height } = reading.content;
    rows.push({ ...entry, sha256, width, height });
  }
  if (rows.length === 0) throw noImages(plan.root, skipped);
  const classes = distinctClasses(rows.map((row) => row.className));
  return { format: plan.format, reason: plan.reason, rows, classes, skipped: sortSkipped(skipped) };
}

/**
 * Lists a folder, recognises its format and places its files.
 *
 * @throws LabError as {@link scanFolder}, except `CLASS_UNKNOWN`.
 */
export async function planFolder(
  path: string,
  choice: FormatChoice,
  signal?: AbortSignal,
): Promise<FolderPlan> {
  const listing = await listFolder(path, signal);
  if (listing.files.length === 0) throw noImages(listing.root, listing.skipped);
  const { format, reason } = chooseFormat(listing, choice);
  const entries: Entry[] = [];
  const skipped = [...listing.skipped];
  for (const [index, placement] of format.place(listing).entries()) {
    const file = join(listing.root, listing.files[index]!);
    if ('skipped' in placement) skipped.push({ path: file, reason: placement.skipped });
    else entries.push({ path: file, ...placement });
  }
  return { root: listing.root, format: format.name, reason, entries, skipped };
}

/** The error for a folder without a readable image. */
export function noImages(root: string, skipped: readonly Skipped[]): LabError {
  const what = skipped.length === 0 ? 'it holds no file' : `skipped were ${summarise(skipped)}`;
  return new LabError('DATASET_EMPTY', `No image could be read from ${root}: ${what}.`, {
    hint: 'JPEG, PNG, WebP, GIF, BMP, TIFF and AVIF are read.',
  });
}

/** Skipped files in natural order of their paths. */
export function sortSkipped(skipped: readonly Skipped[]): Skipped[] {
  const byPath = Map.groupBy(skipped, ({ path }) => path);
  return sortNaturally([...byPath.keys()]).flatMap((path) => byPath.get(path)!);
}

const REASONS_TOLD = 3;

function summarise(skipped: readonly Skipped[]): string {
  // A reason's first sentence: what follows is advice for the list of files, and the error has its own.
  const reasons = [...Map.groupBy(skipped, ({ reason }) => reason.split('. ')[0])].sort(
    ([, a], [, b]) => b.length - a.length,
  );
  const told = reasons.slice(0, REASONS_TOLD).map(([reason, files]) => `${files.length} × ${reason}`);
  const rest = reasons.slice(REASONS_TOLD).reduce((sum, [, files]) => sum + files.length, 0);
  return [...told, ...(rest > 0 ? [`${rest} × other reasons`] : [])].join('; ');
}

function requireClass(root: string, { className, path }: Entry, allowed: readonly string[]): void {
  const key = className.normalize('NFC');
  if (allowed.some((name) => name.normalize('NFC') === key)) return;
  throw new LabError(
    'CLASS_UNKNOWN',
    `The folder ${root} has the class "${className}" (${path}), expected only ${allowed.map((name) => `"${name}"`).join(', ')}.`,
    { hint: 'Rename or move the images of that class, so that only the expected classes are left.' },
  );
}

function distinctClasses(names: readonly string[]): string[] {
  const byKey = new Map<string, string>();
  for (const name of names) {
    const key = name.normalize('NFC');
    if (!byKey.has(key)) byKey.set(key, name);
  }
  return [...byKey].sort(([a], [b]) => compareCodePoints(a, b)).map(([, name]) => name);
}
