/** One thing that is written: where to, while it is, and what came of it. */
import { computed, ref, shallowRef } from 'vue';
import { useI18n } from 'vue-i18n';
import { fileName } from '../../composables/file-name.ts';
import type { JobJson } from '../../../src-shared/contract/job.ts';
import { useExports, type Place } from '../../stores/exports.ts';
import { useJobs } from '../../stores/jobs.ts';
import { useToasts } from '../../stores/toasts.ts';

/** What the page says of a file that was written. */
export interface Written {
  /** Absolute path. */
  readonly file: string;
}

/** A job that writes something, begun by a button. */
export function useExport<Result extends Written>() {
  const { t } = useI18n();
  const [exported, jobs, toasts] = [useExports(), useJobs(), useToasts()];
  const id = ref<string | null>(null);
  const working = ref(false);
  const result = shallowRef<Result>();
  const job = computed((): JobJson | undefined => {
    const found = jobs.get(id.value);
    return found?.status === 'running' ? found : undefined;
  });

  /**
   * Asks for a place and writes.
   *
   * @param write gets the place; its promise gives what was written
   */
  async function run(
    place: Promise<Place | undefined>,
    write: (out: Place) => Promise<Result>,
  ): Promise<void> {
    const out = await place;
    if (out === undefined) return;
    working.value = true;
    result.value = undefined;
    result.value = await toasts.attempt(() => write(out));
    working.value = false;
    if (result.value === undefined) return;
    const { file } = result.value;
    const name = fileName(file);
    const action = { label: t('predict.show'), run: () => void exported.reveal(file) };
    toasts.done(t('export.done', { name }), exported.onDesktop ? action : undefined);
  }

  /** Begins a job and waits for its result. */
  async function runJob(started: Promise<{ job: string }>): Promise<NonNullable<JobJson['result']>> {
    return jobs.run(started, (job) => (id.value = job));
  }

  const cancel = async (): Promise<void> => {
    if (id.value !== null) await jobs.cancel(id.value);
  };

  return { working, job, result, run, runJob, cancel };
}
