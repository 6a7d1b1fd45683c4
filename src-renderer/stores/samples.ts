/** Looking at samples. */
import { defineStore } from 'pinia';
import type { z } from 'zod';
import { pictureUrl, thumbnailUrl } from '../client/images.ts';
import { useClient } from '../client/index.ts';
import type { samplePageSchema } from '../../src-shared/contract/samples.ts';

/** Which samples, in which order. */
export type SampleQuery = Omit<z.input<typeof samplePageSchema>, 'offset' | 'limit'>;

export const useSamples = defineStore('samples', () => {
  const page = (query: SampleQuery, offset: number, limit: number) =>
    useClient().samples.page({ ...query, offset, limit });

  /** Ids from a place of the order up to another, which is not included; all of them unless given. */
  async function ids(query: SampleQuery, from = 0, to: number | null = null): Promise<readonly number[]> {
    return (await useClient().samples.ids({ ...query, from, to })).ids;
  }

  const counts = (dataset: string) => useClient().samples.counts({ dataset });
  const outcomes = (dataset: string) => useClient().samples.outcomes({ dataset });
  const detail = (sample: number) => useClient().samples.detail({ sample });

  return { page, ids, counts, outcomes, detail, pictureUrl, thumbnailUrl };
});
