/** Long work on data sets. */
import { type InspectOptions, inspectSource } from '../data/inspect.ts';
import { importDataset } from '../data/import.ts';
import { findLostFiles } from '../data/original-files.ts';
import { relocate } from '../data/relocate.ts';
import { splitDataset } from '../data/split.ts';
import type { importSchema, inspectSchema } from '../../src-shared/contract/datasets.ts';
import type { z } from 'zod';
import { LabError } from '../../src-shared/errors.ts';
import type { LabStore } from '../data/store/index.ts';
import type { JobContext } from './jobs.ts';
import type { Lab } from './lab.ts';
import type { PathAccess } from './path-access.ts';

/** Files and samples that a result names. */
const NAMED = 100;

/** How to read what `input` names; where nothing was chosen, nothing is said. */
function reading(
  input: z.output<typeof inspectSchema>,
  paths: PathAccess,
): Omit<InspectOptions, 'onPlan' | 'onProgress'> {
  const { format, only, maxPixels, maxArchiveBytes } = input;
  return {
    ...{ path: paths.check(input.path), format, allows: (path) => isAllowed(paths, path) },
    ...(only !== null && { only }),
    ...(maxPixels !== null && { maxPixels }),
    ...(maxArchiveBytes !== null && { maxArchiveBytes }),
  };
}

function isAllowed(paths: PathAccess, path: string): boolean {
  try {
    paths.check(path);
    return true;
  } catch {
    return false;
  }
}

/** Looks at what could be imported. What it finds out about contents is kept for the import that follows. */
export function startInspection(lab: Lab, paths: PathAccess, input: z.output<typeof inspectSchema>): string {
  const source = reading(input, paths);
  return lab.jobs.start('inspect', input.path, ({ signal, progress, emit }) => {
    lab.inspected.clear();
    return inspectSource({
      ...source,
      signal,
      known: (sha256) => lab.store.content(sha256),
      // Where the bytes are kept is the import's to say.
      onContent: ({ stored: _, ...content }) => void lab.inspected.set(content.sha256, content),
      onPlan: (plan) => emit({ event: 'plan', plan }),
      onProgress: (at) => progress({ ...at, message: 'Reading images' }),
    });
  });
}

/** Brings images into a data set. */
export function startImport(lab: Lab, paths: PathAccess, input: z.output<typeof importSchema>): string {
  const source = reading(input, paths);
  const { dataset, classes, rename, split } = input;
  return lab.jobs.start('import', dataset, async ({ signal, progress, emit }) => {
    try {
      const report = await importDataset(lab.store, {
        ...{ ...source, dataset, rename, signal },
        ...(classes !== null && { classes }),
        known: (sha256) => lab.inspected.get(sha256),
        onProgress: (at) => progress({ ...at, message: 'Reading images' }),
      });
      if (split !== null && report.classes.length > 0) divide(lab.store, dataset, split, emit);
      return report;
    } finally {
      lab.inspected.clear();
      // An import that failed may have left a part of the images.
      lab.changes.emit({ what: 'datasets' });
      lab.changes.emit({ what: 'samples', dataset });
    }
  });
}

/** Divides a data set; one that is too small is left as it is, and that is told. */
function divide(
  store: LabStore,
  dataset: string,
  shares: Parameters<typeof splitDataset>[2],
  emit: JobContext['emit'],
): void {
  try {
    splitDataset(store, dataset, shares);
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'SPLIT_EMPTY') throw error;
    emit({ event: 'note', message: `${error.message} It is not divided yet.` });
  }
}

/** Looks whether the originals are where they were. */
export function startFileCheck(lab: Lab, dataset: string): string {
  lab.store.dataset(dataset);
  return lab.jobs.start('check-files', dataset, async ({ signal, progress }) => {
    const onProgress = (at: { done: number; total: number }) =>
      progress({ ...at, message: 'Looking for files' });
    const { checked, lost } = await findLostFiles(lab.store, dataset, { signal, onProgress });
    const gone = lost.filter(({ found }) => found === 'gone').length;
    const files = lost
      .slice(0, NAMED)
      .map(({ sample, found }) => ({ sample: sample.id, path: sample.path, found }));
    return { checked, gone, changed: lost.length - gone, files };
  });
}

/** Finds originals that moved in a folder. */
export function startRelocation(lab: Lab, dataset: string, folder: string): string {
  lab.store.dataset(dataset);
  return lab.jobs.start('relocate', dataset, async ({ signal, progress }) => {
    let message = '';
    const { moved, missing } = await relocate(lab.store, {
      ...{ dataset, folder, signal },
      onStep: (step) => (message = step === 'looking' ? 'Looking for files' : 'Comparing files'),
      onProgress: (at) => progress({ ...at, message }),
    });
    if (moved.length > 0) lab.changes.emit({ what: 'samples', dataset });
    return {
      ...{ found: moved.length, missing: missing.length },
      ...{ moved: moved.slice(0, NAMED), stillMissing: missing.slice(0, NAMED) },
    };
  });
}
