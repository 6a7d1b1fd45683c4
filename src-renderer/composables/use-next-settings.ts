/** The settings that the next training of the shown data set would have. */
import { computed } from 'vue';
import { useConnection } from '../stores/connection.ts';
import { useDatasets } from '../stores/datasets.ts';
import { useTraining } from '../stores/training.ts';
import { useQuery } from './use-query.ts';

/** What is suggested, and what it comes to with the user's changes; undefined while that is not known. */
export function useNextSettings() {
  const connection = useConnection();
  const datasets = useDatasets();
  const training = useTraining();
  const { data, error } = useQuery(
    () => {
      const dataset = datasets.current;
      if (dataset === null) return undefined;
      return { dataset, revision: connection.revision(`samples:${dataset}`) };
    },
    ({ dataset }) => training.suggest(dataset),
  );
  // Of the data set before, until the next one's is known.
  const suggestion = computed(() => (data.value?.dataset === datasets.current ? data.value : undefined));
  const settings = computed(() => suggestion.value && training.settingsFor(suggestion.value));
  return { suggestion, settings, error };
}
