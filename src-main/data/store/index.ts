/** The lab's database: data sets, samples, contents, and the log of label events. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LabError } from '../../../src-shared/errors.ts';
import { Database } from './database.ts';
import { ContentStaging } from './contents.ts';
import { ensureDataset, findDataset, listDatasets, renameDataset } from './datasets.ts';
import { applyClassChange, type ClassChange } from './class-edits.ts';
import { Evaluations } from './evaluations.ts';
import { applyEdit, type Edit, listEvents, redoEdit, undoEdit } from './edits.ts';
import { type LabLock, lockLab } from './lock.ts';
import { prepareSchema } from './migrations.ts';
import { removeUnfinished } from './predictions.ts';
import type { EditResult } from './operations.ts';
import { holdersOf, moveSamples } from './moved-samples.ts';
import { removeDataset } from './remove-dataset.ts';
import { Samples } from './sample-questions.ts';
import { type EditSummary, nextEdits } from './summaries.ts';
import {
  type AddedCounts,
  findContent,
  insertSamples,
  listConflicts,
  listCopies,
  listRows,
  writeSplits,
} from './samples.ts';
import {
  countLeftOut,
  countTrainable,
  type LeftOutCounts,
  medianSide,
  type TrainableCount,
} from './trainable-counts.ts';
import { TrainingRows } from './training-rows.ts';
import type { Content, CopyGroup, DatasetInfo, LabelEvent, NewSample, SampleRow, Split } from './types.ts';

export { checkDatasetName } from './datasets.ts';
export type { ContentStaging } from './contents.ts';
export type { ClassChange } from './class-edits.ts';
export * from './evaluation-types.ts';
export type { Evaluations } from './evaluations.ts';
export type * from './predictions.ts';
export type { Edit } from './edits.ts';
export type { EditResult } from './operations.ts';
export type { EditSummary } from './summaries.ts';
export type { ListedSample } from './listed-samples.ts';
export type { EvaluationChoice } from './sample-questions.ts';
export type { SampleQuery } from './sample-query.ts';
export type { AddedCounts } from './samples.ts';
export type { LeftOutCounts, TrainableCount } from './trainable-counts.ts';
export * from './types.ts';

/** An open lab. Data sets are named; names are compared in NFC. */
export class LabStore {
  /** The lab's folder, absolute. */
  readonly folder: string;
  /** For the store's own modules and its tests. */
  readonly database: Database;
  /** What runs say about the samples. */
  readonly evaluations: Evaluations;
  /** Questions about the samples. */
  readonly samples: Samples;
  /** The rows that a training would have. */
  readonly training: TrainingRows;
  readonly #lock: LabLock;

  private constructor(folder: string, lock: LabLock, database: Database) {
    this.folder = folder;
    this.#lock = lock;
    this.database = database;
    this.evaluations = new Evaluations(database, folder);
    this.samples = new Samples(database, folder);
    this.training = new TrainingRows(database, folder);
  }

  /**
   * Opens the lab in that folder, or makes one there.
   *
   * @throws LabError `LAB_LOCKED` (another process has it open), `LAB_CORRUPT`, `LAB_VERSION` (a newer program
   * wrote it), `DISK_FULL`, `OUTPUT_UNWRITABLE`.
   */
  static open(folder: string): LabStore {
    const absolute = resolve(folder);
    createFolder(absolute);
    const lock = lockLab(absolute);
    try {
      return new LabStore(absolute, lock, openDatabase(join(absolute, 'lab.db')));
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Closes the lab and lets the next process have it. */
  close(): void {
    this.database.close();
    this.#lock.release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Every data set, in code-point order of the names. */
  datasets(): DatasetInfo[] {
    return listDatasets(this.database);
  }

  /** One data set. Throws LabError `DATASET_NOT_FOUND`, which lists what exists. */
  dataset(name: string): DatasetInfo {
    return findDataset(this.database, name);
  }

  /** Gives a data set another name. @throws LabError `DATASET_NOT_FOUND`, `DATASET_EXISTS`, `INVALID_ARGUMENT` */
  renameDataset(name: string, to: string): void {
    renameDataset(this.database, name, to);
  }

  /** Forgets a data set with its labels and their history. @throws LabError `DATASET_NOT_FOUND` */
  removeDataset(name: string): Promise<void> {
    return removeDataset(this.database, name);
  }

  /** All samples of a data set, in natural order of their paths. */
  rows(dataset: string): SampleRow[] {
    return listRows(this.database, this.folder, this.dataset(dataset).id);
  }

  /** Samples that can be trained on, by class and split. */
  trainableCounts(dataset: string): TrainableCount[] {
    return countTrainable(this.database, this.dataset(dataset).id);
  }

  /** Samples that cannot be trained on. */
  leftOut(dataset: string): LeftOutCounts {
    return countLeftOut(this.database, this.dataset(dataset).id);
  }

  /** The shorter side of the median picture that can be trained on; undefined without any. */
  medianSide(dataset: string): number | undefined {
    return medianSide(this.database, this.dataset(dataset).id);
  }

  /** Groups of samples with the same bytes. */
  copies(dataset: string): CopyGroup[] {
    return listCopies(this.database, this.dataset(dataset).id);
  }

  /** Groups of samples with the same bytes and different labels, which stay out of training. */
  conflicts(dataset: string): CopyGroup[] {
    return listConflicts(this.database, this.dataset(dataset).id);
  }

  /** What is known about bytes from any data set. */
  content(sha256: string): Content | undefined {
    return findContent(this.database, sha256);
  }

  /**
   * A place for bytes that the lab shall keep itself; close it at the end.
   *
   * @throws LabError `DISK_FULL`, `OUTPUT_UNWRITABLE`
   */
  stageContents(): Promise<ContentStaging> {
    return ContentStaging.open(this.folder);
  }

  /**
   * Adds samples in one transaction, and the data set if it is new. A path the data set has already keeps its
   * label, split and marks, and gets the content given here.
   */
  addSamples(dataset: string, samples: readonly NewSample[]): AddedCounts {
    return this.database.transaction(() =>
      insertSamples(this.database, ensureDataset(this.database, dataset), samples),
    );
  }

  /** Ids of the samples that lie at the paths, by the paths as they are given. @throws LabError `DATASET_NOT_FOUND` */
  holdersOf(dataset: string, paths: Iterable<string>): Map<string, number> {
    return holdersOf(this.database, this.dataset(dataset).id, paths);
  }

  /** Says where samples lie now, by their ids, all at once. No other sample of the data set may lie there. */
  moveSamples(moves: ReadonlyMap<number, string>): void {
    this.database.transaction(() => {
      moveSamples(this.database, moves);
    });
  }

  /** Writes the split of every sample given by its id. */
  setSplits(splits: ReadonlyMap<number, Split | null>): void {
    this.database.transaction(() => {
      writeSplits(this.database, splits);
    });
  }

  /**
   * Changes a label or a mark of samples; undefined when nothing had to change.
   *
   * @throws LabError `SAMPLE_NOT_FOUND`, `CLASS_UNKNOWN`.
   */
  edit(dataset: string, edit: Edit): EditResult | undefined {
    return applyEdit(this.database, dataset, edit);
  }

  /**
   * Adds, renames or removes a class; undefined when nothing had to change.
   *
   * @throws LabError `INVALID_ARGUMENT` (the name), `CLASS_EXISTS`, `CLASS_UNKNOWN`.
   */
  editClasses(dataset: string, change: ClassChange, who: string): EditResult | undefined {
    return applyClassChange(this.database, dataset, change, who);
  }

  /** What an undo and a redo would concern now. */
  nextEdits(dataset: string): {
    readonly undo: EditSummary | undefined;
    readonly redo: EditSummary | undefined;
  } {
    return nextEdits(this.database, dataset);
  }

  /** Takes the data set's last edit back; undefined when there is none left. */
  undo(dataset: string, who: string): EditResult | undefined {
    return undoEdit(this.database, dataset, who);
  }

  /** Repeats the edit undone last; undefined when there is none. */
  redo(dataset: string, who: string): EditResult | undefined {
    return redoEdit(this.database, dataset, who);
  }

  /** The log of a data set or of one of its samples, oldest first. */
  events(dataset: string, sample?: number): LabelEvent[] {
    return listEvents(this.database, dataset, sample);
  }
}

function createFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabError('OUTPUT_UNWRITABLE', `Cannot create the lab folder ${folder}: ${reason}.`, {
      hint: 'Choose another folder with --lab.',
      cause: error,
    });
  }
}

function openDatabase(path: string): Database {
  const database = new Database(path);
  try {
    // FULL: a label event that was confirmed survives a power cut.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    // In KiB: rows of 100,000 samples stay in memory, where reading them takes half as long.
    database.exec('PRAGMA cache_size = -65536');
    prepareSchema(database);
    removeUnfinished(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
