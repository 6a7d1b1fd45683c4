/** Whether a data set's originals are where they were. */
import { stat } from 'node:fs/promises';
import { LabError } from '../../src-shared/errors.ts';
import { mapConcurrently } from './map-concurrently.ts';
import type { ListedSample, LabStore } from './store/index.ts';

/** How a look for a data set's files is watched and ended. */
export interface WatchOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** A sample whose file is not what was imported. */
export interface LostFile {
  readonly sample: ListedSample;
  /** Gone, or of another size. */
  readonly found: 'gone' | 'changed';
}

/** Samples read from the database, and files looked at, at a time. */
const PAGE = 500;
const AT_ONCE = 16;

/**
 * The samples whose files are gone or of another size, in natural order. Contents are not read.
 *
 * @throws LabError `DATASET_NOT_FOUND`, `CANCELLED`
 */
export async function findLostFiles(
  store: LabStore,
  dataset: string,
  { signal, onProgress }: WatchOptions = {},
): Promise<{ checked: number; lost: LostFile[] }> {
  const ids = store.samples.ids(dataset, {}, null);
  const lost: LostFile[] = [];
  for (let done = 0; done < ids.length; done += PAGE) {
    onProgress?.({ done, total: ids.length });
    if (signal?.aborted === true) {
      throw new LabError('CANCELLED', `Looking for the files of "${dataset}" was cancelled.`);
    }
    const samples = store.samples.read(dataset, ids.slice(done, done + PAGE));
    for await (const found of mapConcurrently(samples, AT_ONCE, lookAt))
      if (found !== undefined) lost.push(found);
  }
  onProgress?.({ done: ids.length, total: ids.length });
  return { checked: ids.length, lost };
}

async function lookAt(sample: ListedSample): Promise<LostFile | undefined> {
  const found = await stat(sample.file).catch(() => undefined);
  if (found?.isFile() !== true) return { sample, found: 'gone' };
  return found.size === sample.bytes ? undefined : { sample, found: 'changed' };
}
