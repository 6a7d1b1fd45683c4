/** Procedures on labels. */
import type { ClassChange, SampleQuery } from '../../data/store/index.ts';
import type { Lab } from '../lab.ts';
import { named } from './samples.ts';
import { os } from './implementer.ts';

export const labels = {
  addClass: os.labels.addClass.handler(({ context: { lab }, input: { dataset, name, who } }) =>
    editClasses(lab, dataset, { add: name }, who),
  ),

  renameClass: os.labels.renameClass.handler(({ context: { lab }, input: { dataset, name, to, who } }) =>
    editClasses(lab, dataset, { rename: name, to }, who),
  ),

  mergeClasses: os.labels.mergeClasses.handler(({ context: { lab }, input: { dataset, name, into, who } }) =>
    editClasses(lab, dataset, { remove: name, samplesTo: into }, who),
  ),

  removeClass: os.labels.removeClass.handler(({ context: { lab }, input: { dataset, name, who } }) =>
    editClasses(lab, dataset, { remove: name, samplesTo: null }, who),
  ),

  edits: os.labels.edits.handler(({ context: { lab }, input: { dataset } }) => {
    const { undo, redo } = lab.store.nextEdits(dataset);
    return { undo: undo ?? null, redo: redo ?? null };
  }),

  undo: os.labels.undo.handler(({ context: { lab }, input }) => replay(lab, 'undo', input)),

  redo: os.labels.redo.handler(({ context: { lab }, input }) => replay(lab, 'redo', input)),

  queue: os.labels.queue.handler(({ context: { lab }, input }) => {
    const { dataset, show, className, uncertainFirst } = input;
    const query: SampleQuery = {
      ...QUERIES[show],
      ...(show === 'class' && className !== null && { className }),
      ...(uncertainFirst && { order: 'uncertainty', descending: true }),
    };
    const { evaluation } = lab.store.samples.page(dataset, query, null, { offset: 0, limit: 0 });
    return { ids: lab.store.samples.ids(dataset, query, null), evaluation: named(evaluation) };
  }),

  samples: os.labels.samples.handler(({ context: { lab }, input: { dataset, ids } }) =>
    lab.store.samples.read(dataset, ids),
  ),
};

const QUERIES = {
  unlabelled: { className: null, excluded: false },
  all: { excluded: false },
  class: { excluded: false },
  flagged: { flagged: true },
  conflicts: { conflict: true },
} as const satisfies Record<string, SampleQuery>;

function editClasses(lab: Lab, dataset: string, change: ClassChange, who: string): { changed: number } {
  const result = lab.store.editClasses(dataset, change, who);
  if (result !== undefined) lab.changes.emit({ what: 'samples', dataset });
  return { changed: result?.changed ?? 0 };
}

function replay(lab: Lab, kind: 'undo' | 'redo', { dataset, who }: { dataset: string; who: string }) {
  const edit = lab.store.nextEdits(dataset)[kind];
  if (edit === undefined) return null;
  lab.store[kind](dataset, who);
  lab.changes.emit({ what: 'samples', dataset });
  return edit;
}
