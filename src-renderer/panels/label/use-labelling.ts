/** What a person does to the images of a queue. */
import { computed, ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { useQuery } from '../../composables/use-query.ts';
import { useConnection } from '../../stores/connection.ts';
import { useLabels, type LabelChange } from '../../stores/labels.ts';
import { stored } from '../../stores/stored.ts';
import { useToasts } from '../../stores/toasts.ts';
import type { EditSummaryJson } from '../../../src-shared/contract/labels.ts';
import type { Queue } from './use-queue.ts';

/** An edit in words. */
export function useEditText() {
  const { t } = useI18n();
  return ({ kind, samples, from, to }: EditSummaryJson): string => {
    const names = [...new Set(from.map((name) => name ?? t('label.noLabel')))];
    const former = names.length > 2 ? t('label.severalClasses', names.length) : names.join(', ');
    const values = { n: samples, from: former, to: to ?? t('label.noLabel') };
    return t(`label.edit.${kind}`, values, samples);
  };
}

/** @param dataset the data set of the queue; null while there is none */
export function useLabelling(dataset: () => string | null, queue: Queue) {
  const { t } = useI18n();
  const labels = useLabels();
  const toasts = useToasts();
  const connection = useConnection();
  const editText = useEditText();
  /** Whether a label leads on to the next image. */
  const autoAdvance = stored('label.advance', true);
  /** What was done last, in words. */
  const said = ref('');

  /** Of an image with copies that are labelled differently: their ids and labels. */
  const copies = useQuery(
    () => {
      const sample = queue.current.value;
      return sample?.conflict === true ? { id: sample.id, label: sample.className } : undefined;
    },
    async ({ id }) => (await labels.detail(id)).copies,
  );
  const edits = useQuery(
    () => {
      const name = dataset();
      return name === null ? undefined : { name, revision: connection.revision(`samples:${name}`) };
    },
    ({ name }) => labels.edits(name),
  );

  async function change(
    samples: readonly number[],
    what: LabelChange,
    createClass = false,
  ): Promise<boolean> {
    const name = dataset();
    if (name === null || samples.length === 0) return false;
    said.value = '';
    return (await toasts.attempt(() => labels.edit(name, samples, what, createClass))) !== undefined;
  }

  /** Copies are one picture: what it shows is said of all of them. */
  function targets(): readonly number[] {
    const selected = queue.selected.value;
    const conflicting = queue.current.value?.conflict === true ? (copies.data.value ?? []) : [];
    return [...new Set([...selected, ...conflicting.filter((copy) => !copy.excluded).map(({ id }) => id)])];
  }

  /** Labels what is selected, and goes on without waiting for the lab. */
  async function label(className: string | null, createClass = false): Promise<void> {
    const [from] = queue.range.value;
    const samples = targets();
    if (autoAdvance.value && className !== null) queue.advance();
    if (!(await change(samples, { label: className }, createClass))) queue.go(from);
  }

  /** A class that there is not yet; the image gets it, where there is one. */
  async function add(name: string): Promise<void> {
    const to = dataset();
    if (queue.current.value !== undefined) await label(name, true);
    else if (to !== null) await toasts.attempt(() => labels.addClass(to, name));
  }

  async function flag(): Promise<void> {
    await change(queue.selected.value, { flagged: queue.current.value?.flagged !== true });
  }

  async function exclude(): Promise<void> {
    const excluded = queue.current.value?.excluded !== true;
    const samples = queue.selected.value;
    if (autoAdvance.value && excluded) queue.advance();
    await change(samples, { excluded });
  }

  async function replay(kind: 'undo' | 'redo'): Promise<void> {
    const name = dataset();
    if (name === null) return;
    const edit = await toasts.attempt(() => labels[kind](name));
    if (edit === undefined) return;
    said.value =
      edit === null ? t(`label.nothingTo.${kind}`) : t(`label.did.${kind}`, { edit: editText(edit) });
    if (edit !== null && edit.first !== null) queue.find(edit.first);
  }

  return {
    ...{ autoAdvance, said, label, add, flag, exclude, change },
    copies: computed(() => (queue.current.value?.conflict === true ? (copies.data.value ?? []) : [])),
    edits: computed(() => edits.data.value ?? { undo: null, redo: null }),
    undo: () => replay('undo'),
    redo: () => replay('redo'),
  };
}

/** See {@link useLabelling}. */
export type Labelling = ReturnType<typeof useLabelling>;
