/** What can be done with runs, and what is told of it. */
import { ref, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRouter } from 'vue-router';
import { useFormat } from '../../composables/use-format.ts';
import { useDatasets } from '../../stores/datasets.ts';
import { useJobs } from '../../stores/jobs.ts';
import { useRuns } from '../../stores/runs.ts';
import { useToasts } from '../../stores/toasts.ts';
import { useTraining } from '../../stores/training.ts';
import type { RunInfo } from '../../../src-shared/contract/training.ts';

/** See the file. */
export interface RunActions {
  readonly resuming: Ref<boolean>;
  /** Waits for a training's end, wherever the user goes meanwhile, and tells it. */
  readonly follow: (job: string) => void;
  readonly pause: (run: RunInfo) => Promise<void>;
  readonly resume: (run: RunInfo) => Promise<void>;
  /** Puts the run's settings in place for a new one. */
  readonly duplicate: (run: RunInfo) => Promise<void>;
  readonly remove: (run: RunInfo) => Promise<void>;
}

export function useRunActions(): RunActions {
  const { t } = useI18n();
  const router = useRouter();
  const format = useFormat();
  const datasets = useDatasets();
  const jobs = useJobs();
  const runs = useRuns();
  const toasts = useToasts();
  const training = useTraining();
  const resuming = ref(false);

  function follow(job: string): void {
    void toasts.attempt(async () => {
      const result = await jobs.run(Promise.resolve({ job }));
      if (result.kind !== 'train' || result.status !== 'finished') return;
      const accuracy = result.best?.accuracy ?? null;
      const text =
        accuracy === null
          ? t('train.done.toastPlain')
          : t('train.done.toast', { percent: format.percent(accuracy) });
      const { run } = result;
      toasts.done(text, {
        label: t('train.done.evaluate'),
        run: () => void router.push({ name: 'evaluate', query: { run } }),
      });
    });
  }

  async function pause({ id }: RunInfo): Promise<void> {
    await toasts.attempt(() => runs.pause(id));
  }

  async function resume({ id }: RunInfo): Promise<void> {
    resuming.value = true;
    const started = await toasts.attempt(() => runs.resume(id));
    if (started !== undefined) follow(started.job);
    resuming.value = false;
  }

  async function duplicate({ id, name }: RunInfo): Promise<void> {
    await toasts.attempt(async () => {
      const { dataset, settings } = await runs.settingsOf(id);
      if (datasets.list.some((info) => info.name === dataset)) datasets.choose(dataset);
      const target = datasets.current;
      if (target === null) return;
      training.set(await training.suggest(target), settings);
      toasts.done(t('train.runs.duplicated', { run: name ?? id }));
    });
  }

  async function remove({ id, name }: RunInfo): Promise<void> {
    const removed = await toasts.attempt(() => runs.remove(id));
    if (removed === undefined) return;
    toasts.done(t('train.runs.removed', { run: name ?? id }), {
      label: t('common.undo'),
      run: () => void toasts.attempt(() => runs.restore(id)),
    });
  }

  return { resuming, follow, pause, resume, duplicate, remove };
}
