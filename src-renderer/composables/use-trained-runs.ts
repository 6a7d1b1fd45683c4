/** Runs that have learnt something, as choices: the newest first, those under way last. */
import { computed, type ComputedRef } from 'vue';
import { fileName } from './file-name.ts';
import type { RunInfo } from '../../src-shared/contract/training.ts';
import { useRuns } from '../stores/runs.ts';
import { useFormat } from './use-format.ts';

/** A run in a list to choose from. */
export interface RunOption {
  readonly value: string;
  readonly label: string;
}

/** Runs with a finished epoch. */
export function useTrainedRuns(): {
  readonly trained: ComputedRef<readonly RunInfo[]>;
  readonly options: ComputedRef<readonly RunOption[]>;
} {
  const runs = useRuns();
  const format = useFormat();
  const trained = computed(() =>
    runs.newestFirst
      .filter(({ best }) => best !== null)
      .sort((a, b) => Number(a.status === 'running') - Number(b.status === 'running')),
  );
  const options = computed(() => trained.value.map((run) => ({ value: run.id, label: label(run) })));

  function label({ name, dataset, model, best, createdAt }: RunInfo): string {
    const network = fileName(model);
    const accuracy = best?.accuracy ?? null;
    return [
      name ?? `${dataset.name}, ${network}`,
      ...(accuracy === null ? [] : [format.percent(accuracy)]),
      format.when(createdAt),
    ].join(' · ');
  }

  return { trained, options };
}
