/** Recognises what a folder or an archive holds, before its images are read. */
import { join, resolve, sep } from 'node:path';
import { LabError } from '../../src-shared/errors.ts';
import { distinctClasses } from './classes.ts';
import {
  chooseFormat,
  FORMATS,
  type FormatChoice,
  type FormatName,
  type ListFormat,
  type PathFormat,
  type RecordSet,
} from './formats/index.ts';
import { sortNaturally } from './natural-order.ts';
import type { Entry } from './read-entries.ts';
import type { Source } from './source.ts';
import type { Skipped } from './walk.ts';

/** A source whose format is known and whose images are placed, but not read yet. */
export type SourcePlan = FilePlan | RecordPlan;

interface Plan {
  /** Of the folder or archive: absolute, symbolic links resolved. */
  readonly root: string;
  readonly format: FormatName;
  /** Why that format was taken. */
  readonly reason: string;
  /** In code-point order. */
  readonly classes: readonly string[];
  readonly skipped: readonly Skipped[];
}

/** Images that are files, in a folder or an archive. */
export interface FilePlan extends Plan {
  readonly entries: readonly Entry[];
}

/** Images inside larger files. */
export interface RecordPlan extends Plan {
  readonly records: RecordSet;
}

/**
 * Chooses the format of a source and places its images.
 *
 * @param allows whether an image that lies elsewhere, as a list may say, may be read; every one unless given
 * @throws LabError `FORMAT_UNKNOWN`, `FORMAT_MALFORMED`, `DATASET_EMPTY` (no file at all)
 */
export async function planSource(
  source: Source,
  choice: FormatChoice,
  allows: (path: string) => boolean = () => true,
): Promise<SourcePlan> {
  const { root, files, skipped } = source.listing;
  const isKnown = FORMATS.some((format) => format.detect(source.listing).matches);
  if (files.length === 0 && !isKnown) throw noImages(root, skipped);
  const { format, reason } = chooseFormat(source.listing, choice);
  if (!('records' in format)) return withoutForbidden(await place(source, format, reason), allows);
  const records = await format.records(source);
  return {
    ...{ root, format: format.name, reason, records },
    classes: distinctClasses(records.classes),
    skipped: withoutUsed(source, records.used, files),
  };
}

/**
 * {@link planSource} for images that are files of their own.
 *
 * @throws LabError as {@link planSource}, and `FORMAT_UNKNOWN` for images inside larger files
 */
export async function planFiles(source: Source, choice: FormatChoice): Promise<FilePlan> {
  const plan = await planSource(source, choice);
  if ('entries' in plan) return plan;
  throw new LabError(
    'FORMAT_UNKNOWN',
    `${plan.root} has the format ${plan.format}, whose images are no files of their own.`,
    { hint: 'Bring it into a data set first, with: vitrine import PATH --dataset NAME' },
  );
}

async function place(source: Source, format: PathFormat | ListFormat, reason: string): Promise<FilePlan> {
  const { root } = source.listing;
  const { entries, skipped } = 'list' in format ? await listed(source, format) : placed(source, format);
  const classes = distinctClasses(entries.flatMap(({ className }) => className ?? []));
  return { root, format: format.name, reason, entries, classes, skipped };
}

function withoutForbidden(plan: FilePlan, allows: (path: string) => boolean): FilePlan {
  const isOpen = ({ path }: Entry): boolean => isBelow(plan.root, path) || allows(path);
  const entries = plan.entries.filter(isOpen);
  if (entries.length === plan.entries.length) return plan;
  const forbidden = plan.entries
    .filter((entry) => !isOpen(entry))
    .map(({ path }) => ({ path, reason: 'it lies outside the folders that may be read' }));
  const classes = distinctClasses(entries.flatMap(({ className }) => className ?? []));
  return { ...plan, entries, classes, skipped: [...plan.skipped, ...forbidden] };
}

function isBelow(root: string, path: string): boolean {
  return path.startsWith(root.endsWith(sep) ? root : root + sep);
}

interface Placed {
  readonly entries: Entry[];
  readonly skipped: Skipped[];
}

function placed({ listing }: Source, format: PathFormat): Placed {
  const entries: Entry[] = [];
  const skipped = [...listing.skipped];
  for (const [index, placement] of format.place(listing).entries()) {
    const path = join(listing.root, listing.files[index]!);
    if ('skipped' in placement) skipped.push({ path, reason: placement.skipped });
    else entries.push({ path, ...placement });
  }
  return { entries, skipped };
}

async function listed(source: Source, format: ListFormat): Promise<Placed> {
  const { root, files } = source.listing;
  const { images, skipped, used } = await format.list(source);
  const entries = images.map(({ file, ...rest }) => ({ path: resolve(root, file), ...rest }));
  const known = new Set([...entries, ...skipped].map(({ path }) => path));
  const unlisted = files.filter((file) => !known.has(join(root, file)));
  return { entries, skipped: [...skipped, ...withoutUsed(source, used, unlisted)] };
}

/** What is left over of a source when a format has taken some of its files. */
function withoutUsed({ listing }: Source, used: readonly string[], rest: readonly string[]): Skipped[] {
  const paths = new Set(used.map((file) => join(listing.root, file)));
  return [
    ...listing.skipped,
    ...rest.map((file) => ({ path: join(listing.root, file), reason: 'the format has no place for it' })),
  ].filter(({ path }) => !paths.has(path));
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
