/** Edits of classes: operations of the log as edits of labels are. */
import { LabError } from '../../../src-shared/errors.ts';
import { checkClassName, classExists, dormantClass, findClass, requireClass } from './classes.ts';
import type { Database } from './database.ts';
import { findDataset } from './datasets.ts';
import { addClassStep, beginOperation, carryOut, type EditResult } from './operations.ts';

/** What to change about the classes of a data set. Names are compared in NFC. */
export type ClassChange =
  | { readonly add: string }
  | { readonly rename: string; readonly to: string }
  /** Its samples, excluded ones too, get the other class, or lose their label. */
  | { readonly remove: string; readonly samplesTo: string | null };

/**
 * Carries out a change of the classes; undefined when nothing had to change.
 *
 * @throws LabError `INVALID_ARGUMENT` (the name), `CLASS_EXISTS`, `CLASS_UNKNOWN`; then nothing is changed.
 */
export function applyClassChange(
  database: Database,
  dataset: string,
  change: ClassChange,
  who: string,
): EditResult | undefined {
  return database.transaction(() => {
    const info = findDataset(database, dataset);
    if ('add' in change) return addClass(database, info, change.add, who);
    if ('rename' in change) return renameClass(database, info, change, who);
    return removeClass(database, info, change, who);
  });
}

interface Dataset {
  readonly id: number;
  readonly name: string;
}

function addClass(database: Database, dataset: Dataset, name: string, who: string): EditResult {
  checkClassName(name);
  if (findClass(database, dataset.id, name) !== undefined) {
    throw classExists(requireClass(database, dataset, name).name, 'Choose another name.');
  }
  const classId = dormantClass(database, dataset.id, name);
  const operation = beginOperation(database, dataset.id, who);
  addClassStep(database, operation, { classId, what: 'removed', from: '1', to: '0' });
  return carryOut(database, operation);
}

function renameClass(
  database: Database,
  dataset: Dataset,
  { rename, to }: { readonly rename: string; readonly to: string },
  who: string,
): EditResult | undefined {
  const { id: classId, name: from } = requireClass(database, dataset, rename);
  if (from === to) return undefined;
  checkClassName(to);
  const operation = beginOperation(database, dataset.id, who);
  addClassStep(database, operation, { classId, what: 'name', from, to });
  return carryOut(database, operation);
}

function removeClass(
  database: Database,
  dataset: Dataset,
  { remove, samplesTo }: { readonly remove: string; readonly samplesTo: string | null },
  who: string,
): EditResult {
  const { id: classId, name } = requireClass(database, dataset, remove);
  const into = samplesTo === null ? null : requireClass(database, dataset, samplesTo).id;
  if (into === classId) {
    throw new LabError('INVALID_ARGUMENT', `The class "${name}" cannot be merged into itself.`);
  }
  const operation = beginOperation(database, dataset.id, who);
  database.run(
    `INSERT INTO label_events (operation_id, sample_id, what, from_value, to_value)
     SELECT ?, id, 'label', class_id, ? FROM samples WHERE dataset_id = ? AND class_id = ? ORDER BY id`,
    ...[operation, into, dataset.id, classId],
  );
  addClassStep(database, operation, { classId, what: 'removed', from: '0', to: '1' });
  return carryOut(database, operation);
}
