/** The curves of runs, read again while they grow. */
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import type { RunSeries } from '../../src-shared/contract/run-series.ts';
import { useRuns } from '../stores/runs.ts';

/** Milliseconds between two looks at a run that is trained. */
const INTERVAL_MS = 1000;

/**
 * @param ids of the runs whose curves are shown
 * @returns what is known of them, by their ids
 */
export function useRunSeries(ids: () => readonly string[]): ShallowRef<ReadonlyMap<string, RunSeries>> {
  const runs = useRuns();
  const known = shallowRef<ReadonlyMap<string, RunSeries>>(new Map());
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;

  async function read(): Promise<void> {
    const mine = ++turn;
    clearTimeout(timer);
    const wanted = [...ids()];
    const found = await Promise.all(
      wanted.map(async (id): Promise<[string, RunSeries][]> => {
        const kept = known.value.get(id);
        // One that has been removed, or a connection that is lost: what is known stays.
        const series = await runs.series(id).catch(() => kept);
        return series === undefined ? [] : [[id, series]];
      }),
    );
    if (mine !== turn) return;
    known.value = new Map(found.flat());
    if (wanted.some((id) => runs.get(id)?.status === 'running'))
      timer = setTimeout(() => void read(), INTERVAL_MS);
  }

  watch(
    // A run that ended is read once more, one that began is read from now on.
    () => ids().map((id) => `${id} ${runs.get(id)?.status} ${runs.get(id)?.epoch}`),
    () => void read(),
    { immediate: true },
  );
  onScopeDispose(() => {
    turn++;
    clearTimeout(timer);
  });
  return known;
}
