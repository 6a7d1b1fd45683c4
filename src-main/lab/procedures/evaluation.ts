/** Procedures on evaluation. */
import path from 'node:path';
import { scanFolder, type FormatChoice } from '../../data/scan.ts';
import type { LabelledFile } from '../../runs/rows.ts';
import { findRun, runPaths } from '../../runs/run-folder.ts';
import { readRunFile } from '../../runs/run-file.ts';
import type { JobContext } from '../jobs.ts';
import { os } from './implementer.ts';

export const evaluation = {
  evaluate: os.evaluation.evaluate.handler(async ({ context: { lab }, input }) => {
    const { split, data, format, epoch, worst } = input;
    const folder = await findRun(lab.folder, input.run);
    const job = lab.jobs.start('evaluate', path.basename(folder), async (job) => {
      const scanned = data === null ? null : await scanForRun(folder, data, format, job);
      const figures = await lab.compute(
        'evaluate',
        {
          folder,
          epoch: epoch ?? 'best',
          data: scanned === null ? { split } : { files: scanned.files },
          worst,
        },
        {
          signal: job.signal,
          onEvent: ({ done, total }) => job.progress({ done, total, message: 'Evaluating' }),
        },
      );
      return { ...figures, split: data === null ? split : null, data, skipped: scanned?.skipped ?? [] };
    });
    return { job };
  }),
};

/** A folder's images, labelled with the run's own spellings of its classes. */
async function scanForRun(
  folder: string,
  data: string,
  format: FormatChoice,
  { signal, progress }: JobContext,
) {
  const { classes } = (await readRunFile(runPaths(folder).run)).dataset;
  const { rows, skipped } = await scanFolder(path.resolve(data), {
    ...{ classes, format, signal },
    onProgress: (at) => progress({ ...at, message: 'Reading images' }),
  });
  const spelling = new Map(classes.map((name) => [name.normalize('NFC'), name]));
  const files = rows.map(({ path, sha256, className }): LabelledFile => {
    return { path, sha256, label: spelling.get(className.normalize('NFC'))! };
  });
  return { files, skipped };
}
