/** Procedures on data sets. */
import { makeDemoSet } from '../../data/demo-set.ts';
import { createPipeline } from '../../data/pipeline.ts';
import { splitDataset } from '../../data/split.ts';
import { pixelStatistics, sizeStatistics } from '../../data/statistics.ts';
import { isTrainable } from '../../data/trainable.ts';
import { LabError } from '../../../src-shared/errors.ts';
import { removeDataset, renameDataset } from '../dataset-changes.ts';
import { startDatasetExport } from '../dataset-export-job.ts';
import { startFileCheck, startImport, startInspection, startRelocation } from '../dataset-jobs.ts';
import { findSamples } from '../samples.ts';
import { os } from './implementer.ts';

export const datasets = {
  drawDemoSet: os.datasets.drawDemoSet.handler(({ context: { lab, paths }, input }) => {
    const { folder: given, ...options } = input;
    const folder = paths.check(given);
    const job = lab.jobs.start('demo-set', folder, ({ signal, progress }) =>
      makeDemoSet(folder, {
        ...options,
        signal,
        onProgress: (at) => progress({ ...at, message: 'Drawing pictures' }),
      }),
    );
    return { job };
  }),

  inspect: os.datasets.inspect.handler(({ context: { lab, paths }, input }) => ({
    job: startInspection(lab, paths, input),
  })),

  import: os.datasets.import.handler(({ context: { lab, paths }, input }) => ({
    job: startImport(lab, paths, input),
  })),

  checkFiles: os.datasets.checkFiles.handler(({ context: { lab }, input }) => ({
    job: startFileCheck(lab, input.dataset),
  })),

  relocate: os.datasets.relocate.handler(({ context: { lab, paths }, input }) => ({
    job: startRelocation(lab, input.dataset, paths.check(input.folder)),
  })),

  rename: os.datasets.rename.handler(async ({ context: { lab }, input }) => {
    await renameDataset(lab, input.dataset, input.name);
    return {};
  }),

  remove: os.datasets.remove.handler(async ({ context: { lab }, input }) => {
    await removeDataset(lab, input.dataset);
    return {};
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
    const report = splitDataset(lab.store, dataset, {
      ...options,
      ...(groupPattern !== null && { groupPattern }),
    });
    lab.changes.emit({ what: 'samples', dataset });
    return report;
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
