/** Labelling: classes, what can be taken back, and which images to look at in which order. */
import { z } from 'zod';
import { procedure } from './base.ts';
import { datasetName } from './datasets.ts';
import { flag, list, oneOf, text, wholeNumber } from './fields.ts';
import { sampleSchema } from './samples.ts';

const className = text('the name of a class');
const common = { dataset: datasetName, who: text('a name').default('user') } as const;

const changed = z.object({
  /** Samples whose label really changed. */
  changed: z.number(),
});

const editSummary = z.object({
  operation: z.number(),
  kind: z.enum([
    ...(['label', 'exclude', 'include', 'flag', 'unflag'] as const),
    ...(['add-class', 'rename-class', 'merge-classes', 'remove-class'] as const),
  ]),
  who: z.string(),
  when: z.string(),
  /** How many it changed. */
  samples: z.number(),
  /** The first of them; null where there is none. */
  first: z.number().nullable(),
  /** Labels that they had (null for none), or the class's former name. */
  from: list(z.string().nullable()),
  /** The label they got, or the class's new name; null for none. */
  to: z.string().nullable(),
});

/** An edit in short. */
export type EditSummaryJson = z.output<typeof editSummary>;

/** Images that a queue can show. Excluded ones are only among the flagged. */
export const QUEUES = ['unlabelled', 'all', 'class', 'flagged', 'conflicts'] as const;

/** Which images to go through. */
export const queueSchema = z.strictObject({
  dataset: datasetName,
  show: oneOf(QUEUES).default('unlabelled'),
  /** With `class`: its name. */
  className: className.nullable().default(null),
  /** Those that the latest evaluation is least sure of first, those it says nothing of last; else by path. */
  uncertainFirst: flag().default(false),
});

/** Procedures on labels. */
export const labels = {
  /** Adds a class that no sample has yet. */
  addClass: procedure.input(z.strictObject({ ...common, name: className })).output(changed),
  renameClass: procedure.input(z.strictObject({ ...common, name: className, to: className })).output(changed),
  /** Gives all samples of a class another one, excluded ones too, and removes it. */
  mergeClasses: procedure
    .input(z.strictObject({ ...common, name: className, into: className }))
    .output(changed),
  /** Removes a class; its samples, excluded ones too, lose their label. */
  removeClass: procedure.input(z.strictObject({ ...common, name: className })).output(changed),
  /** What an undo and a redo would concern now. */
  edits: procedure
    .input(z.strictObject({ dataset: datasetName }))
    .output(z.object({ undo: editSummary.nullable(), redo: editSummary.nullable() })),
  /** Takes the last edit back; null when there is none. */
  undo: procedure.input(z.strictObject(common)).output(editSummary.nullable()),
  /** Repeats the edit undone last; null when there is none. */
  redo: procedure.input(z.strictObject(common)).output(editSummary.nullable()),
  /** All ids of a queue at once, so that places in it stay while labels change. */
  queue: procedure.input(queueSchema).output(
    z.object({
      ids: list(z.number()),
      /** What the order was taken from, or can be. */
      evaluation: z.object({ run: z.string(), epoch: z.number(), at: z.string() }).nullable(),
    }),
  ),
  /** Samples by their ids, in that order, with what the latest evaluation says; unknown ids are left out. */
  samples: procedure
    .input(z.strictObject({ dataset: datasetName, ids: z.array(wholeNumber({ min: 1 })).max(500) }))
    .output(list(sampleSchema)),
};
