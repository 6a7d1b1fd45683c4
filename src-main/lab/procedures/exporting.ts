/** Procedures on export. */
import path from 'node:path';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import { findRun, runPaths } from '../../runs/run-folder.ts';
import { readRunFile } from '../../runs/run-file.ts';
import { exportWords, startExport, startWeightsExport } from '../export-job.ts';
import { modelCard, readCardFacts } from '../model-card/index.ts';
import { SNIPPETS } from '../snippets/index.ts';
import { os } from './implementer.ts';

export const exporting = {
  onnx: os.exporting.onnx.handler(async ({ context: { lab, paths }, input }) => ({
    job: await startExport(lab, paths, input),
  })),

  weights: os.exporting.weights.handler(async ({ context: { lab, paths }, input }) => ({
    job: await startWeightsExport(lab, paths, input),
  })),

  log: os.exporting.log.handler(async ({ context: { lab, paths }, input }) => {
    const folder = await findRun(lab.folder, input.run);
    const out = paths.check(input.tensorboard);
    const job = lab.jobs.start('export-log', path.basename(folder), async ({ progress, emit }) => {
      progress({ done: 0, total: null, message: 'Reading the log and the sample images' });
      const { notes, ...result } = await lab.compute('export-log', { folder, out });
      for (const message of notes) emit({ event: 'note', message });
      return result;
    });
    return { job };
  }),

  card: os.exporting.card.handler(async ({ context: { lab }, input: { run, epoch } }) => {
    const facts = await readCardFacts(lab, await findRun(lab.folder, run), epoch);
    return { run: facts.run.id, epoch: facts.record.epoch, markdown: modelCard(facts) };
  }),

  saveCard: os.exporting.saveCard.handler(async ({ context: { lab, paths }, input }) => {
    const given = input.out === null ? null : paths.check(input.out);
    const facts = await readCardFacts(lab, await findRun(lab.folder, input.run), input.epoch);
    const file = await lab.exports.place(given, exportWords(facts.run), '.md');
    await writeFileAtomic(file, modelCard(facts));
    return lab.exports.saved(file);
  }),

  snippet: os.exporting.snippet.handler(async ({ context: { lab }, input }) => {
    const { dataset, settings } = await readRunFile(runPaths(await findRun(lab.folder, input.run)).run);
    const { pipeline, normalization } = settings;
    const { model, language } = input;
    return SNIPPETS[language]({
      model,
      classes: dataset.classes,
      input: input.input,
      pipeline,
      normalization,
    });
  }),

  list: os.exporting.list.handler(({ context: { lab } }) => lab.exports.list()),

  remove: os.exporting.remove.handler(async ({ context: { lab }, input }) => {
    await lab.exports.remove(input.name);
    return {};
  }),
};
