/** Five steps of a network beside PyTorch's, with the same weights, pixels and dropout masks. */
import { expect } from 'vitest';
import type { Architecture } from '../../src-main/models/architecture.ts';
import { architectureOf } from '../../src-main/models/index.ts';
import type { Normalization } from '../../src-main/models/layers/index.ts';
import type { Tensor } from '../../src-main/onnx/tensor.ts';
import type { Model } from '../../src-main/onnx/types.ts';
import { buildArtifacts } from '../../src-main/training/artifacts.ts';
import { composeStep } from '../../src-main/training/compose.ts';
import { optimizerDefaults, type OptimizerOptions } from '../../src-main/training/optimizers/index.ts';
import { readGolden } from '../helpers/golden.ts';
import { relativeDifference } from '../helpers/numbers.ts';
import { applyUpdates, seededState, sessionOf, stepInputs, type StepSettings } from './steps.ts';

/** As in `test/reference/shared_dropout.py`. */
const SEED = 7;

/** What `test/reference/goldens_networks.py` writes to `golden/steps/<network>.json`. */
interface StepsGolden extends Normalization {
  readonly optimizer: Partial<OptimizerOptions> & {
    readonly name: OptimizerOptions['name'];
    readonly lr: number;
  };
  readonly classes: number;
  readonly imageSize: number;
  readonly batchSize: number;
  readonly losses: readonly number[];
  readonly lossesWithTwoThreads: readonly number[];
}

/** Takes the steps of the golden file of a network, and expects every loss to be PyTorch's. */
export async function expectLossesOfPyTorch(
  name: string,
  architecture: Architecture = architectureOf(name),
): Promise<void> {
  const golden = readGolden<StepsGolden>(`steps/${name}`);
  const losses = await lossesOf(architecture, golden);
  expect(relativeDifference(losses.slice(0, 1), golden.losses.slice(0, 1))).toBeLessThan(1e-5);
  losses.forEach((loss, step) => {
    const expected = golden.losses[step] ?? NaN;
    const spread = Math.abs((golden.lossesWithTwoThreads[step] ?? NaN) / expected - 1);
    // Sums in another order drift apart; PyTorch's own drift between thread counts bounds what can be asked.
    expect(Math.abs(loss / expected - 1), `step ${step}`).toBeLessThan(Math.max(1e-3, 3 * spread));
  });
}

/** Evaluates the first batch of the golden file of a network, and expects PyTorch's logits. */
export async function expectLogitsOfPyTorch(name: string): Promise<void> {
  const settings = settingsOf(architectureOf(name), readGolden<StepsGolden>(`steps/${name}`));
  const { logits: golden } = readGolden<{ logits: Record<string, number[]> }>('eval_logits');
  const expected = golden[name] ?? [];
  const artifacts = buildArtifacts(settings.options);
  const session = await sessionOf(artifacts.evaluation, settings.batchSize);
  const feeds = new Map([...seededState(artifacts), ...stepInputs(0, settings)]);
  const outputs = await session.run(feeds, ['logits']);
  await session.release();
  // Logits are sums of terms of the size of the largest.
  const size = Math.max(...expected.map(Math.abs));
  expect(relativeDifference(outputs.get('logits')?.data as Float32Array, expected, size)).toBeLessThan(1e-5);
}

function settingsOf(architecture: Architecture, golden: StepsGolden): StepSettings {
  const { classes, imageSize, batchSize, mean, std } = golden;
  const { lr, ...optimizer } = golden.optimizer;
  return {
    batchSize,
    learningRates: [lr, lr],
    options: {
      ...{ architecture, classes, imageSize, normalization: { mean, std }, loss: {} },
      ...{ trainable: 'all', input: 'images' },
      optimizer: { ...optimizerDefaults(optimizer.name), ...optimizer },
    },
  };
}

async function lossesOf(architecture: Architecture, golden: StepsGolden): Promise<number[]> {
  const settings = settingsOf(architecture, golden);
  const artifacts = buildArtifacts(settings.options);
  const session = await sessionOf(composeStep(artifacts.training, artifacts.optimizer), settings.batchSize);
  const state = seededState(artifacts);
  const losses: number[] = [];
  for (let step = 0; step < golden.losses.length; step++) {
    const inputs = new Map([...stepInputs(step, settings), ...randomInputs(artifacts.training, step)]);
    const outputs = await session.run(new Map([...state, ...inputs]));
    applyUpdates(state, outputs);
    losses.push(Number(outputs.get('loss')?.data[0]));
  }
  await session.release();
  return losses;
}

/** The inputs that key dropout, where the graph has any. */
function randomInputs({ graph }: Model, step: number): [name: string, tensor: Tensor][] {
  if (!graph.inputs.some((info) => info.name === 'random_seed')) return [];
  const word = (value: number): Tensor => ({ dtype: 'uint32', dims: [1], data: Uint32Array.of(value) });
  return [
    ['random_seed', word(SEED)],
    ['random_step', word(step)],
  ];
}
