/** Queries on data sets. */
import { LabError } from '../../../src-shared/errors.ts';
import type { Database } from './database.ts';
import type { DatasetInfo } from './types.ts';

/** Every data set, in code-point order of the names. */
export function listDatasets(database: Database): DatasetInfo[] {
  return database
    .all('SELECT name FROM datasets ORDER BY name_key')
    .map(({ name }) => findDataset(database, String(name)));
}

/**
 * The data set of that name, compared in NFC.
 *
 * @throws LabError `DATASET_NOT_FOUND`, which lists what exists.
 */
export function findDataset(database: Database, name: string): DatasetInfo {
  const row = database.get(
    'SELECT id, name, created_at FROM datasets WHERE name_key = ?',
    name.normalize('NFC'),
  );
  if (row === undefined) throw datasetNotFound(database, name);
  const id = Number(row['id']);
  return {
    id,
    name: String(row['name']),
    createdAt: String(row['created_at']),
    samples: database.count('SELECT count(*) FROM samples WHERE dataset_id = ?', id),
    classes: usedClasses(database, id),
  };
}

function datasetNotFound(database: Database, name: string): LabError {
  const names = database.all('SELECT name FROM datasets ORDER BY name_key').map((row) => `"${row['name']}"`);
  const found = names.length === 0 ? 'the lab has no data set yet' : `the lab has ${names.join(', ')}`;
  return new LabError('DATASET_NOT_FOUND', `There is no data set "${name}": ${found}.`, {
    hint: 'Import a folder of images with: vitrine import PATH --dataset NAME',
  });
}

function usedClasses(database: Database, datasetId: number): string[] {
  return database
    .all(
      `SELECT name FROM classes WHERE dataset_id = ?1
       AND EXISTS (SELECT 1 FROM samples WHERE dataset_id = ?1 AND class_id = classes.id)
       ORDER BY name_key`,
      datasetId,
    )
    .map((row) => String(row['name']));
}

/**
 * The data set's id; it is created if there is none of that name.
 *
 * @throws LabError `INVALID_ARGUMENT` for a name that is empty, too long or holds control characters.
 */
export function ensureDataset(database: Database, name: string): number {
  const key = name.normalize('NFC');
  const known = database.get('SELECT id FROM datasets WHERE name_key = ?', key);
  if (known !== undefined) return Number(known['id']);
  checkDatasetName(name);
  const now = new Date().toISOString();
  return database.run('INSERT INTO datasets (name, name_key, created_at) VALUES (?, ?, ?)', name, key, now)
    .id;
}

/**
 * Gives a data set another name, or its name another spelling.
 *
 * @throws LabError `DATASET_NOT_FOUND`, `DATASET_EXISTS`, `INVALID_ARGUMENT` as {@link ensureDataset}
 */
export function renameDataset(database: Database, name: string, to: string): void {
  checkDatasetName(to);
  const { id } = findDataset(database, name);
  const key = to.normalize('NFC');
  const other = database.get('SELECT id FROM datasets WHERE name_key = ?', key);
  if (other !== undefined && other['id'] !== id) {
    throw new LabError('DATASET_EXISTS', `The lab has a data set "${to}" already.`, {
      hint: 'Choose another name.',
    });
  }
  database.run('UPDATE datasets SET name = ?, name_key = ? WHERE id = ?', to, key, id);
}

/** Throws LabError `INVALID_ARGUMENT` unless the text can be a data set's name. */
export function checkDatasetName(name: string): void {
  if (/^[^\p{Cc}\p{Cs}]{1,200}$/u.test(name) && name.trim() === name) return;
  throw new LabError(
    'INVALID_ARGUMENT',
    `A data set cannot be called ${JSON.stringify(name)}: expected 1 to 200 characters without control characters and without spaces at the ends.`,
  );
}
