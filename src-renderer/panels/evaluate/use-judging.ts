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

  async function act(samples: readonly number[], deed: Deed): Promise<void> {
    const name = dataset();
    if (name === null || samples.length === 0) return;
    const edited = await toasts.attempt(() => labels.edit(name, samples, changeOf(deed)));
    if (edited === undefined) return;
    const values = { n: samples.length, label: deed.do === 'label' ? deed.label : '' };
    toasts.done(t(`evaluate.did.${deed.do}`, values, samples.length), {
      label: t('common.undo'),
      run: () => void undo(),
    });
  }

  async function undo(): Promise<void> {
    const name = dataset();
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
