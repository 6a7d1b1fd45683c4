/** How many samples there are of what. */
import type { Database, Row } from './database.ts';
import { findDataset } from './datasets.ts';
import type { KeptEvaluation } from './predictions.ts';
import { commonFolder } from './sample-query.ts';
import type { Split } from './types.ts';

/** Samples by split; `none`: in no split. */
export type SplitCounts = Record<Split | 'none', number>;

/** The samples of a class. */
export interface ClassSamples {
  /** Null for the unlabelled. */
  readonly name: string | null;
  readonly samples: number;
  readonly excluded: number;
  /** Of those that are not excluded. */
  readonly splits: SplitCounts;
}

/** What a data set's samples can be filtered by, counted. */
export interface SampleCounts {
  /** See {@link commonFolder}. */
  readonly root: string;
  readonly samples: number;
  /** Every class, also one that no sample has, in code-point order; the unlabelled last, if there are any. */
  readonly classes: readonly ClassSamples[];
  readonly splits: SplitCounts;
  readonly excluded: number;
  readonly flagged: number;
  /** Samples with the same bytes as another. */
  readonly duplicates: number;
  /** Those of them that are labelled differently. */
  readonly conflicts: number;
}

/** How predictions stand to the labels of now. */
export interface SampleOutcomes {
  readonly evaluation: KeptEvaluation | undefined;
  /** Labelled samples. */
  readonly right: number;
  readonly wrong: number;
  /** In code-point order. */
  readonly predicted: readonly { readonly name: string; readonly samples: number }[];
}

/** Counts a data set's samples. @throws LabError `DATASET_NOT_FOUND` */
export function countSamples(database: Database, dataset: string): SampleCounts {
  const { id, samples } = findDataset(database, dataset);
  const byClass = database.all(
    `SELECT class_id, count(*) AS samples, sum(excluded) AS excluded, sum(flagged) AS flagged,
       sum(excluded = 0 AND split = 'train') AS train, sum(excluded = 0 AND split = 'validation') AS validation,
       sum(excluded = 0 AND split = 'test') AS test, sum(excluded = 0 AND split IS NULL) AS none
     FROM samples WHERE dataset_id = ? GROUP BY class_id`,
    id,
  );
  return {
    ...{ root: commonFolder(database, id), samples, classes: named(database, id, byClass) },
    splits: countSplits(database, id),
    excluded: sum(byClass, 'excluded'),
    flagged: sum(byClass, 'flagged'),
    ...countCopies(database, id),
  };
}

function named(database: Database, datasetId: number, byClass: readonly Row[]): ClassSamples[] {
  const rows = new Map(byClass.map((row) => [row['class_id'], row]));
  const classes = database.all(
    'SELECT id, name FROM classes WHERE dataset_id = ? AND removed = 0 ORDER BY name_key',
    datasetId,
  );
  const counted = classes.map(({ id, name }) => toClass(String(name), rows.get(id)));
  const unlabelled = rows.get(null);
  return unlabelled === undefined ? counted : [...counted, toClass(null, unlabelled)];
}

function toClass(name: string | null, row: Row = {}): ClassSamples {
  const count = (key: string): number => Number(row[key] ?? 0);
  const splits = { train: count('train'), validation: count('validation'), test: count('test') };
  return {
    ...{ name, samples: count('samples'), excluded: count('excluded') },
    splits: { ...splits, none: count('none') },
  };
}

function countSplits(database: Database, datasetId: number): SplitCounts {
  const counts = { train: 0, validation: 0, test: 0, none: 0 };
  const rows = database.all(
    'SELECT split, count(*) AS count FROM samples WHERE dataset_id = ? GROUP BY split',
    datasetId,
  );
  for (const { split, count } of rows) counts[(split ?? 'none') as Split | 'none'] = Number(count);
  return counts;
}

function countCopies(database: Database, datasetId: number): Pick<SampleCounts, 'duplicates' | 'conflicts'> {
  const row = database.get(
    `WITH copies AS MATERIALIZED (
       SELECT content_id, count(*) AS samples FROM samples WHERE dataset_id = ?1
       GROUP BY content_id HAVING count(*) > 1),
     conflicts AS (
       SELECT count(*) AS samples FROM samples
       WHERE dataset_id = ?1 AND content_id IN (SELECT content_id FROM copies)
       AND excluded = 0 AND class_id IS NOT NULL
       GROUP BY content_id HAVING min(class_id) <> max(class_id))
     SELECT (SELECT coalesce(sum(samples), 0) FROM copies) AS duplicates,
       (SELECT coalesce(sum(samples), 0) FROM conflicts) AS conflicts`,
    datasetId,
  );
  return { duplicates: Number(row!['duplicates']), conflicts: Number(row!['conflicts']) };
}

function sum(rows: readonly Row[], key: string): number {
  return rows.reduce((total, row) => total + Number(row[key]), 0);
}

/** Counts what an evaluation says of the samples as they are labelled now. */
export function countOutcomes(
  database: Database,
  datasetId: number,
  evaluation: KeptEvaluation | undefined,
): SampleOutcomes {
  if (evaluation === undefined) return { evaluation, right: 0, wrong: 0, predicted: [] };
  const counts = database.get(
    `SELECT sum(p.class_id = s.class_id) AS "right", count(s.class_id) AS labelled
     FROM samples s CROSS JOIN predictions p ON p.sample_id = s.id
     WHERE p.evaluation_id = ? AND s.dataset_id = ?`,
    ...[evaluation.id, datasetId],
  )!;
  const right = Number(counts['right']);
  const predicted = database.all(
    `SELECT k.name, p.samples FROM classes k JOIN (
       SELECT class_id, count(*) AS samples FROM predictions WHERE evaluation_id = ? GROUP BY class_id
     ) p ON p.class_id = k.id ORDER BY k.name_key`,
    evaluation.id,
  );
  return {
    ...{ evaluation, right, wrong: Number(counts['labelled']) - right },
    predicted: predicted.map(({ name, samples }) => ({ name: String(name), samples: Number(samples) })),
  };
}
