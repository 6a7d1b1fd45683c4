/** Finding samples by the paths a person types. */
import { resolve } from 'node:path';
import { LabError } from '../../src-shared/errors.ts';
import type { LabStore } from '../data/store/index.ts';

/**
 * The ids of samples by their paths, compared in NFC: a path as it is, seen from the current folder, or the end of
 * one sample's path.
 *
 * @throws LabError `DATASET_NOT_FOUND`, `SAMPLE_NOT_FOUND` when a path fits none or several
 */
export function findSamples(store: LabStore, dataset: string, paths: readonly string[]): number[] {
  if (paths.length === 0) return [];
  const rows = store.rows(dataset).map((row) => ({ id: row.id, path: row.path, key: keyOf(row.path) }));
  const exact = new Map(rows.map(({ key, id }) => [key, id]));
  return paths.map((path) => {
    const found = exact.get(keyOf(resolve(path)));
    if (found !== undefined) return found;
    const ending = `/${keyOf(path)}`;
    const fitting = rows.filter(({ key }) => key.endsWith(ending));
    if (fitting.length === 1) return fitting[0]!.id;
    const what = fitting.length === 0 ? 'none' : `${fitting.length}, such as ${fitting[0]!.path}`;
    throw new LabError(
      'SAMPLE_NOT_FOUND',
      `Looking for "${path}" among the samples of the data set "${dataset}": found ${what}.`,
      { hint: 'Give the path of the file, or enough of its end to fit one sample only.' },
    );
  });
}

function keyOf(path: string): string {
  return path.normalize('NFC').replaceAll('\\', '/').replace(/^\.\//, '');
}
