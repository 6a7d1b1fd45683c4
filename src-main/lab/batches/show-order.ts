/** The certificates of an order, good or bad, of a data set's images. */
import type { z } from 'zod';
import type { showOrderSchema } from '../../../src-shared/contract/batches.ts';
import type { ResultOf } from '../../../src-shared/contract/job.ts';
import type { RunRow } from '../../runs/rows.ts';
import type { JobContext } from '../jobs.ts';
import type { Lab } from '../lab.ts';
import { choosePipeline, findFeed } from './feed.ts';

type Shown = Omit<ResultOf<'certify'>, 'kind'>;

/**
 * Reads what it needs from the store, so that a data set without images is told at once.
 *
 * @returns the work of the job
 * @throws LabError as {@link findFeed} does
 */
export async function prepareOrder(
  lab: Lab,
  { dataset, order, batchSize, imageSize, seed, epochs, limit }: z.output<typeof showOrderSchema>,
): Promise<(job: JobContext) => Promise<Shown>> {
  const pictures = { imageSize, resize: 'crop', interpolation: 'bilinear', augment: 'crop-flip' } as const;
  const settings = { seed, batchSize, shuffle: true, dropLast: false, mean: null, std: null };
  const { classes, train, rows } = await findFeed(lab, { dataset, ...settings, ...pictures });
  // Evenly spaced, so that they are as sorted as the files are.
  const taken = Array.from({ length: Math.min(limit, train.length) }, (_, at) =>
    Math.floor((at * train.length) / Math.min(limit, train.length)),
  );
  const runRows = rows(taken.map((at) => train[at]!)).map(({ path, file, sha256, label }): RunRow => ({
    ...{ path, file, sha256, label: classes[label]!, split: 'train' },
  }));
  return async ({ signal, progress }) => {
    const certificates = await lab.compute(
      'demonstrate',
      { rows: runRows, classes, pipeline: choosePipeline(pictures), seed, batchSize, order, epochs },
      {
        signal,
        onEvent: ({ done, total }) => progress({ done, total, message: 'Loading batches' }),
      },
    );
    return { dataset, order, classes, images: runRows.length, of: train.length, certificates };
  };
}
