/** Procedures on export. */
import path from 'node:path';
import { findRun, runPaths } from '../../runs/run-folder.ts';
import { readRunFile } from '../../runs/run-file.ts';
import { os } from './implementer.ts';

export const exporting = {
  onnx: os.exporting.onnx.handler(async ({ context: { lab }, input }) => {
    const folder = await findRun(lab.folder, input.run);
    const job = lab.jobs.start('export', path.basename(folder), async ({ progress }) => {
      const { best, id } = await readRunFile(runPaths(folder).run);
      const choice = { folder, epoch: input.epoch ?? ('best' as const) };
      progress({ done: 0, total: null, message: 'Exporting and comparing' });
      const { file, parity } = await lab.exportRun({
        ...choice,
        out: path.resolve(input.out),
        input: input.input,
      });
      const weightsFile = input.weightsOut === null ? null : path.resolve(input.weightsOut);
      if (weightsFile !== null) await lab.compute('export-weights', { ...choice, out: weightsFile });
      return { file, weightsFile, run: id, epoch: input.epoch ?? best?.epoch ?? 0, parity };
    });
    return { job };
  }),

  log: os.exporting.log.handler(async ({ context: { lab }, input }) => {
    const folder = await findRun(lab.folder, input.run);
    const job = lab.jobs.start('export-log', path.basename(folder), async ({ progress, emit }) => {
      progress({ done: 0, total: null, message: 'Reading the log and the sample images' });
      const out = path.resolve(input.tensorboard);
      const { notes, ...result } = await lab.compute('export-log', { folder, out });
      for (const message of notes) emit({ event: 'note', message });
      return result;
    });
    return { job };
  }),
};
