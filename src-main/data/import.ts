/** Brings a folder of images into a data set of the lab; the originals stay where they are. */
import { LabError } from '../../src-shared/errors.ts';
import { type Entry, type ReadProgress, type Reading, readEntries } from './read-entries.ts';
import {
  type FormatChoice,
  type FormatName,
  type Skipped,
  noImages,
  planFolder,
  sortSkipped,
} from './scan.ts';
import { type AddedCounts, checkDatasetName, type CopyGroup, type LabStore } from './store/index.ts';

/** What to import, and into what. */
export interface ImportOptions {
  /** The folder. */
  readonly path: string;
  /** The data set's name; one that exists already is extended. */
  readonly dataset: string;
  /** `auto` unless given. */
  readonly format?: FormatChoice;
  /** Larger pictures (width × height) are skipped. */
  readonly maxPixels?: number;
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
 * Imports a folder. Every batch of files is saved as it is read: an import that was killed or cancelled can be
 * repeated and adds what is missing, and importing twice adds nothing twice.
 *
 * @throws LabError `SOURCE_NOT_FOUND`, `SOURCE_UNREADABLE`, `FORMAT_UNKNOWN`, `DATASET_EMPTY` (no image can be
 * read), `INVALID_ARGUMENT` (the name), `DISK_FULL`, `CANCELLED`.
 */
export async function importDataset(store: LabStore, options: ImportOptions): Promise<ImportReport> {
  checkDatasetName(options.dataset);
  const plan = await planFolder(options.path, options.format ?? 'auto', options.signal);
  const { entries, repeated } = withoutRepeatedPaths(plan.entries);
  const skipped = [...plan.skipped, ...repeated];
  const counts = { added: 0, updated: 0, known: 0 };
  const known = (sha256: string) => store.content(sha256);
  for await (const batch of batches(readEntries(plan.root, entries, { ...options, known }))) {
    for (const reading of batch) {
      if ('reason' in reading) skipped.push({ path: reading.entry.path, reason: reading.reason });
    }
    addBatch(store, options.dataset, batch.filter(isSample), counts);
  }
  if (counts.added + counts.updated + counts.known === 0) throw noImages(plan.root, skipped);
  return report(store, options.dataset, {
    ...{ format: plan.format, reason: plan.reason, skipped: sortSkipped(skipped) },
    ...{ added: counts.added, updated: counts.updated },
  });
}

type Counts = { -readonly [key in keyof AddedCounts]: number };

function addBatch(store: LabStore, dataset: string, samples: readonly Sample[], counts: Counts): void {
  if (samples.length === 0) return;
  const added = store.addSamples(
    dataset,
    samples.map(({ entry, content }) => ({ ...entry, content })),
  );
  counts.added += added.added;
  counts.updated += added.updated;
  counts.known += added.known;
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

function isSample(reading: Reading): reading is Sample {
  return 'content' in reading;
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
