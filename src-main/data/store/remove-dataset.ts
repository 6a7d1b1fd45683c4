/**
 * Removes a data set: its samples, classes, history and what runs said about it. Contents stay known, and so do the
 * bytes that the lab keeps itself: other data sets may have them, and runs refer to them.
 */
import type { Database, Row } from './database.ts';
import { findDataset } from './datasets.ts';
import { removeEvaluation } from './predictions.ts';

/** What keeps the log append-only. */
const GUARDS = `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN
  ('operations', 'label_events', 'class_events')`;

/** Nothing refers to a row that is removed before it. */
const STATEMENTS = [
  'DELETE FROM label_events WHERE operation_id IN (SELECT id FROM operations WHERE dataset_id = ?)',
  'DELETE FROM class_events WHERE operation_id IN (SELECT id FROM operations WHERE dataset_id = ?)',
  'DELETE FROM operations WHERE dataset_id = ?',
  'DELETE FROM samples WHERE dataset_id = ?',
  'DELETE FROM classes WHERE dataset_id = ?',
  'DELETE FROM datasets WHERE id = ?',
];

/** Removes a data set, all of it or nothing. @throws LabError `DATASET_NOT_FOUND` */
export async function removeDataset(database: Database, name: string): Promise<void> {
  const { id } = findDataset(database, name);
  const evaluations = database.all('SELECT id FROM evaluations WHERE dataset_id = ?', id);
  for (const evaluation of evaluations) await removeEvaluation(database, Number(evaluation['id']));
  // Checking that nothing refers to a sample would look through the predictions of every data set, for each sample.
  database.exec('PRAGMA foreign_keys = OFF');
  try {
    database.transaction(() => {
      withoutGuards(database, () => {
        for (const statement of STATEMENTS) database.run(statement, id);
      });
    });
  } finally {
    database.exec('PRAGMA foreign_keys = ON');
  }
}

/** The log is append-only while its data set is there; it goes with it. */
function withoutGuards(database: Database, work: () => void): void {
  const guards: Row[] = database.all(GUARDS);
  for (const { name } of guards) database.exec(`DROP TRIGGER main.${String(name)}`);
  work();
  for (const { sql } of guards) database.exec(String(sql));
}
