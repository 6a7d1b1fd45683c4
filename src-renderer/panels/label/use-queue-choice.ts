/** Which queue is shown: what the address asks for, else what there is to do. */
import { computed, ref, watch } from 'vue';
import { useRoute } from 'vue-router';
import { useQuery } from '../../composables/use-query.ts';
import { useConnection } from '../../stores/connection.ts';
import { useDatasets } from '../../stores/datasets.ts';
import { useLabels, type QueueChoice, type QueueKind } from '../../stores/labels.ts';
import { stored } from '../../stores/stored.ts';

const KINDS: readonly string[] = ['unlabelled', 'all', 'class', 'flagged', 'conflicts'] satisfies QueueKind[];

/** The counts of the current data set, and the queue that was chosen. The address may name `show`, `class`, `sample`. */
export function useQueueChoice() {
  const route = useRoute();
  const labels = useLabels();
  const datasets = useDatasets();
  const connection = useConnection();
  const show = ref<QueueKind | null>(null);
  const className = ref<string | null>(null);
  const uncertainFirst = stored('label.uncertainFirst', true);

  const read = useQuery(
    () => {
      const dataset = datasets.current;
      return dataset === null ? undefined : { dataset, revision: connection.revision(`samples:${dataset}`) };
    },
    async ({ dataset }) => ({ dataset, ...(await labels.counts(dataset)) }),
  );
  /** Undefined until those of the data set are read. */
  const counts = computed(() =>
    read.data.value?.dataset === datasets.current ? read.data.value : undefined,
  );
  const classes = computed(() =>
    (counts.value?.classes ?? []).flatMap(({ name, samples }) => (name === null ? [] : [{ name, samples }])),
  );
  const unlabelled = computed(() => {
    const { samples = 0, excluded = 0 } = counts.value?.classes.find(({ name }) => name === null) ?? {};
    return samples - excluded;
  });

  watch(
    () => [datasets.current, route.query],
    () => (show.value = null),
  );
  watch(
    [counts, show],
    () => {
      // Chosen once: what is left to do changes with every label.
      if (counts.value === undefined || show.value !== null) return;
      const { show: wanted, class: wantedClass, sample } = route.query;
      className.value = typeof wantedClass === 'string' ? wantedClass : (classes.value[0]?.name ?? null);
      if (typeof wanted === 'string' && KINDS.includes(wanted)) show.value = wanted as QueueKind;
      else if (typeof wantedClass === 'string') show.value = 'class';
      else show.value = unlabelled.value > 0 && sample === undefined ? 'unlabelled' : 'all';
    },
    { immediate: true },
  );

  const choice = computed((): QueueChoice | undefined => {
    const dataset = datasets.current;
    if (dataset === null || show.value === null) return undefined;
    if (show.value === 'class' && className.value === null) return undefined;
    return {
      ...{ dataset, show: show.value, uncertainFirst: uncertainFirst.value },
      className: show.value === 'class' ? className.value : null,
    };
  });
  /** The image that the address asks for. */
  const sample = computed(() => Number(route.query['sample'] ?? 0));

  return { show, className, uncertainFirst, counts, classes, unlabelled, choice, sample, error: read.error };
}
