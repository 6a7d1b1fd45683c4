/** Procedures on prediction. */
import { networkName } from '../export-job.ts';
import { predictSource, startPrediction } from '../predict-job.ts';
import { writePredictionCsv } from '../prediction-csv.ts';
import { os } from './implementer.ts';

export const prediction = {
  prepare: os.prediction.prepare.handler(async ({ context: { lab, paths }, input }) => {
    const source = await predictSource(lab, paths, input);
    const { pipeline, ...info } = await lab.predictor.call('open-predictor', source);
    return { ...info, imageSize: pipeline.imageSize };
  }),

  predict: os.prediction.predict.handler(async ({ context: { lab, paths }, input }) => ({
    job: await startPrediction(lab, paths, input),
  })),

  rows: os.prediction.rows.handler(({ context: { lab }, input }) => {
    const { job, offset, limit, ...choice } = input;
    const table = lab.predictions.get(job);
    const found = table.view(choice);
    return {
      total: found.length,
      rows: found.slice(offset, offset + limit),
      files: table.rows.length,
      failed: table.failed,
      counts: table.counts,
    };
  }),

  saveTable: os.prediction.saveTable.handler(async ({ context: { lab, paths }, input: { job, out } }) => {
    const table = lab.predictions.get(job);
    const given = out === null ? null : paths.check(out);
    const file = await lab.exports.place(given, ['predictions', networkName(table.model)], '.csv');
    await writePredictionCsv(file, table);
    return lab.exports.saved(file);
  }),
};
