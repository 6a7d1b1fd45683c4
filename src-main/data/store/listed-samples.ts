/** Samples by their ids, with all that a list of them shows. */
import type { Database, Row } from './database.ts';
import type { KeptEvaluation } from './predictions.ts';
import { greatestEntropy } from './sample-query.ts';
import { toSampleRow } from './samples.ts';
import type { SampleRow } from './types.ts';

/** What a network says about a sample. */
export interface SamplePrediction {
  readonly className: string;
  /** Probability of the class. */
  readonly confidence: number;
  /** Entropy as a share of that of a blind guess, from 0 to 1. */
  readonly uncertainty: number;
}

/** A sample in a list. */
export interface ListedSample extends SampleRow {
  /** Of its file. */
  readonly bytes: number;
  readonly format: string;
  /** Null where the evaluation says nothing of it. */
  readonly prediction: SamplePrediction | null;
}

/** Samples of a lab in that folder, in the order of the ids; those that are not there are left out. */
export function readSamples(
  database: Database,
  labFolder: string,
  ids: readonly number[],
  evaluation?: KeptEvaluation,
): ListedSample[] {
  return database
    .all(
      `SELECT s.id, coalesce(s.path, s.path_key) AS path, lower(hex(c.sha256)) AS sha256, c.size, c.width, c.height,
         c.format, c.stored, k.name AS class_name, s.split, s.given_split, s.excluded, s.flagged,
         s.excluded = 0 AND s.class_id IS NOT NULL AND EXISTS (
           SELECT 1 FROM samples o WHERE o.dataset_id = s.dataset_id AND o.content_id = s.content_id
           AND o.excluded = 0 AND o.class_id <> s.class_id) AS conflict,
         p.predicted, p.confidence, p.entropy, kp.name AS predicted_name
       FROM json_each(?) j JOIN samples s ON s.id = j.value JOIN contents c ON c.id = s.content_id
       LEFT JOIN classes k ON k.id = s.class_id
       LEFT JOIN predictions p ON p.evaluation_id = ? AND p.sample_id = s.id
       LEFT JOIN classes kp ON kp.id = p.class_id
       ORDER BY j.key`,
      // There is no evaluation 0.
      ...[JSON.stringify(ids), evaluation?.id ?? 0],
    )
    .map((row) => ({
      ...toSampleRow(row, labFolder),
      bytes: Number(row['size']),
      format: String(row['format']),
      prediction: toPrediction(row, evaluation),
    }));
}

function toPrediction(row: Row, evaluation: KeptEvaluation | undefined): SamplePrediction | null {
  if (evaluation === undefined || row['predicted'] === null) return null;
  return {
    className: String(row['predicted_name'] ?? evaluation.classes[Number(row['predicted'])]),
    confidence: Number(row['confidence']),
    uncertainty: Number(row['entropy']) / greatestEntropy(evaluation.classes.length),
  };
}
