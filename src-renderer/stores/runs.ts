/** The lab's runs: what they stand at, and what can be done with them. */
import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import { useClient } from '../client/index.ts';
import type { RunSeries } from '../../src-shared/contract/run-series.ts';
import type { RunInfo } from '../../src-shared/contract/training.ts';
import { useConnection } from './connection.ts';

/** Milliseconds after which runs that another process trains are looked at again: it tells this lab nothing. */
const ELSEWHERE_MS = 3000;

export const useRuns = defineStore('runs', () => {
  const connection = useConnection();
  const list = ref<readonly RunInfo[]>([]);
  /** Whether the list was read at least once. */
  const known = ref(false);
  /** Grows whenever runs that another process trains may have moved on. */
  const elsewhere = ref(0);

  const newestFirst = computed(() => [...list.value].reverse());
  const running = computed(() => list.value.filter(({ status }) => status === 'running'));
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function read(): Promise<void> {
    list.value = await useClient().training.runs();
    known.value = true;
    clearTimeout(timer);
    if (!running.value.some(({ job }) => job === null)) return;
    timer = setTimeout(() => {
      elsewhere.value++;
      void read().catch(() => undefined);
    }, ELSEWHERE_MS);
  }

  watch(
    () => connection.revision('runs'),
    () => void read().catch(() => undefined),
    { immediate: true },
  );

  function get(id: string | null | undefined): RunInfo | undefined {
    return list.value.find((run) => run.id === id);
  }

  const client = () => useClient().training;
  const series = (run: string): Promise<RunSeries> => client().series({ run });
  const settingsOf = (run: string) => client().settingsOf({ run });
  const compare = (runs: string[]) => client().compare({ runs });
  const resume = (run: string) => client().resume({ run });
  const pause = (run: string) => client().pause({ run });
  const stop = (run: string) => client().stop({ run });
  const annotate = (run: string, name: string | null, note: string) => client().annotate({ run, name, note });
  const remove = (run: string) => client().remove({ run });
  const restore = (run: string) => client().restore({ run });

  return {
    ...{ list, known, elsewhere, newestFirst, running, read, get, series, settingsOf, compare },
    ...{ resume, pause, stop, annotate, remove, restore },
  };
});
