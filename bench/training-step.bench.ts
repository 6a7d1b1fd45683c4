/** A full training step of ResNet18 beside PyTorch's: `npm run bench -- training-step`. */
import { architectureOf } from '../src-main/models/index.ts';
import { initialState, networkState } from '../src-main/models/state.ts';
import type { Tensor } from '../src-main/onnx/tensor.ts';
import { freshState, StepRunner } from '../src-main/runs/step-runner.ts';
import { buildArtifacts } from '../src-main/training/artifacts.ts';
import { composeStep } from '../src-main/training/compose.ts';
import { optimizerDefaults } from '../src-main/training/optimizers/index.ts';
import { IMAGENET, median, measurePairs, noise, ratios, THREADS, type BenchResult } from './common.ts';
import { startTorch } from './torch.ts';

const CASES = [
  { imageSize: 224, batchSize: 16, pairs: 7 },
  { imageSize: 64, batchSize: 64, pairs: 7 },
] as const;

/** Measures each case; an answer for each. */
export async function run(): Promise<BenchResult[]> {
  const torch = startTorch();
  const results: BenchResult[] = [];
  for (const { imageSize, batchSize, pairs } of CASES) {
    const step = stepper(imageSize, batchSize);
    for (const channelsLast of [false, true]) {
      const request = { subject: 'training-step', imageSize, batchSize, threads: THREADS, channelsLast };
      const measured = await measurePairs(pairs, step, () => torch.time(request));
      results.push({
        name: `training step, ResNet18, ${imageSize}², batch ${batchSize}, PyTorch ${channelsLast ? 'channels-last' : 'contiguous'}`,
        ours: `${(batchSize / median(measured.ours)).toFixed(1)} images/s`,
        theirs: `${(batchSize / median(measured.theirs)).toFixed(1)} images/s`,
        ratio: ratios(measured),
      });
    }
  }
  torch.close();
  return results;
}

/** Steps on one batch of noise; gives the seconds of each. */
function stepper(imageSize: number, batchSize: number): () => Promise<number> {
  const architecture = architectureOf('resnet18');
  const artifacts = buildArtifacts({
    architecture,
    classes: 10,
    imageSize,
    normalization: IMAGENET,
    trainable: 'all',
    input: 'images',
    loss: {},
    optimizer: { ...optimizerDefaults('sgd'), momentum: 0.9, weight_decay: 5e-4 },
  });
  const model = composeStep(artifacts.training, artifacts.optimizer);
  const weights: ReadonlyMap<string, Tensor> = initialState(
    networkState(architecture, 10, architecture.imageSize),
    0,
  );
  const runner = new StepRunner(model, freshState(model, weights), { threads: THREADS });
  const input = noise(batchSize, imageSize);
  const labels = Int32Array.from({ length: batchSize }, (_, i) => i % 10);
  let count = 0;
  return async () => {
    count += 1;
    const started = performance.now();
    await runner.step({
      input,
      labels,
      learningRates: [0.01, 0.01],
      step: count,
      seed: 0,
      globalStep: count,
    });
    return (performance.now() - started) / 1000;
  };
}
