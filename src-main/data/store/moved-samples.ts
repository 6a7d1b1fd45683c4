/** Samples whose files lie elsewhere now. Labels, splits and history belong to the sample, not to its path. */
import type { Database } from './database.ts';
import { pathColumns } from './samples.ts';

/** Ids of a data set's samples by their paths, of those that lie at one of the paths. */
export function holdersOf(
  database: Database,
  datasetId: number,
  paths: Iterable<string>,
): Map<string, number> {
  const found = new Map<string, number>();
  for (const path of paths) {
    const { key, sortKey } = pathColumns(path);
    const row = database.get(
      'SELECT id FROM samples WHERE dataset_id = ? AND sort_key = ? AND path_key = ?',
      ...[datasetId, sortKey, key],
    );
    if (row !== undefined) found.set(path, Number(row['id']));
  }
  return found;
}

/** Writes new paths, by the samples' ids. Among them, samples can take one another's places. Call in a transaction. */
export function moveSamples(database: Database, moves: ReadonlyMap<number, string>): void {
  const set = 'UPDATE samples SET path_key = ?, path = ?, sort_key = ? WHERE id = ?';
  // Out of each other's way first: no path begins with this character.
  for (const id of moves.keys()) database.run(set, `\u0001${id}`, null, `\u0001${id}`, id);
  for (const [id, path] of moves) {
    const { key, spelling, sortKey } = pathColumns(path);
    database.run(set, key, spelling, sortKey, id);
  }
}
