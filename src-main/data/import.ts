/**
 * Brings images into a data set of the lab. Images in a folder stay where they are; those inside archives and
 * binary files are copied into the lab.
 */
import { LabError } from '../../src-shared/errors.ts';
import { chooseClasses, type ClassChoice } from './classes.ts';
import type { FormatChoice, FormatName } from './formats/index.ts';
import { type FilePlan, noImages, planSource, sortSkipped, type SourcePlan } from './plan.ts';
import { type Entry, type ReadProgress, type Reading, readEntries } from './read-entries.ts';
import { openSource, type Source } from './source.ts';
import { stageFiles, stageRecords } from './stage.ts';
import {
  type AddedCounts,
  checkDatasetName,
  type Content,
  type ContentStaging,
  type CopyGroup,
  type LabStore,
} from './store/index.ts';
import type { Skipped } from './walk.ts';

/** What to import, and into what. */
export interface ImportOptions extends ClassChoice {
  /** A folder, an archive, or a list of images. */
  readonly path: string;
  /** The data set's name; one that exists already is extended. */
  readonly dataset: string;
  /** Names of the only entries of a folder to look at; all unless given. */
  readonly only?: readonly string[];
  /** `auto` unless given. */
  readonly format?: FormatChoice;
  /** Whether an image outside the folder, as a list may name it, may be read; every one unless given. */
  readonly allows?: (path: string) => boolean;
  /** Larger pictures (width × height) are skipped. */
  readonly maxPixels?: number;
  /** Archives that unpack to more are refused. */
  readonly maxArchiveBytes?: number;
  /** What is known about bytes of that hash besides what the store knows, such as from an inspection. */
  readonly known?: (sha256: string) => Content | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ReadProgress) => void;
}

/** What an import did, and what the data set is now. */
export interface ImportReport {
  readonly format: FormatName;
  /** Why that format was taken. */
  readonly reason: string;
  /** Samples in the data set now. */
  readonly samples: number;
  /** Classes with a sample, in code-point order. */
  readonly classes: readonly string[];
  /** Samples that this import added. */
  readonly added: number;
  /** Samples whose file has new bytes since it was imported before. */
  readonly updated: number;
  /** Files that are not samples and why, in natural order. */
  readonly skipped: readonly Skipped[];
  /** Samples in the data set with the same bytes as one before them. */
  readonly duplicates: number;
  readonly duplicateGroups: readonly CopyGroup[];
  /** Duplicates whose labels differ: they stay out of training until someone decides. */
  readonly conflicts: readonly CopyGroup[];
}

/** A transaction's worth: few enough that a killed import loses little, many enough to be fast. */
const BATCH = 256;

type Sample = Extract<Reading, { content: unknown }>;

/**
 * Imports a folder, an archive or a list of images.
 *
 * Of images that lie in a folder, every batch is saved as it is read: an import that was killed or cancelled can
 * be repeated and adds what is missing, and importing twice adds nothing twice. Of an archive or a binary file,
 * all is saved at the end or nothing.
 *
 * @throws LabError `SOURCE_NOT_FOUND`, `SOURCE_UNREADABLE`, `ARCHIVE_UNSAFE`, `ARCHIVE_CORRUPT`,
 * `ARCHIVE_UNSUPPORTED`, `FORMAT_UNKNOWN`, `FORMAT_MALFORMED`, `CLASS_UNKNOWN`, `DATASET_EMPTY` (no image can be
 * read), `INVALID_ARGUMENT` (the name), `DISK_FULL`, `OUTPUT_UNWRITABLE`, `CANCELLED`.
 */
export async function importDataset(store: LabStore, options: ImportOptions): Promise<ImportReport> {
  checkDatasetName(options.dataset);
  const { signal, maxArchiveBytes, only } = options;
  const source = await openSource(options.path, {
    ...(signal !== undefined && { signal }),
    ...(only !== undefined && { only }),
    ...(maxArchiveBytes !== undefined && { maxBytes: maxArchiveBytes }),
  });
  const plan = await planSource(source, options.format ?? 'auto', options.allows);
  const rename = chooseClasses(plan.root, plan.classes, options);
  const skipped = [...plan.skipped];
  const counts =
    source.hasFiles && 'entries' in plan
      ? await importFiles(store, plan, { ...options, rename, skipped })
      : await importCopies(store, source, plan, { ...options, rename, skipped });
  if (counts.added + counts.updated + counts.known === 0) throw noImages(plan.root, skipped);
  const { added, updated } = counts;
  return report(store, options.dataset, {
    ...{ format: plan.format, reason: plan.reason + taken(plan, options), skipped: sortSkipped(skipped) },
    ...{ added, updated },
  });
}

function taken({ classes: all }: SourcePlan, { classes }: ClassChoice): string {
  if (classes === undefined) return '';
  return `; taken are ${new Set(classes.map((name) => name.normalize('NFC'))).size} of ${all.length} classes`;
}

/** The options, what the classes are called, and where to note what is skipped. */
interface Work extends Omit<ImportOptions, 'rename'> {
  readonly rename: (className: string) => string | undefined;
  readonly skipped: Skipped[];
}

/** Refers to the files where they lie. */
async function importFiles(store: LabStore, plan: FilePlan, work: Work): Promise<AddedCounts> {
  const entries = takeEntries(plan.entries, work);
  const counts = { added: 0, updated: 0, known: 0 };
  const known = (sha256: string) => store.content(sha256) ?? work.known?.(sha256);
  for await (const batch of batches(readEntries(plan.root, entries, { ...work, known }))) {
    const samples = batch.filter((reading) => noteSkipped(reading, work));
    addBatch(store, work.dataset, samples, counts);
  }
  return counts;
}

/** Copies the images into the lab: all of them, or none. */
async function importCopies(
  store: LabStore,
  source: Source,
  plan: SourcePlan,
  work: Work,
): Promise<AddedCounts> {
  const staging = await store.stageContents();
  try {
    const samples: Sample[] = [];
    for await (const reading of stage(store, source, plan, work, staging)) {
      if (noteSkipped(reading, work)) samples.push(reading);
    }
    if (samples.length === 0) return { added: 0, updated: 0, known: 0 };
    await staging.land();
    return addAll(store, work.dataset, samples);
  } catch (error) {
    await staging.withdraw((sha256) => store.content(sha256)?.stored !== undefined);
    throw error;
  } finally {
    await staging.close();
  }
}

function stage(
  store: LabStore,
  source: Source,
  plan: SourcePlan,
  work: Work,
  staging: ContentStaging,
): AsyncIterable<Reading> {
  const known = (sha256: string) => store.content(sha256) ?? work.known?.(sha256);
  const options = { ...work, known, staging, root: plan.root };
  if ('records' in plan) return stageRecords(plan.records, options);
  return stageFiles(source, takeEntries(plan.entries, work), options);
}

/** The entries of the classes that are taken, under their new names. */
function takeEntries(all: readonly Entry[], { rename, skipped }: Work): Entry[] {
  const taken = all.flatMap((entry) => {
    if (entry.className === null) return [entry];
    const className = rename(entry.className);
    return className === undefined ? [] : [{ ...entry, className }];
  });
  const { entries, repeated } = withoutRepeatedPaths(taken);
  skipped.push(...repeated);
  return entries;
}

function noteSkipped(reading: Reading, { skipped }: Work): reading is Sample {
  if ('content' in reading) return true;
  skipped.push({ path: reading.entry.path, reason: reading.reason });
  return false;
}

type Counts = { -readonly [key in keyof AddedCounts]: number };

function addBatch(store: LabStore, dataset: string, samples: readonly Sample[], counts: Counts): void {
  if (samples.length === 0) return;
  const added = addAll(store, dataset, samples);
  counts.added += added.added;
  counts.updated += added.updated;
  counts.known += added.known;
}

function addAll(store: LabStore, dataset: string, samples: readonly Sample[]): AddedCounts {
  return store.addSamples(
    dataset,
    samples.map(({ entry, content }) => ({ ...entry, content })),
  );
}

function report(
  store: LabStore,
  dataset: string,
  own: Pick<ImportReport, 'format' | 'reason' | 'skipped' | 'added' | 'updated'>,
): ImportReport {
  const { samples, classes } = store.dataset(dataset);
  const duplicateGroups = store.copies(dataset);
  return {
    ...own,
    samples,
    classes,
    duplicates: duplicateGroups.reduce((sum, { paths }) => sum + paths.length - 1, 0),
    duplicateGroups,
    conflicts: store.conflicts(dataset),
  };
}

/** Paths that are equal in NFC would be one sample: the first stays. */
function withoutRepeatedPaths(all: readonly Entry[]): { entries: Entry[]; repeated: Skipped[] } {
  const seen = new Set<string>();
  const entries: Entry[] = [];
  const repeated: Skipped[] = [];
  for (const entry of all) {
    const key = entry.path.normalize('NFC');
    if (seen.has(key)) {
      repeated.push({
        path: entry.path,
        reason: 'another file has the same name in another Unicode spelling',
      });
    } else entries.push(entry);
    seen.add(key);
  }
  return { entries, repeated };
}

/** Groups what is read; after a cancellation the last group is still handed out before the error. */
async function* batches(readings: AsyncIterable<Reading>): AsyncGenerator<Reading[], void, undefined> {
  let batch: Reading[] = [];
  try {
    for await (const reading of readings) {
      batch.push(reading);
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
  } catch (error) {
    if (error instanceof LabError && error.code === 'CANCELLED' && batch.length > 0) yield batch;
    throw error;
  }
  if (batch.length > 0) yield batch;
}
