/** All that is known about one sample. */
import { LabError } from '../../../src-shared/errors.ts';
import type { Database, Row } from './database.ts';
import { listEvents } from './edits.ts';
import { type ListedSample, readSamples } from './listed-samples.ts';
import { type KeptEvaluation, listEvaluations, type SeenIn } from './predictions.ts';
import { greatestEntropy } from './sample-query.ts';
import type { LabelEvent } from './types.ts';

/** What one evaluation says about a sample. */
export interface DetailedPrediction {
  readonly evaluation: KeptEvaluation;
  /** Where the run had the sample. */
  readonly split: SeenIn;
  /** Entropy as a share of that of a blind guess, from 0 to 1. */
  readonly uncertainty: number;
  /** The most probable first. */
  readonly classes: readonly { readonly name: string; readonly probability: number }[];
}

/** A sample, its copies, its history and what networks say about it. */
export interface SampleDetail extends Omit<ListedSample, 'prediction'> {
  /** The data set's name. */
  readonly dataset: string;
  /** Other samples of the data set with the same bytes, in natural order. */
  readonly copies: readonly Pick<ListedSample, 'id' | 'path' | 'className' | 'excluded'>[];
  /** Oldest first. */
  readonly events: readonly LabelEvent[];
  /** The latest first. */
  readonly predictions: readonly DetailedPrediction[];
}

/** Copies that are listed. */
const COPIES = 100;

/** Classes of a prediction that are listed. */
const TOP = 10;

/** All about a sample. @throws LabError `SAMPLE_NOT_FOUND` */
export function readDetail(database: Database, labFolder: string, id: number): SampleDetail {
  const dataset = datasetOf(database, id);
  const { prediction: _, ...sample } = readSamples(database, labFolder, [id])[0]!;
  const copies = database
    .all(
      `SELECT o.id FROM samples s JOIN samples o INDEXED BY samples_copies ON o.dataset_id = s.dataset_id AND o.content_id = s.content_id
       WHERE s.id = ?1 AND o.id <> ?1 ORDER BY o.sort_key, o.path_key LIMIT ?2`,
      ...[id, COPIES],
    )
    .map((row) => Number(row['id']));
  return {
    ...sample,
    dataset,
    copies: readSamples(database, labFolder, copies),
    events: listEvents(database, dataset, id),
    predictions: listEvaluations(database, dataset).flatMap((evaluation) =>
      predictionOf(database, id, evaluation),
    ),
  };
}

/** The one sample's row. @throws LabError `SAMPLE_NOT_FOUND` */
export function readSample(database: Database, labFolder: string, id: number): ListedSample {
  const [sample] = readSamples(database, labFolder, [id]);
  if (sample === undefined) throw notFound(id);
  return sample;
}

function datasetOf(database: Database, id: number): string {
  const row = database.get(
    'SELECT d.name FROM samples s JOIN datasets d ON d.id = s.dataset_id WHERE s.id = ?',
    id,
  );
  if (row === undefined) throw notFound(id);
  return String(row['name']);
}

function notFound(id: number): LabError {
  return new LabError('SAMPLE_NOT_FOUND', `The lab has no sample ${id}.`, {
    hint: 'It may have been removed with its data set; look at the data set again.',
  });
}

function predictionOf(database: Database, sample: number, evaluation: KeptEvaluation): DetailedPrediction[] {
  const row = database.get(
    'SELECT split, entropy, probabilities FROM predictions WHERE evaluation_id = ? AND sample_id = ?',
    ...[evaluation.id, sample],
  );
  return row === undefined ? [] : [toPrediction(row, evaluation)];
}

function toPrediction(row: Row, evaluation: KeptEvaluation): DetailedPrediction {
  // A copy, since bytes from the database may begin anywhere and floats may not.
  const probabilities = new Float32Array(new Uint8Array(row['probabilities'] as Uint8Array).buffer);
  const classes = evaluation.classes.map((name, output) => ({
    name,
    probability: probabilities[output] ?? 0,
  }));
  return {
    evaluation,
    split: row['split'] as SeenIn,
    uncertainty: Number(row['entropy']) / greatestEntropy(evaluation.classes.length),
    classes: classes.sort((a, b) => b.probability - a.probability).slice(0, TOP),
  };
}
