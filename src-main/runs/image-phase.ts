/** The phase that trains the whole network: its steps are shown pictures. */
import type { Tensor } from '../onnx/tensor.ts';
import { readArtifact } from './artifacts.ts';
import { Classifier, classifyRows } from './classifier.ts';
import { evaluated } from './evaluated.ts';
import { SummaryAccumulator, type Summary } from './metrics/classification.ts';
import { artifactPath } from './run-folder.ts';
import type { PhaseData, TrainContext } from './train-context.ts';

/** Pictures from the loader, augmented as the pipeline says. */
export async function createImagePhase(context: TrainContext): Promise<PhaseData> {
  const { paths, run, loader, validation, session } = context;
  const evaluation = await readArtifact(paths, run, artifactPath('full', 'eval_model'));
  const side = run.settings.pipeline.imageSize;
  const batchSize = run.settings.evaluationBatchSize;

  async function summarise(classifier: Classifier, split: 'train' | 'validation'): Promise<Summary> {
    const order = evaluated(context[split], run.settings, split);
    const accumulator = new SummaryAccumulator(run.dataset.classes.length);
    for await (const { vector, label } of classifyRows(classifier, { loader, order, batchSize })) {
      accumulator.add(vector, label);
    }
    return accumulator.summary();
  }

  return {
    async *batches(plan) {
      const batches = loader.batches({ ...plan, augment: true, witness: 'bytes' });
      for await (const { pixels, labels, mix, witness } of batches) {
        const input: Tensor = { dtype: 'uint8', dims: [labels.length, side, side, 3], data: pixels };
        yield { input, labels, ...(mix && { mix }), witness: witness! };
      }
    },
    async evaluate(weights) {
      const classifier = await Classifier.create(evaluation, weights, 'logits', session);
      try {
        return {
          train: await summarise(classifier, 'train'),
          validation: validation.length > 0 ? await summarise(classifier, 'validation') : null,
        };
      } finally {
        await classifier.release();
      }
    },
    close: () => Promise.resolve(),
  };
}
