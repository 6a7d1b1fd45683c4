/** The lab's data sets, and the one that all panels show. */
import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import { useClient } from '../client/index.ts';
import { useConnection } from './connection.ts';
import { stored } from './stored.ts';

type Info = Awaited<ReturnType<ReturnType<typeof useClient>['datasets']['list']>>[number];

export const useDatasets = defineStore('datasets', () => {
  const connection = useConnection();
  const list = ref<readonly Info[]>([]);
  /** Whether the list was read at least once. */
  const known = ref(false);
  const chosen = stored<string | null>('dataset', null);

  /** The name of the data set that is shown; null while there is none. */
  const current = computed(
    () => (list.value.find(({ name }) => name === chosen.value) ?? list.value[0])?.name ?? null,
  );
  const info = computed(() => list.value.find(({ name }) => name === current.value));

  async function read(): Promise<void> {
    list.value = await useClient().datasets.list();
    known.value = true;
  }

  watch(
    () => [connection.revision('datasets'), current.value && connection.revision(`samples:${current.value}`)],
    () => void read().catch(() => undefined),
  );

  function choose(name: string): void {
    chosen.value = name;
  }

  return { list, known, current, info, choose, read };
});
