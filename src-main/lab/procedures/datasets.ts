/** Procedures on data sets. */
import { resolve } from 'node:path';
import { makeDemoSet } from '../../data/demo-set.ts';
import { importDataset } from '../../data/import.ts';
import { createPipeline } from '../../data/pipeline.ts';
import { splitDataset } from '../../data/split.ts';
import { pixelStatistics, sizeStatistics } from '../../data/statistics.ts';
import { isTrainable } from '../../data/trainable.ts';
import { LabError } from '../../../src-shared/errors.ts';
import { startDatasetExport } from '../dataset-export-job.ts';
import { findSamples } from '../samples.ts';
import { os } from './implementer.ts';

export const datasets = {
  drawDemoSet: os.datasets.drawDemoSet.handler(({ context: { lab }, input }) => {
    const { folder, ...options } = input;
    const job = lab.jobs.start('demo-set', folder, ({ signal, progress }) =>
      makeDemoSet(resolve(folder), {
        ...options,
        signal,
        onProgress: (at) => progress({ ...at, message: 'Drawing pictures' }),
      }),
    );
    return { job };
  }),

  import: os.datasets.import.handler(({ context: { lab }, input }) => {
    const { path, dataset, format, classes, rename, maxPixels, maxArchiveBytes } = input;
    const job = lab.jobs.start('import', dataset, ({ signal, progress }) =>
      importDataset(lab.store, {
        ...{ path, dataset, format, rename, signal },
        ...(classes !== null && { classes }),
        ...(maxPixels !== null && { maxPixels }),
        ...(maxArchiveBytes !== null && { maxArchiveBytes }),
        onProgress: (at) => progress({ ...at, message: 'Reading images' }),
      }),
    );
    return { job };
  }),

  export: os.datasets.export.handler(({ context: { lab, paths }, input }) => ({
    job: startDatasetExport(lab, paths, input),
  })),

  stats: os.datasets.stats.handler(({ context: { lab }, input }) => {
    const { dataset, split, imageSize, resize, interpolation } = input;
    // As a training does, images without a split count as training images.
    const rows = lab.store
      .rows(dataset)
      .filter((row) => isTrainable(row) && (split === null || (row.split ?? 'train') === split));
    if (rows.length === 0) throw emptySplit(dataset, split);
    const pipeline = imageSize === null ? undefined : createPipeline({ imageSize, resize, interpolation });
    const job = lab.jobs.start('stats', dataset, async ({ signal, progress }) => {
      const pixels = await pixelStatistics(rows, {
        ...{ ...(pipeline && { pipeline }), signal },
        onProgress: (at) => progress({ ...at, message: 'Counting pixels' }),
      });
      const { distinct: distinctSizes, ...sizes } = sizeStatistics(rows);
      return { dataset, split, imageSize, images: rows.length, ...pixels, ...sizes, distinctSizes };
    });
    return { job };
  }),

  split: os.datasets.split.handler(({ context: { lab }, input }) => {
    const { dataset, groupPattern, ...options } = input;
    return splitDataset(lab.store, dataset, { ...options, ...(groupPattern !== null && { groupPattern }) });
  }),

  list: os.datasets.list.handler(({ context: { lab } }) => lab.store.datasets()),

  label: os.datasets.label.handler(({ context: { lab }, input }) => {
    const { dataset, paths, change, createClass, who } = input;
    const samples = [...input.samples, ...findSamples(lab.store, dataset, paths)];
    const result = lab.store.edit(dataset, { samples, change, createClass, who });
    if (result !== undefined) lab.changes.emit({ what: 'samples', dataset });
    return { changed: result?.changed ?? 0 };
  }),

  history: os.datasets.history.handler(({ context: { lab }, input }) => lab.store.events(input.dataset)),
};

function emptySplit(dataset: string, split: string | null): LabError {
  const where = split === null ? '' : ` in its ${split} split`;
  return new LabError('SPLIT_EMPTY', `The data set "${dataset}" has no labelled image${where}.`, {
    hint: `Divide it with: vitrine split ${dataset}`,
  });
}
