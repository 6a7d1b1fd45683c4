/** What is done to a data set as a whole. */
import { defineStore } from 'pinia';
import { computed } from 'vue';
import { useClient } from '../client/index.ts';
import type { ResultOf } from '../../src-shared/contract/job.ts';
import { useDatasets } from './datasets.ts';
import { useJobs } from './jobs.ts';

/** Shares of a data set, from 0 to 1. */
export interface SplitShares {
  readonly validation: number;
  readonly test: number;
  readonly seed: number;
}

export const useDatasetCare = defineStore('dataset-care', () => {
  const jobs = useJobs();
  const datasets = useDatasets();

  /** The look for files that is under way for the data set that is shown. */
  const search = computed(() =>
    jobs.running.find(
      ({ kind, subject }) => (kind === 'check-files' || kind === 'relocate') && subject === datasets.current,
    ),
  );

  async function rename(dataset: string, name: string): Promise<void> {
    await useClient().datasets.rename({ dataset, name });
    await datasets.read();
    datasets.choose(name);
  }

  async function remove(dataset: string): Promise<void> {
    await useClient().datasets.remove({ dataset });
    await datasets.read();
  }

  const split = (dataset: string, shares: SplitShares) => useClient().datasets.split({ dataset, ...shares });

  async function checkFiles(dataset: string): Promise<ResultOf<'check-files'>> {
    return (await jobs.run(useClient().datasets.checkFiles({ dataset }))) as ResultOf<'check-files'>;
  }

  async function relocate(dataset: string, folder: string): Promise<ResultOf<'relocate'>> {
    return (await jobs.run(useClient().datasets.relocate({ dataset, folder }))) as ResultOf<'relocate'>;
  }

  return { search, rename, remove, split, checkFiles, relocate };
});
