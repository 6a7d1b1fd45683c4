/** Procedures on prediction. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { LabError } from '../../../src-shared/errors.ts';
import type { PredictSource } from '../../runs/predict.ts';
import { findRun } from '../../runs/run-folder.ts';
import type { Lab } from '../lab.ts';
import { os } from './implementer.ts';

export const prediction = {
  predict: os.prediction.predict.handler(async ({ context: { lab }, input }) => {
    const { model, files, top, epoch } = input;
    const source = await sourceOf(lab, model, epoch);
    const job = lab.jobs.start('predict', model, async ({ signal, emit, progress }) => {
      let done = 0;
      const { failed } = await lab.compute(
        'predict',
        { source, files, top },
        {
          signal,
          onEvent: (event) => {
            emit(event);
            progress({ done: ++done, total: files.length, message: 'Predicting' });
          },
        },
      );
      return { files: files.length, failed };
    });
    return { job };
  }),
};

async function sourceOf(lab: Lab, model: string, epoch: number | null): Promise<PredictSource> {
  if (!/\.onnx$/i.test(model)) return { folder: await findRun(lab.folder, model), epoch: epoch ?? 'best' };
  if (existsSync(model)) return { model: resolve(model) };
  throw new LabError('SOURCE_NOT_FOUND', `Reading the model ${model}: there is no such file.`, {
    hint: 'Give an exported .onnx file, or a run from the list of: vitrine runs',
  });
}
