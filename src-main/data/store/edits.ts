/** Edits of labels and marks, their undo and redo, and their history. */
import { LabError } from '../../../src-shared/errors.ts';
import { checkClassName, dormantClass, findClass, requireClass } from './classes.ts';
import type { Database, Row } from './database.ts';
import { findDataset } from './datasets.ts';
import {
  addClassStep,
  beginOperation,
  carryOut,
  COLUMNS,
  type EditResult,
  nextOperations,
  replay,
} from './operations.ts';
import type { Change, DatasetInfo, LabelEvent } from './types.ts';

/** What to change on which samples. */
export interface Edit {
  /** Ids of samples of the data set. */
  readonly samples: readonly number[];
  readonly change: Change;
  /** Who decided: a person's name or a program's. */
  readonly who: string;
  /** Make the label a new class when the data set has none of that name; else that is an error. */
  readonly createClass?: boolean;
}

type What = LabelEvent['what'];

/**
 * Carries out an edit; samples that have the value already get no event, and an edit that changes nothing is
 * not recorded (undefined).
 *
 * @throws LabError `SAMPLE_NOT_FOUND`, `CLASS_UNKNOWN`, or `INVALID_ARGUMENT` for what cannot be a new class's
 * name; then nothing is changed.
 */
export function applyEdit(database: Database, dataset: string, edit: Edit): EditResult | undefined {
  return database.transaction(() => {
    const info = findDataset(database, dataset);
    const samples = JSON.stringify(edit.samples);
    requireSamples(database, info, samples);
    const { what, to, isNew } = target(database, info, edit);
    const differing = `FROM samples WHERE id IN (SELECT value FROM json_each(?)) AND ${COLUMNS[what]} IS NOT ?`;
    if (database.count(`SELECT count(*) ${differing}`, samples, to) === 0) return undefined;
    const operation = beginOperation(database, info.id, edit.who);
    database.run(
      `INSERT INTO label_events (operation_id, sample_id, what, from_value, to_value)
       SELECT ?, id, ?, ${COLUMNS[what]}, ? ${differing} ORDER BY id`,
      ...[operation, what, to, samples, to],
    );
    if (isNew) addClassStep(database, operation, { classId: to!, what: 'removed', from: '1', to: '0' });
    return carryOut(database, operation);
  });
}

/** Takes the last edit back, or returns undefined when there is none left. */
export function undoEdit(database: Database, dataset: string, who: string): EditResult | undefined {
  return replayNext(database, dataset, who, 'undo');
}

/** Repeats the edit that was undone last, or returns undefined when there is none. */
export function redoEdit(database: Database, dataset: string, who: string): EditResult | undefined {
  return replayNext(database, dataset, who, 'redo');
}

function replayNext(
  database: Database,
  dataset: string,
  who: string,
  kind: 'undo' | 'redo',
): EditResult | undefined {
  return database.transaction(() => {
    const { id } = findDataset(database, dataset);
    const operation = nextOperations(database, id)[kind];
    return operation === undefined ? undefined : replay(database, id, who, kind, operation);
  });
}

/** Every event of a data set, or of one of its samples, oldest first. */
export function listEvents(database: Database, dataset: string, sample?: number): LabelEvent[] {
  const { id } = findDataset(database, dataset);
  return database
    .all(
      `SELECT e.id, e.operation_id, o.kind, o.who, o.at, e.sample_id, e.what, e.from_value, e.to_value,
         f.name AS from_name, t.name AS to_name
       FROM operations o JOIN label_events e ON e.operation_id = o.id
       LEFT JOIN classes f ON e.what = 'label' AND f.id = e.from_value
       LEFT JOIN classes t ON e.what = 'label' AND t.id = e.to_value
       WHERE o.dataset_id = ?${sample === undefined ? '' : ' AND e.sample_id = ?'} ORDER BY e.id`,
      ...(sample === undefined ? [id] : [id, sample]),
    )
    .map(toEvent);
}

function requireSamples(database: Database, { id, name }: DatasetInfo, samples: string): void {
  const unknown = database.get(
    `SELECT value FROM json_each(?)
     WHERE NOT EXISTS (SELECT 1 FROM samples WHERE id = value AND dataset_id = ?) LIMIT 1`,
    ...[samples, id],
  );
  if (unknown === undefined) return;
  throw new LabError('SAMPLE_NOT_FOUND', `The data set "${name}" has no sample ${unknown['value']}.`);
}

interface Target {
  readonly what: What;
  readonly to: number | null;
  /** Whether it is a class that the operation has to take in. */
  readonly isNew?: boolean;
}

function target(database: Database, dataset: DatasetInfo, { change, createClass }: Edit): Target {
  if ('excluded' in change) return { what: 'excluded', to: Number(change.excluded) };
  if ('flagged' in change) return { what: 'flagged', to: Number(change.flagged) };
  const { label } = change;
  if (label === null) return { what: 'label', to: null };
  if (createClass !== true || findClass(database, dataset.id, label) !== undefined) {
    return { what: 'label', to: requireClass(database, dataset, label).id };
  }
  checkClassName(label);
  return { what: 'label', to: dormantClass(database, dataset.id, label), isNew: true };
}

function toEvent(row: Row): LabelEvent {
  const isLabel = row['what'] === 'label';
  return {
    id: Number(row['id']),
    operation: Number(row['operation_id']),
    kind: row['kind'] as LabelEvent['kind'],
    who: String(row['who']),
    when: String(row['at']),
    sample: Number(row['sample_id']),
    what: row['what'] as What,
    from: isLabel ? (row['from_name'] as string | null) : row['from_value'] === 1,
    to: isLabel ? (row['to_name'] as string | null) : row['to_value'] === 1,
  };
}
