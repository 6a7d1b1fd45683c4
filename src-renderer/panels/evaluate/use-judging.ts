/** What a person does to images that a run gets wrong. Each deed can be taken back. */
import { useI18n } from 'vue-i18n';
import { useLabels, type LabelChange } from '../../stores/labels.ts';
import { useToasts } from '../../stores/toasts.ts';
import type { Deed } from './grid-item.ts';

/** @param dataset the data set of the images; null while there is none */
export function useJudging(dataset: () => string | null) {
  const { t } = useI18n();
  const labels = useLabels();
  const toasts = useToasts();
  /** The message about the last deed: its button takes back what was done last, so there is one only. */
  let told: number | undefined;

  function forget(): void {
    if (told !== undefined) toasts.dismiss(told);
    told = undefined;
  }

  async function act(samples: readonly number[], deed: Deed): Promise<void> {
    const name = dataset();
    if (name === null || samples.length === 0) return;
    const edited = await toasts.attempt(() => labels.edit(name, samples, changeOf(deed)));
    if (edited === undefined) return;
    const values = { n: samples.length, label: deed.do === 'label' ? deed.label : '' };
    forget();
    toasts.done(t(`evaluate.did.${deed.do}`, values, samples.length), {
      label: t('common.undo'),
      run: () => void undo(),
    });
    told = toasts.shown.at(-1)?.id;
  }

  async function undo(): Promise<void> {
    const name = dataset();
    forget();
    if (name !== null) await toasts.attempt(() => labels.undo(name));
  }

  return { act, undo };
}

function changeOf(deed: Deed): LabelChange {
  switch (deed.do) {
    case 'label':
      return { label: deed.label };
    case 'exclude':
      return { excluded: true };
    case 'flag':
    case 'unflag':
      return { flagged: deed.do === 'flag' };
  }
}
