/** Taking a data set away: as a folder, or as one file that a page can fetch. */
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import type { exportDatasetSchema } from '../../src-shared/contract/datasets.ts';
import type { ResultOf } from '../../src-shared/contract/job.ts';
import { writeError } from '../base/atomic-file.ts';
import { packFolder } from '../data/archives/pack.ts';
import { exportDataset } from '../data/export-dataset.ts';
import type { JobContext } from './jobs.ts';
import type { Lab } from './lab.ts';
import type { PathAccess } from './path-access.ts';

/** The exported data set: a folder, or a file. */
type Result = Omit<ResultOf<'export-dataset'>, 'kind'>;

/**
 * Starts the job.
 *
 * @returns its id
 * @throws LabError `DATASET_NOT_FOUND`, `PATH_FORBIDDEN`
 */
export function startDatasetExport(
  lab: Lab,
  paths: PathAccess,
  input: z.output<typeof exportDatasetSchema>,
): string {
  const out = input.out === null ? null : paths.check(input.out);
  lab.store.dataset(input.dataset);
  return lab.jobs.start('export-dataset', input.dataset, async (job): Promise<Result> => {
    if (out === null) return packed(lab, input, job);
    return { ...(await write(lab, input, out, job)), saved: null };
  });
}

function write(
  lab: Lab,
  input: z.output<typeof exportDatasetSchema>,
  out: string,
  { signal, progress }: JobContext,
) {
  return exportDataset(lab.store, {
    ...{ ...input, out, signal },
    onProgress: (at) => progress({ ...at, message: 'Writing images' }),
  });
}

async function packed(
  lab: Lab,
  input: z.output<typeof exportDatasetSchema>,
  job: JobContext,
): Promise<Result> {
  const isList = input.format === 'csv' && !input.copy;
  const file = await lab.exports.place(null, [input.dataset, input.format], isList ? '.csv' : '.tar');
  const folder = path.join(lab.exportsFolder, `.${randomUUID()}.tmp`);
  const waiting = `${folder}.tar`;
  try {
    await mkdir(folder, { recursive: true });
    const { folder: _, ...written } = await write(lab, input, folder, job);
    if (isList) await rename(path.join(folder, 'manifest.csv'), file);
    else {
      job.progress({ done: 0, total: null, message: 'Packing' });
      await packFolder(folder, waiting);
      await rename(waiting, file);
    }
    return { ...written, folder: null, saved: await lab.exports.saved(file) };
  } catch (error) {
    throw writeError(file, error);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(waiting, { force: true });
  }
}
