/**
 * Evaluations: what an epoch of a run says about each sample of a data set. One that is being written, or being
 * removed, has a negative epoch, and nobody is shown it.
 */
import { setImmediate } from 'node:timers/promises';
import { LabError } from '../../../src-shared/errors.ts';
import type { Database, Row } from './database.ts';
import { findDataset } from './datasets.ts';
import type { Split } from './types.ts';

/** Where a sample was when the run was trained; `none`: not among the run's rows. */
export type SeenIn = Split | 'none';

/** Names an evaluation: there is one of each epoch of a run. */
export interface EvaluationKey {
  readonly dataset: string;
  /** The run's id. */
  readonly run: string;
  readonly epoch: number;
}

/** A kept evaluation. */
export interface KeptEvaluation {
  readonly id: number;
  readonly datasetId: number;
  readonly run: string;
  readonly epoch: number;
  /** Names at that time, in the order of the network's outputs. */
  readonly classes: readonly string[];
  /** When it was begun, ISO 8601, UTC. */
  readonly at: string;
}

/** What {@link EvaluationWriter} is made for. */
export interface NewEvaluation extends Omit<EvaluationKey, 'epoch'> {
  /** Names in the order of the network's outputs, as the run was started with. */
  readonly classes: readonly string[];
  /** When the run was started, ISO 8601, UTC: classes may have been renamed since. */
  readonly trainedAt: string;
}

/** What a network says about a sample. */
export interface NewPrediction {
  readonly sample: number;
  readonly split: SeenIn;
  /** One for each class of the network; they sum to 1. */
  readonly probabilities: Float32Array;
}

/** Predictions removed in one transaction: few enough that nothing else waits for long. */
const REMOVED_AT_ONCE = 1000;

/** Every evaluation of a data set, the latest first. */
export function listEvaluations(database: Database, dataset: string): KeptEvaluation[] {
  const { id } = findDataset(database, dataset);
  return database
    .all('SELECT * FROM evaluations WHERE dataset_id = ? AND epoch > 0 ORDER BY at DESC, id DESC', id)
    .map(toEvaluation);
}

/** How many samples an evaluation has, by where they were in the run. */
export function countPredictions(database: Database, evaluation: number): Record<SeenIn, number> {
  const counts = { train: 0, validation: 0, test: 0, none: 0 };
  const rows = database.all(
    'SELECT split, count(*) AS count FROM predictions WHERE evaluation_id = ? GROUP BY split',
    evaluation,
  );
  for (const { split, count } of rows) counts[split as SeenIn] = Number(count);
  return counts;
}

/**
 * The evaluation of an epoch of a run.
 *
 * @throws LabError `DATASET_NOT_FOUND`, `EVALUATION_NOT_FOUND`
 */
export function findEvaluation(database: Database, { dataset, run, epoch }: EvaluationKey): KeptEvaluation {
  const { id, name } = findDataset(database, dataset);
  const row = database.get(
    'SELECT * FROM evaluations WHERE dataset_id = ? AND run = ? AND epoch = ? AND epoch > 0',
    ...[id, run, epoch],
  );
  if (row !== undefined) return toEvaluation(row);
  throw new LabError(
    'EVALUATION_NOT_FOUND',
    `Nothing is kept of what epoch ${epoch} of the run ${run} says about the data set "${name}".`,
    { hint: 'Evaluate this epoch first.' },
  );
}

function toEvaluation(row: Row): KeptEvaluation {
  return {
    id: Number(row['id']),
    datasetId: Number(row['dataset_id']),
    run: String(row['run']),
    epoch: Number(row['epoch']),
    classes: JSON.parse(String(row['classes'])) as string[],
    at: String(row['at']),
  };
}

/** The classes of a data set by the names in NFC that they had at a time, with their names of now. */
export function classesAt(
  database: Database,
  datasetId: number,
  time: string,
): Map<string, { readonly id: number; readonly name: string }> {
  // Removed ones first, so that one that is in use takes a name that both had.
  const rows = database.all(
    `SELECT k.id, k.name, coalesce(
       (SELECT e.from_value FROM class_events e JOIN operations o ON o.id = e.operation_id
        WHERE e.class_id = k.id AND e.what = 'name' AND o.at > ?2 ORDER BY e.id LIMIT 1), k.name) AS then_name
     FROM classes k WHERE k.dataset_id = ?1 ORDER BY k.removed DESC`,
    ...[datasetId, time],
  );
  return new Map(
    rows.map((row) => [
      String(row['then_name']).normalize('NFC'),
      { id: Number(row['id']), name: String(row['name']) },
    ]),
  );
}

/** Writes an evaluation. It replaces an older one of the same epoch once it is complete, and not before. */
export class EvaluationWriter {
  readonly #database: Database;
  readonly #id: number;
  /** Ids of the data set's classes by output; null for those it does not have. */
  readonly #classes: readonly (number | null)[];

  constructor(database: Database, { dataset, run, classes, trainedAt }: NewEvaluation) {
    this.#database = database;
    const { id } = findDataset(database, dataset);
    const known = classesAt(database, id, trainedAt);
    const found = classes.map((name) => known.get(name.normalize('NFC')));
    this.#classes = found.map((row) => row?.id ?? null);
    const names = classes.map((name, output) => found[output]?.name ?? name);
    this.#id = database.run(
      'INSERT INTO evaluations (dataset_id, run, epoch, classes, at) VALUES (?, ?, ?, ?, ?)',
      ...[id, run, hiddenEpoch(database), JSON.stringify(names), new Date().toISOString()],
    ).id;
  }

  /** Adds predictions, all or none of them. */
  add(predictions: readonly NewPrediction[]): void {
    this.#database.transaction(() => {
      for (const { sample, split, probabilities } of predictions) {
        const predicted = indexOfLargest(probabilities);
        this.#database.run(
          `INSERT INTO predictions
             (evaluation_id, sample_id, split, predicted, class_id, confidence, entropy, probabilities)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
          ...[this.#id, sample, split, predicted, this.#classes[predicted] ?? null],
          ...[probabilities[predicted]!, entropy(probabilities), bytesOf(probabilities)],
        );
      }
    });
  }

  /** Puts the evaluation in the place of an older one of the epoch. */
  async finish(epoch: number): Promise<void> {
    const database = this.#database;
    const older = database.transaction(() => {
      const replaced = database.get(
        `SELECT o.id FROM evaluations o JOIN evaluations n ON n.id = ?1
         WHERE o.dataset_id = n.dataset_id AND o.run = n.run AND o.epoch = ?2`,
        ...[this.#id, epoch],
      );
      if (replaced !== undefined) hide(database, Number(replaced['id']));
      database.run('UPDATE evaluations SET epoch = ?2 WHERE id = ?1', this.#id, epoch);
      return replaced;
    });
    if (older !== undefined) await erase(database, Number(older['id']));
  }

  /** Removes what was written. */
  async discard(): Promise<void> {
    await erase(this.#database, this.#id);
  }
}

/** Removes a kept evaluation. */
export async function removeEvaluation(database: Database, evaluation: number): Promise<void> {
  hide(database, evaluation);
  await erase(database, evaluation);
}

/** Removes what a process left that was killed while it wrote or removed an evaluation. */
export function removeUnfinished(database: Database): void {
  database.exec('DELETE FROM evaluations WHERE epoch < 0');
}

/** Removes what is said about a sample, whose picture is another one now. */
export function forgetPredictions(database: Database, datasetId: number, sample: number): void {
  database.run(
    `DELETE FROM predictions WHERE sample_id = ?2
     AND evaluation_id IN (SELECT id FROM evaluations WHERE dataset_id = ?1)`,
    ...[datasetId, sample],
  );
}

function hide(database: Database, evaluation: number): void {
  database.run('UPDATE evaluations SET epoch = ?2 WHERE id = ?1', evaluation, hiddenEpoch(database));
}

/** Unlike any other evaluation's. */
function hiddenEpoch(database: Database): number {
  return database.count('SELECT min(coalesce(min(epoch), 0), 0) - 1 FROM evaluations');
}

/** Step by step, so that nothing has to wait for all of it. */
async function erase(database: Database, evaluation: number): Promise<void> {
  const some = 'SELECT sample_id FROM predictions WHERE evaluation_id = ?1 LIMIT ?2';
  const sql = `DELETE FROM predictions WHERE evaluation_id = ?1 AND sample_id IN (${some})`;
  while (database.run(sql, evaluation, REMOVED_AT_ONCE).changes > 0) await setImmediate();
  database.run('DELETE FROM evaluations WHERE id = ?', evaluation);
}

function indexOfLargest(values: Float32Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! > values[best]!) best = index;
  return best;
}

/** In nats. */
function entropy(probabilities: Float32Array): number {
  let sum = 0;
  for (const probability of probabilities) if (probability > 0) sum -= probability * Math.log(probability);
  return Math.max(0, sum);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
