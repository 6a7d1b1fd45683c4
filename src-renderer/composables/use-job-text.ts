/** A job in words. */
import { useI18n } from 'vue-i18n';
import type { JobJson } from '../../src-shared/contract/job.ts';
import { useFormat } from './use-format.ts';

/** What a job does, and how far it is, in the current language. */
export function useJobText() {
  const { t, te } = useI18n();
  const format = useFormat();

  function title({ kind }: JobJson): string {
    return te(`job.${kind}`) ? t(`job.${kind}`) : t('job.other');
  }

  /** `done`, `total` and `detail` of the component JobProgress. */
  function progress({ progress }: JobJson): { done: number; total: number | null; detail: string } {
    if (progress === null) return { done: 0, total: null, detail: '' };
    const { done, total, rate, secondsLeft } = progress;
    const parts = [
      total === null ? '' : t('common.ofTotal', { done: format.count(done), total: format.count(total) }),
      rate === null ? '' : t('common.rate', { rate: format.number(rate, rate < 10 ? 1 : 0) }),
      secondsLeft === null ? '' : t('common.left', { time: format.duration(secondsLeft) }),
    ];
    return { done, total, detail: parts.filter((part) => part !== '').join(' · ') };
  }

  return { title, progress };
}
