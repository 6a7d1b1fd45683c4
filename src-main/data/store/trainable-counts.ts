/** How many samples can be trained on, and how large they are: counted by the database, whatever their number. */
import type { Database } from './database.ts';
import type { Split } from './types.ts';

/** Samples of one class in one split that can be trained on. */
export interface TrainableCount {
  readonly className: string;
  /** Null for those that were not split. */
  readonly split: Split | null;
  readonly count: number;
}

/** Samples that cannot be trained on, and why. */
export interface LeftOutCounts {
  readonly excluded: number;
  readonly unlabelled: number;
  /** They have copies with another label. */
  readonly conflicts: number;
}

/** Contents in the data set `?1` whose labelled, not excluded copies do not all have the same class. */
const CONFLICTS = `
  SELECT content_id FROM samples WHERE dataset_id = ?1 AND excluded = 0 AND class_id IS NOT NULL
  GROUP BY content_id HAVING min(class_id) <> max(class_id)`;

/** A sample of the data set `?1` that can be trained on. */
export const TRAINABLE = `dataset_id = ?1 AND excluded = 0 AND class_id IS NOT NULL AND content_id NOT IN (${CONFLICTS})`;

/** In code-point order of the classes. */
export function countTrainable(database: Database, datasetId: number): TrainableCount[] {
  return database
    .all(
      `SELECT k.name, s.split, s.count FROM
         (SELECT class_id, split, count(*) AS count FROM samples WHERE ${TRAINABLE} GROUP BY class_id, split) s
       JOIN classes k ON k.id = s.class_id ORDER BY k.name_key, s.split`,
      datasetId,
    )
    .map((row) => ({
      className: String(row['name']),
      split: row['split'] as Split | null,
      count: Number(row['count']),
    }));
}

/** See {@link LeftOutCounts}. */
export function countLeftOut(database: Database, datasetId: number): LeftOutCounts {
  const count = (condition: string): number =>
    database.count(`SELECT count(*) FROM samples WHERE dataset_id = ?1 AND ${condition}`, datasetId);
  return {
    excluded: count('excluded = 1'),
    unlabelled: count('excluded = 0 AND class_id IS NULL'),
    conflicts: count(`excluded = 0 AND class_id IS NOT NULL AND content_id IN (${CONFLICTS})`),
  };
}

/** The shorter side of the median picture that can be trained on, in pixels; undefined without any. */
export function medianSide(database: Database, datasetId: number): number | undefined {
  const sides = database.all(
    `SELECT min(c.width, c.height) AS side, count(*) AS count FROM samples s JOIN contents c ON c.id = s.content_id
     WHERE ${TRAINABLE} GROUP BY side ORDER BY side`,
    datasetId,
  );
  const half = sides.reduce((sum, row) => sum + Number(row['count']), 0) / 2;
  let before = 0;
  for (const row of sides) {
    before += Number(row['count']);
    if (before >= half) return Number(row['side']);
  }
  return undefined;
}
