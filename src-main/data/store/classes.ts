/**
 * Classes of a data set. One that was deleted or merged away stays, since events name it; it gives its name free
 * and comes back when the operation is undone or a class of that name is needed again.
 */
import { LabError } from '../../../src-shared/errors.ts';
import { toFolderName } from '../class-folders.ts';
import type { Database } from './database.ts';

/** A change of a class, as the log holds it. */
export interface ClassStep {
  readonly classId: number;
  readonly what: 'name' | 'removed';
  /** A name, or '0' or '1'. */
  readonly from: string;
  readonly to: string;
}

/** A class's id by its name in NFC, or undefined. */
export function findClass(database: Database, datasetId: number, name: string): number | undefined {
  const row = database.get(
    'SELECT id FROM classes WHERE dataset_id = ? AND name_key = ?',
    datasetId,
    name.normalize('NFC'),
  );
  return row === undefined ? undefined : Number(row['id']);
}

/**
 * A class's id and its present spelling.
 *
 * @throws LabError `CLASS_UNKNOWN`, which lists what exists
 */
export function requireClass(
  database: Database,
  dataset: { readonly id: number; readonly name: string },
  name: string,
): { readonly id: number; readonly name: string } {
  const id = findClass(database, dataset.id, name);
  if (id !== undefined) return { id, name: nameOf(database, id) };
  const classes = database
    .all('SELECT name FROM classes WHERE dataset_id = ? AND removed = 0 ORDER BY name_key', dataset.id)
    .map((row) => String(row['name']));
  const found = classes.length === 0 ? 'it has none yet' : `its classes are ${classes.join(', ')}`;
  throw new LabError('CLASS_UNKNOWN', `The data set "${dataset.name}" has no class "${name}": ${found}.`, {
    hint: 'Check the spelling, or ask for a new class on purpose.',
  });
}

/** A class's id; it is created, or comes back, if the data set has none of that name. For imports: not logged. */
export function ensureClass(database: Database, datasetId: number, name: string): number {
  const known = findClass(database, datasetId, name);
  if (known !== undefined) return known;
  const id = dormantClass(database, datasetId, name);
  setRemoved(database, id, false);
  return id;
}

/** The removed class of that name, or a new one that is still to be taken in. */
export function dormantClass(database: Database, datasetId: number, name: string): number {
  const key = name.normalize('NFC');
  const known = database
    .all('SELECT id, name FROM classes WHERE dataset_id = ? AND removed = 1 ORDER BY id DESC', datasetId)
    .find((row) => String(row['name']).normalize('NFC') === key);
  if (known !== undefined) return Number(known['id']);
  const { id } = database.run(
    'INSERT INTO classes (dataset_id, name, name_key, removed) VALUES (?, ?, ?, 1)',
    ...[datasetId, name, NO_KEY],
  );
  setRemoved(database, id, true);
  return id;
}

/**
 * Carries out a change of a class. One that has samples, because an import brought some meanwhile, is not removed.
 *
 * @throws LabError `CLASS_EXISTS` when another class has the name by now
 */
export function applyClassStep(database: Database, { classId, what, to }: ClassStep): void {
  if (what === 'name') setName(database, classId, to);
  else setRemoved(database, classId, to === '1');
}

function setName(database: Database, id: number, name: string): void {
  requireFree(database, id, name);
  database.run('UPDATE classes SET name = ?, name_key = ? WHERE id = ?', name, name.normalize('NFC'), id);
}

function setRemoved(database: Database, id: number, removed: boolean): void {
  if (removed) {
    database.run(
      `UPDATE classes SET removed = 1, name_key = ?2 || id
       WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM samples WHERE class_id = ?1 AND dataset_id = classes.dataset_id)`,
      ...[id, NO_KEY],
    );
    return;
  }
  const name = nameOf(database, id);
  requireFree(database, id, name);
  database.run('UPDATE classes SET removed = 0, name_key = ? WHERE id = ?', name.normalize('NFC'), id);
}

/** Begins the key of a removed class. Not in NFC, so that it is no name's key. */
const NO_KEY = 'e\u0301 ';

function requireFree(database: Database, id: number, name: string): void {
  const other = database.get(
    `SELECT other.name FROM classes JOIN classes other ON other.dataset_id = classes.dataset_id
     WHERE classes.id = ? AND other.name_key = ? AND other.id <> classes.id`,
    id,
    name.normalize('NFC'),
  );
  if (other !== undefined) throw classExists(String(other['name']), 'Merge the two classes instead.');
}

/** The error for a name that another class has. */
export function classExists(name: string, hint: string): LabError {
  return new LabError('CLASS_EXISTS', `There is a class "${name}" already.`, { hint });
}

function nameOf(database: Database, id: number): string {
  return String(database.get('SELECT name FROM classes WHERE id = ?', id)!['name']);
}

/** Marks that turn the direction of writing: a name that holds them looks like another one. */
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/**
 * Throws LabError `INVALID_ARGUMENT` unless the text can be the name of a class: also of the folder that an export
 * makes for it.
 */
export function checkClassName(name: string): void {
  const isPlain = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]{1,200}$/u.test(name) && !TURNS.test(name);
  if (isPlain && name.trim() === name && /[^\p{Cf}\p{Z}\p{M}]/u.test(name)) {
    toFolderName(name);
    return;
  }
  throw new LabError(
    'INVALID_ARGUMENT',
    `A class cannot be called ${JSON.stringify(name)}: expected 1 to 200 characters, some of them visible, without control characters and without spaces at the ends.`,
  );
}
