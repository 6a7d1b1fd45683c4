/** A queue of images, the place in it, and those around that place. */
import { computed, ref, watch } from 'vue';
import { useQuery } from '../../composables/use-query.ts';
import { useConnection } from '../../stores/connection.ts';
import { useLabels, type QueueChoice } from '../../stores/labels.ts';

/** Images are read in steps, with some around them for the neighbours. */
const STEP = 40;
const MARGIN = 20;

/** @param choice undefined while there is nothing to show */
export function useQueue(choice: () => QueueChoice | undefined) {
  const labels = useLabels();
  const connection = useConnection();
  // Read once: places stay while labels change.
  const snapshot = useQuery(choice, labels.queue);
  const ids = computed(() => snapshot.data.value?.ids ?? []);
  /** Where one is; as many as there are images: at the end. */
  const at = ref(0);
  /** Where the selection begins that ends at {@link at}. */
  const anchor = ref(0);
  watch(ids, () => go(0));

  const rows = useQuery(
    () => {
      const dataset = choice()?.dataset;
      const start = Math.max(0, Math.floor(at.value / STEP) * STEP - MARGIN);
      const around = ids.value.slice(start, start + STEP + 2 * MARGIN);
      if (dataset === undefined || around.length === 0) return undefined;
      const revisions = [`samples:${dataset}`, `predictions:${dataset}`] as const;
      return { dataset, ids: around, revisions: revisions.map(connection.revision) };
    },
    ({ dataset, ids }) => labels.samples(dataset, ids),
  );
  const known = computed(() => new Map(rows.data.value?.map((sample) => [sample.id, sample])));
  const current = computed(() => known.value.get(ids.value[at.value] ?? 0));
  const range = computed(() => [Math.min(anchor.value, at.value), Math.max(anchor.value, at.value)] as const);
  const selected = computed(() => ids.value.slice(range.value[0], range.value[1] + 1));

  function clamp(place: number): number {
    return Math.max(0, Math.min(ids.value.length, place));
  }

  /** Goes to a place. */
  function go(place: number): void {
    at.value = clamp(place);
    anchor.value = at.value;
  }

  /** Selects up to a place. */
  function extend(place: number): void {
    at.value = Math.min(clamp(place), Math.max(0, ids.value.length - 1));
  }

  /** Goes on behind what is selected. */
  function advance(): void {
    go(range.value[1] + 1);
  }

  /** Goes to an image, if the queue has it. */
  function find(id: number): void {
    const place = ids.value.indexOf(id);
    if (place >= 0) go(place);
  }

  return {
    ...{ ids, at, range, selected, current, known, go, extend, advance, find },
    evaluation: computed(() => snapshot.data.value?.evaluation ?? null),
    isRead: computed(() => snapshot.data.value !== undefined && !snapshot.loading.value),
    error: computed(() => snapshot.error.value ?? rows.error.value),
    reload: snapshot.reload,
  };
}

/** See {@link useQueue}. */
export type Queue = ReturnType<typeof useQueue>;
