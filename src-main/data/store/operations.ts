/**
 * The log of operations. An edit has one event for each sample and class that it changed; an undo or redo is an
 * operation of its own that names the edit it takes back or repeats. Nothing is ever changed or removed, and what
 * can be undone follows from the log alone, so it survives a restart.
 */
import { applyClassStep, type ClassStep } from './classes.ts';
import type { Database, Row } from './database.ts';
import type { LabelEvent } from './types.ts';

/** An operation that was carried out. */
export interface EditResult {
  readonly operation: number;
  /** Samples whose value really changed. */
  readonly changed: number;
}

/** What an event can change, and the column that holds it. */
export const COLUMNS: Readonly<Record<LabelEvent['what'], string>> = {
  label: 'class_id',
  excluded: 'excluded',
  flagged: 'flagged',
};

/** Writes the head of an operation; its events follow. */
export function beginOperation(
  database: Database,
  datasetId: number,
  who: string,
  kind: LabelEvent['kind'] = 'edit',
  target: number | null = null,
): number {
  return database.run(
    'INSERT INTO operations (dataset_id, kind, target_id, who, at) VALUES (?, ?, ?, ?, ?)',
    ...[datasetId, kind, target, who, new Date().toISOString()],
  ).id;
}

/** Logs that an operation changes a class. */
export function addClassStep(database: Database, operation: number, step: ClassStep): void {
  database.run(
    'INSERT INTO class_events (operation_id, class_id, what, from_value, to_value) VALUES (?, ?, ?, ?, ?)',
    ...[operation, step.classId, step.what, step.from, step.to],
  );
}

/** Carries out what an operation's events say. */
export function carryOut(database: Database, operation: number): EditResult {
  let changed = 0;
  for (const [what, column] of Object.entries(COLUMNS)) {
    changed += database.run(
      `UPDATE samples SET ${column} = e.to_value FROM label_events e
       WHERE e.operation_id = ? AND e.what = ? AND samples.id = e.sample_id`,
      ...[operation, what],
    ).changes;
  }
  // A class can only go once its samples have gone.
  for (const step of classSteps(database, operation)) applyClassStep(database, step);
  return { operation, changed };
}

/** Takes an edit back, or repeats it, as an operation of its own. */
export function replay(
  database: Database,
  datasetId: number,
  who: string,
  kind: 'undo' | 'redo',
  target: number,
): EditResult {
  const operation = beginOperation(database, datasetId, who, kind, target);
  const [from, to] = kind === 'undo' ? ['to_value', 'from_value'] : ['from_value', 'to_value'];
  database.run(
    `INSERT INTO label_events (operation_id, sample_id, what, from_value, to_value)
     SELECT ?, sample_id, what, ${from}, ${to} FROM label_events WHERE operation_id = ? ORDER BY id`,
    ...[operation, target],
  );
  database.run(
    `INSERT INTO class_events (operation_id, class_id, what, from_value, to_value)
     SELECT ?, class_id, what, ${from}, ${to} FROM class_events WHERE operation_id = ? ORDER BY id`,
    ...[operation, target],
  );
  return carryOut(database, operation);
}

/** An operation's changes of classes. */
export function classSteps(database: Database, operation: number): ClassStep[] {
  return database
    .all(
      'SELECT class_id, what, from_value, to_value FROM class_events WHERE operation_id = ? ORDER BY id',
      operation,
    )
    .map((row) => ({
      classId: Number(row['class_id']),
      what: row['what'] as ClassStep['what'],
      from: String(row['from_value']),
      to: String(row['to_value']),
    }));
}

/** The edits that an undo and a redo would concern now. */
export interface NextOperations {
  readonly undo: number | undefined;
  readonly redo: number | undefined;
}

/** Reads the log from its end, no further than it has to: a log can be long. */
export function nextOperations(database: Database, datasetId: number): NextOperations {
  const lastEdit = database.get(
    `SELECT id FROM operations WHERE dataset_id = ? AND kind = 'edit' ORDER BY id DESC LIMIT 1`,
    datasetId,
  );
  if (lastEdit === undefined) return { undo: undefined, redo: undefined };
  const since = database.all(
    'SELECT id, kind, target_id FROM operations WHERE dataset_id = ? AND id > ? ORDER BY id',
    ...[datasetId, lastEdit['id']!],
  );
  // An edit ends what could be redone, so that what came before it does not count.
  const redo: number[] = [];
  for (const { kind, target_id } of since) {
    if (kind === 'undo') redo.push(Number(target_id));
    else redo.pop();
  }
  return {
    undo: openAfter(database, datasetId, since.at(-1) ?? { ...lastEdit, kind: 'edit' }),
    redo: redo.at(-1),
  };
}

/** The last edit that is in force after an operation: after an undo, what was when its target had not been made. */
function openAfter(database: Database, datasetId: number, operation: Row): number | undefined {
  let at: Row | undefined = operation;
  while (at?.['kind'] === 'undo') {
    at = database.get(
      'SELECT id, kind, target_id FROM operations WHERE dataset_id = ? AND id < ? ORDER BY id DESC LIMIT 1',
      ...[datasetId, at['target_id']!],
    );
  }
  return at === undefined ? undefined : Number(at['kind'] === 'edit' ? at['id'] : at['target_id']);
}
