/** Labelling: queues of images, edits of labels and classes, and what can be taken back. */
import { defineStore } from 'pinia';
import type { z } from 'zod';
import { pictureUrl, thumbnailUrl } from '../client/images.ts';
import { useClient } from '../client/index.ts';
import type { changeSchema } from '../../src-shared/contract/datasets.ts';
import type { EditSummaryJson, QUEUES } from '../../src-shared/contract/labels.ts';
import type { SampleCountsJson, SampleDetailJson, SampleJson } from '../../src-shared/contract/samples.ts';

/** Images that a queue can show. */
export type QueueKind = (typeof QUEUES)[number];

/** Which images to go through, in which order. */
export interface QueueChoice {
  readonly dataset: string;
  readonly show: QueueKind;
  /** With `class`. */
  readonly className: string | null;
  readonly uncertainFirst: boolean;
}

/** What to change about samples. */
export type LabelChange = z.output<typeof changeSchema>;

/** Images in one call that asks for them; the lab takes no more. */
export const SAMPLES_AT_ONCE = 500;

export const useLabels = defineStore('labels', () => {
  const counts = (dataset: string): Promise<SampleCountsJson> => useClient().samples.counts({ dataset });
  const queue = (choice: QueueChoice) => useClient().labels.queue(choice);
  const samples = (dataset: string, ids: readonly number[]): Promise<readonly SampleJson[]> =>
    useClient().labels.samples({ dataset, ids: [...ids] });
  const detail = (sample: number): Promise<SampleDetailJson> => useClient().samples.detail({ sample });
  const edits = (dataset: string) => useClient().labels.edits({ dataset });
  const undo = (dataset: string): Promise<EditSummaryJson | null> => useClient().labels.undo({ dataset });
  const redo = (dataset: string): Promise<EditSummaryJson | null> => useClient().labels.redo({ dataset });

  /** @param createClass whether the label may be a class that there is not yet */
  function edit(dataset: string, samples: readonly number[], change: LabelChange, createClass = false) {
    return useClient().datasets.label({ dataset, samples: [...samples], change, createClass });
  }

  const addClass = (dataset: string, name: string) => useClient().labels.addClass({ dataset, name });
  const renameClass = (dataset: string, name: string, to: string) =>
    useClient().labels.renameClass({ dataset, name, to });
  const mergeClasses = (dataset: string, name: string, into: string) =>
    useClient().labels.mergeClasses({ dataset, name, into });
  const removeClass = (dataset: string, name: string) => useClient().labels.removeClass({ dataset, name });

  return {
    ...{ counts, queue, samples, detail, edits, undo, redo, edit },
    ...{ addClass, renameClass, mergeClasses, removeClass, pictureUrl, thumbnailUrl },
  };
});
