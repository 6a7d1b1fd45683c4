/** What an edit did, in short: for telling a person what an undo or redo would concern. */
import { compareCodePoints } from '../natural-order.ts';
import type { Database, Row } from './database.ts';
import { findDataset } from './datasets.ts';
import { classSteps, nextOperations } from './operations.ts';

/** What an edit can be. */
export type EditKind =
  | ('label' | 'exclude' | 'include' | 'flag' | 'unflag')
  | ('add-class' | 'rename-class' | 'merge-classes' | 'remove-class');

/** An edit in short. */
export interface EditSummary {
  readonly operation: number;
  readonly kind: EditKind;
  readonly who: string;
  /** ISO 8601, UTC. */
  readonly when: string;
  /** How many it changed. */
  readonly samples: number;
  /** The first of them; null where there is none. */
  readonly first: number | null;
  /** Labels that they had (null for none), or the class's former name. */
  readonly from: readonly (string | null)[];
  /** The label they got, or the class's new name; null for none. */
  readonly to: string | null;
}

/** What an undo and a redo would concern now. @throws LabError `DATASET_NOT_FOUND` */
export function nextEdits(
  database: Database,
  dataset: string,
): { readonly undo: EditSummary | undefined; readonly redo: EditSummary | undefined } {
  const { undo, redo } = nextOperations(database, findDataset(database, dataset).id);
  const summary = (operation: number | undefined) =>
    operation === undefined ? undefined : summariseEdit(database, operation);
  return { undo: summary(undo), redo: summary(redo) };
}

/** Sums up an edit of the log. Classes that were renamed since are called as they are now. */
function summariseEdit(database: Database, operation: number): EditSummary {
  const { who, at } = database.get('SELECT who, at FROM operations WHERE id = ?', operation)!;
  const changes = database.all(
    `SELECT e.what, f.name AS "from", t.name AS "to", e.to_value, count(*) AS samples, min(e.sample_id) AS first
     FROM label_events e
     LEFT JOIN classes f ON e.what = 'label' AND f.id = e.from_value
     LEFT JOIN classes t ON e.what = 'label' AND t.id = e.to_value
     WHERE e.operation_id = ? GROUP BY e.what, e.from_value, e.to_value`,
    operation,
  );
  const samples = changes.reduce((sum, row) => sum + Number(row['samples']), 0);
  const firsts = changes.map((row) => Number(row['first']));
  const first = firsts.length === 0 ? null : Math.min(...firsts);
  const head = { operation, who: String(who), when: String(at), samples, first };
  return { ...head, ...(ofClass(database, operation, changes) ?? ofSamples(changes)) };
}

type Content = Pick<EditSummary, 'kind' | 'from' | 'to'>;

/** Undefined for an edit of samples, which may bring a class with it. */
function ofClass(database: Database, operation: number, changes: readonly Row[]): Content | undefined {
  const [step] = classSteps(database, operation);
  if (step === undefined) return undefined;
  if (step.what === 'name') return { kind: 'rename-class', from: [step.from], to: step.to };
  const { name } = database.get('SELECT name FROM classes WHERE id = ?', step.classId)!;
  if (step.to === '1') {
    const to = (changes[0]?.['to'] ?? null) as string | null;
    return { kind: to === null ? 'remove-class' : 'merge-classes', from: [String(name)], to };
  }
  return changes.length === 0 ? { kind: 'add-class', from: [], to: String(name) } : undefined;
}

function ofSamples(changes: readonly Row[]): Content {
  const { what, to, to_value: value } = changes[0]!;
  if (what === 'excluded') return { kind: value === 1 ? 'exclude' : 'include', from: [], to: null };
  if (what === 'flagged') return { kind: value === 1 ? 'flag' : 'unflag', from: [], to: null };
  const from = changes.map((row) => row['from'] as string | null);
  from.sort((a, b) => compareCodePoints(a ?? '', b ?? ''));
  return { kind: 'label', from, to: to as string | null };
}
