/** The rows of a job's table that are on the screen, and some around them. */
import { computed, ref, watch, type Ref } from 'vue';
import type { PredictedRow } from '../../../src-shared/contract/prediction.ts';
import type { JobJson } from '../../../src-shared/contract/job.ts';
import { useQuery } from '../../composables/use-query.ts';
import { usePredictions, type RowsChoice } from '../../stores/predictions.ts';

/** Rows that are read at a time, and how far the window moves. */
const [LIMIT, STEP] = [400, 100];

/** Which rows of the table, in which order. */
export interface TableChoice {
  readonly order: NonNullable<RowsChoice['order']>;
  readonly className: string | null;
}

/** @param job whose table is shown; read again while the job goes on */
export function useRows(job: () => JobJson | undefined, choice: Ref<TableChoice>) {
  const predictions = usePredictions();
  const first = ref(0);
  const { data, error } = useQuery(
    () => {
      const { id, progress, status } = job() ?? {};
      // The table is there once the job has read something.
      if (id === undefined || (progress === null && status === 'running')) return undefined;
      const { order, className } = choice.value;
      return { id, order, className, offset: first.value, done: progress?.done, status };
    },
    ({ id, order, className, offset }) =>
      predictions
        .rows({ job: id, order, offset, limit: LIMIT, ...(className !== null && { className }) })
        .then((found) => ({ ...found, job: id, offset })),
  );

  watch(
    () => [job()?.id, choice.value],
    () => (first.value = 0),
    { deep: true },
  );

  /** Says which row is the first on the screen. */
  function show(index: number): void {
    const start = Math.max(0, Math.floor(index / STEP) * STEP - STEP);
    if (start !== first.value) first.value = start;
  }

  /** The row at a place of the table, if it has been read. */
  function at(place: number): PredictedRow | undefined {
    return data.value?.rows[place - data.value.offset];
  }

  return { table: computed(() => (data.value?.job === job()?.id ? data.value : undefined)), error, show, at };
}
