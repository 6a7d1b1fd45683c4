/** Which evaluation is looked at, and on which images: chosen by the page's address, else the latest. */
import { computed } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import type { KeptEvaluationJson, SeenInJson } from '../../../src-shared/contract/evaluation.ts';
import { useQuery } from '../../composables/use-query.ts';
import { useConnection } from '../../stores/connection.ts';
import { useDatasets } from '../../stores/datasets.ts';
import { useEvaluations } from '../../stores/evaluations.ts';

/** The parts of a run's data, in the order they are offered. */
export const PARTS = ['validation', 'test', 'train', 'none'] as const;

export function useEvaluation() {
  const datasets = useDatasets();
  const connection = useConnection();
  const evaluations = useEvaluations();
  const route = useRoute();
  const router = useRouter();

  const dataset = computed(() => datasets.current);
  const kept = useQuery(
    () =>
      dataset.value === null
        ? undefined
        : { dataset: dataset.value, revision: connection.revision(`predictions:${dataset.value}`) },
    ({ dataset }) => evaluations.list(dataset),
  );
  /** The run that the address names. */
  const wantedRun = computed(() => textOf(route.query['run']));
  const chosen = computed((): KeptEvaluationJson | undefined => {
    const list = kept.data.value ?? [];
    if (wantedRun.value === undefined) return list[0];
    const ofRun = list.filter(({ run }) => run === wantedRun.value);
    return ofRun.find(({ epoch }) => String(epoch) === textOf(route.query['epoch'])) ?? ofRun[0];
  });
  const part = computed({
    get: (): SeenInJson | null => {
      const wanted = textOf(route.query['part']);
      if (wanted === 'all') return null;
      return PARTS.find((name) => name === wanted) ?? firstPart(chosen.value);
    },
    set: (value) => void go({ part: value ?? 'all' }),
  });
  const figures = useQuery(
    () => {
      if (dataset.value === null || chosen.value === undefined) return undefined;
      const { run, epoch, at } = chosen.value;
      const revision = connection.revision(`samples:${dataset.value}`);
      return { dataset: dataset.value, name: { run, epoch }, at, part: part.value, revision };
    },
    ({ dataset, name, part }) => evaluations.figures(dataset, name, part),
  );

  function go(query: Record<string, string | undefined>): Promise<unknown> {
    return router.replace({ query: { ...route.query, ...query } });
  }

  function choose({ run, epoch }: { readonly run: string; readonly epoch: number }): void {
    void go({ run, epoch: String(epoch) });
  }

  return { dataset, kept, wantedRun, chosen, part, figures, choose, go };
}

/** Images that the network did not see in training, where there are any. */
function firstPart(evaluation: KeptEvaluationJson | undefined): SeenInJson | null {
  return (['validation', 'test'] as const).find((part) => (evaluation?.images[part] ?? 0) > 0) ?? null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
