/** What a person changes about the samples that are selected, each change said and ready to be taken back. */
import { useI18n } from 'vue-i18n';
import { useFormat } from '../../composables/use-format.ts';
import { useLabels, type LabelChange } from '../../stores/labels.ts';
import { useToasts } from '../../stores/toasts.ts';

export function useChanges(dataset: () => string | null, selected: () => readonly number[]) {
  const { t } = useI18n();
  const { count } = useFormat();
  const labels = useLabels();
  const toasts = useToasts();

  async function change(what: LabelChange): Promise<void> {
    const name = dataset();
    const ids = selected();
    if (name === null || ids.length === 0) return;
    const done = await toasts.attempt(() => labels.edit(name, ids, what));
    if (done === undefined || done.changed === 0) return;
    toasts.done(say(what, done.changed), { label: t('common.undo'), run: () => void undo() });
  }

  function say(what: LabelChange, n: number): string {
    const values = { n: count(n) };
    if ('flagged' in what) return t(`library.did.${what.flagged ? 'flagged' : 'unflagged'}`, values, n);
    if ('excluded' in what) return t(`library.did.${what.excluded ? 'excluded' : 'included'}`, values, n);
    if (what.label === null) return t('library.did.cleared', values, n);
    return t('library.did.labelled', { ...values, name: what.label }, n);
  }

  async function undo(): Promise<void> {
    const name = dataset();
    if (name === null) return;
    await toasts.attempt(async () => {
      const undone = await labels.undo(name);
      toasts.done(t(undone === null ? 'library.did.nothing' : 'library.did.undone'));
    });
  }

  return { change, undo };
}
