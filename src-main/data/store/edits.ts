/**
 * Edits of labels and marks. Each is an operation with one event per changed sample, appended and never changed;
 * an undo or redo is an operation of its own that names the one it takes back or repeats. What can be undone
 * follows from the log alone, so it survives a restart.
 */
import { LabError } from '../../../src-shared/errors.ts';
import type { Database, Row } from './database.ts';
import { ensureClass, findClass, findDataset } from './datasets.ts';
import type { Change, LabelEvent } from './types.ts';

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

/** An operation that was carried out. */
export interface EditResult {
  readonly operation: number;
  /** Samples whose value really changed. */
  readonly changed: number;
}

type What = LabelEvent['what'];

interface Step {
  readonly sample: number;
  readonly what: What;
  readonly from: number | null;
  readonly to: number | null;
}

const COLUMNS: Readonly<Record<What, string>> = {
  label: 'class_id',
  excluded: 'excluded',
  flagged: 'flagged',
};

/**
 * Carries out an edit; samples that have the value already get no event, and an edit that changes nothing is
 * not recorded (undefined).
 *
 * @throws LabError `SAMPLE_NOT_FOUND` or `CLASS_UNKNOWN`; then nothing is changed.
 */
export function applyEdit(database: Database, dataset: string, edit: Edit): EditResult | undefined {
  return database.transaction(() => {
    const { id, name } = findDataset(database, dataset);
    const { what, to } = target(database, id, name, edit);
    const steps: Step[] = [];
    for (const sample of new Set(edit.samples)) {
      const row = database.get(
        `SELECT ${COLUMNS[what]} AS value FROM samples WHERE id = ? AND dataset_id = ?`,
        sample,
        id,
      );
      if (row === undefined) {
        throw new LabError('SAMPLE_NOT_FOUND', `The data set "${name}" has no sample ${sample}.`);
      }
      const from = row['value'] as number | null;
      if (from !== to) steps.push({ sample, what, from, to });
    }
    return steps.length === 0 ? undefined : record(database, id, 'edit', null, edit.who, steps);
  });
}

/** Takes the last edit back, or returns undefined when there is none left. */
export function undoEdit(database: Database, dataset: string, who: string): EditResult | undefined {
  return database.transaction(() => {
    const { id } = findDataset(database, dataset);
    const operation = openOperations(database, id).undo.at(-1);
    if (operation === undefined) return undefined;
    const steps = stepsOf(database, operation).reverse();
    const reversed = steps.map((step) => ({ ...step, from: step.to, to: step.from }));
    return record(database, id, 'undo', operation, who, reversed);
  });
}

/** Repeats the edit that was undone last, or returns undefined when there is none. */
export function redoEdit(database: Database, dataset: string, who: string): EditResult | undefined {
  return database.transaction(() => {
    const { id } = findDataset(database, dataset);
    const operation = openOperations(database, id).redo.at(-1);
    if (operation === undefined) return undefined;
    return record(database, id, 'redo', operation, who, stepsOf(database, operation));
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
       WHERE o.dataset_id = ?1 AND (?2 IS NULL OR e.sample_id = ?2) ORDER BY e.id`,
      id,
      sample ?? null,
    )
    .map(toEvent);
}

function target(
  database: Database,
  datasetId: number,
  dataset: string,
  { change, createClass }: Edit,
): { what: What; to: number | null } {
  if ('excluded' in change) return { what: 'excluded', to: Number(change.excluded) };
  if ('flagged' in change) return { what: 'flagged', to: Number(change.flagged) };
  if (change.label === null) return { what: 'label', to: null };
  if (createClass === true) return { what: 'label', to: ensureClass(database, datasetId, change.label) };
  const known = findClass(database, datasetId, change.label);
  if (known !== undefined) return { what: 'label', to: known };
  const classes = findDataset(database, dataset).classes.join(', ');
  throw new LabError(
    'CLASS_UNKNOWN',
    `The data set "${dataset}" has no class "${change.label}": its classes are ${classes}.`,
    { hint: 'Check the spelling, or ask for a new class on purpose.' },
  );
}

function record(
  database: Database,
  datasetId: number,
  kind: LabelEvent['kind'],
  targetId: number | null,
  who: string,
  steps: readonly Step[],
): EditResult {
  const operation = database.run(
    'INSERT INTO operations (dataset_id, kind, target_id, who, at) VALUES (?, ?, ?, ?, ?)',
    ...[datasetId, kind, targetId, who, new Date().toISOString()],
  ).id;
  for (const { sample, what, from, to } of steps) {
    database.run(
      'INSERT INTO label_events (operation_id, sample_id, what, from_value, to_value) VALUES (?, ?, ?, ?, ?)',
      ...[operation, sample, what, from, to],
    );
    database.run(`UPDATE samples SET ${COLUMNS[what]} = ? WHERE id = ?`, to, sample);
  }
  return { operation, changed: steps.length };
}

/** Edits that can be undone and redone now, the next one last. */
function openOperations(database: Database, datasetId: number): { undo: number[]; redo: number[] } {
  const undo: number[] = [];
  let redo: number[] = [];
  const log = database.all(
    'SELECT id, kind, target_id FROM operations WHERE dataset_id = ? ORDER BY id',
    datasetId,
  );
  for (const { id, kind, target_id } of log) {
    if (kind === 'edit') {
      undo.push(Number(id));
      redo = [];
    } else if (kind === 'undo') {
      undo.pop();
      redo.push(Number(target_id));
    } else {
      redo.pop();
      undo.push(Number(target_id));
    }
  }
  return { undo, redo };
}

function stepsOf(database: Database, operation: number): Step[] {
  return database
    .all(
      'SELECT sample_id, what, from_value, to_value FROM label_events WHERE operation_id = ? ORDER BY id',
      operation,
    )
    .map((row) => ({
      sample: Number(row['sample_id']),
      what: row['what'] as What,
      from: row['from_value'] as number | null,
      to: row['to_value'] as number | null,
    }));
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
