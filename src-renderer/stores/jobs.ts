/** Long work under way: it goes on whatever happens to the page, which finds it again. */
import { defineStore } from 'pinia';
import { computed, reactive, watch } from 'vue';
import { useClient } from '../client/index.ts';
import type { JobEvent, JobJson } from '../../src-shared/contract/job.ts';
import { toLabError } from '../../src-shared/contract/errors.ts';
import { LabError } from '../../src-shared/errors.ts';
import { useConnection } from './connection.ts';

/** A job's answer: its id. */
type Started = Promise<{ job: string }>;

/** The lab's jobs, as they stand. */
export const useJobs = defineStore('jobs', () => {
  const connection = useConnection();
  const known = reactive(new Map<string, JobJson>());
  const reading = new Set<string>();
  const again = new Set<string>();

  const all = computed(() => [...known.values()].sort((a, b) => a.startedAt.localeCompare(b.startedAt)));
  const running = computed(() => all.value.filter(({ status }) => status === 'running'));

  async function readAll(): Promise<void> {
    const list = await useClient().jobs.list();
    known.clear();
    for (const job of list) known.set(job.id, job);
  }

  /** One request at a time for each job, however fast its progress is told. */
  async function read(id: string): Promise<void> {
    if (reading.has(id)) {
      again.add(id);
      return;
    }
    reading.add(id);
    try {
      do {
        again.delete(id);
        known.set(id, await useClient().jobs.get({ id }));
      } while (again.has(id));
    } catch {
      // The connection was lost, or the lab has forgotten the job: the list tells.
    } finally {
      reading.delete(id);
    }
  }

  connection.onJob((id) => void read(id));
  watch(
    () => connection.connected,
    () => void readAll().catch(() => undefined),
  );

  function get(id: string | null | undefined): JobJson | undefined {
    return known.get(id ?? '');
  }

  /**
   * Begins a job and waits for its result.
   *
   * @param onStart told the job's id
   * @throws LabError why the job could not begin, or failed; `CANCELLED`
   */
  async function run(
    started: Started,
    onStart?: (id: string) => void,
  ): Promise<NonNullable<JobJson['result']>> {
    const { job } = await started.catch((error: unknown) => {
      throw toLabError(error);
    });
    await read(job);
    onStart?.(job);
    return finished(job);
  }

  /** A job's result, as soon as it has one. @throws LabError as {@link run} */
  async function finished(id: string): Promise<NonNullable<JobJson['result']>> {
    await new Promise<void>((resolve) => {
      const stop = watch(
        () => known.get(id)?.status,
        (status) => {
          // Unknown: it is being read because it has just begun.
          if (status === 'running' || status === undefined) return;
          resolve();
          queueMicrotask(() => stop());
        },
        { immediate: true },
      );
    });
    const job = known.get(id);
    if (job?.status === 'done' && job.result !== null) return job.result;
    if (job?.error) {
      const { code, message, hint } = job.error;
      throw new LabError(code, message, hint === undefined ? {} : { hint });
    }
    throw new LabError('CANCELLED', 'It was cancelled.');
  }

  /** A job's events from its beginning on. Ends with the job, or when the connection is lost. */
  async function* events(id: string, signal?: AbortSignal): AsyncGenerator<JobEvent, void, undefined> {
    yield* await useClient().jobs.watch({ id }, signal === undefined ? {} : { signal });
  }

  async function cancel(id: string): Promise<void> {
    await useClient().jobs.cancel({ id });
  }

  return { all, running, get, run, finished, events, cancel };
});
