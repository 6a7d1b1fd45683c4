import { describe, expect, it } from 'vitest';
import { bindInitializers } from '../../src-main/onnx/edit.ts';
import type { Tensor } from '../../src-main/onnx/tensor.ts';
import { createSession } from '../../src-main/runtime/session.ts';
import { buildArtifacts } from '../../src-main/training/artifacts.ts';
import { composeStep } from '../../src-main/training/compose.ts';
import { optimizerDefaults, type OptimizerOptions } from '../../src-main/training/optimizers/index.ts';
import { readGolden } from '../helpers/golden.ts';
import { relativeDifference } from '../helpers/numbers.ts';
import {
  applyUpdates,
  resnet18Options,
  seededState,
  sessionOf,
  stepInputs,
  train,
  type StepSettings,
} from './steps.ts';

interface Case {
  readonly name: string;
  readonly optimizer: Partial<OptimizerOptions> & {
    readonly name: OptimizerOptions['name'];
    readonly lr: number;
  };
  readonly frozen?: boolean;
  readonly labelSmoothing?: number;
  readonly classWeights?: readonly number[];
  readonly maxNorm?: number;
  readonly headLr?: number;
  readonly decayNormsAndBiases?: boolean;
  readonly losses: readonly number[];
  readonly lossesWithTwoThreads: readonly number[];
  readonly statistics: Readonly<Record<string, { readonly sum?: number; readonly norm?: number }>>;
  readonly evalLogits: readonly number[];
}

const file = readGolden<{
  classes: number;
  imageSize: number;
  batchSize: number;
  steps: number;
  cases: Case[];
}>('resnet18');

function settingsOf(test: Case): StepSettings {
  const { lr, ...optimizer } = test.optimizer;
  const learningRates = test.frozen ? [lr] : [lr, test.headLr ?? lr];
  return {
    batchSize: file.batchSize,
    learningRates,
    options: resnet18Options({
      classes: file.classes,
      imageSize: file.imageSize,
      trainable: test.frozen ? 'head' : 'all',
      loss: { label_smoothing: test.labelSmoothing ?? 0, weight: test.classWeights },
      optimizer: {
        ...optimizerDefaults(optimizer.name),
        ...optimizer,
        max_norm: test.maxNorm,
        no_decay_on_norm_and_bias: test.decayNormsAndBiases === false,
      },
    }),
  };
}

function sum(tensor: Tensor | undefined): number {
  return (tensor?.data as Float32Array).reduce((total, value) => total + value, 0);
}

function norm(tensor: Tensor | undefined): number {
  return Math.sqrt((tensor?.data as Float32Array).reduce((total, value) => total + value * value, 0));
}

describe('twenty steps of ResNet18', () => {
  it.each(file.cases)('$name: every loss is that of PyTorch', async (test) => {
    const settings = settingsOf(test);
    const { losses, state } = await train(settings, file.steps);
    expect(relativeDifference(losses.slice(0, 1), test.losses.slice(0, 1))).toBeLessThan(1e-5);
    losses.forEach((loss, step) => {
      const expected = test.losses[step] ?? NaN;
      const spread = Math.abs((test.lossesWithTwoThreads[step] ?? NaN) / expected - 1);
      // Sums in another order drift apart; PyTorch's own drift between thread counts bounds what can be asked.
      expect(Math.abs(loss / expected - 1)).toBeLessThan(Math.max(1e-3, 3 * spread));
    });
    for (const [name, expected] of Object.entries(test.statistics)) {
      const found = state.get(name);
      if (expected.sum !== undefined)
        expect(Math.abs(sum(found) - expected.sum)).toBeLessThan(2e-3 * (1 + Math.abs(expected.sum)));
      if (expected.norm !== undefined) expect(Math.abs(norm(found) / expected.norm - 1)).toBeLessThan(1e-3);
    }
    const logits = await evaluationLogits(settings, state);
    // Logits are of the size of one.
    test.evalLogits.forEach((expected, i) => {
      expect(Math.abs((logits[i] ?? NaN) - expected)).toBeLessThan(2e-2 * Math.max(1, Math.abs(expected)));
    });
  });
});

async function evaluationLogits(
  settings: StepSettings,
  state: ReadonlyMap<string, Tensor>,
): Promise<Float32Array> {
  const { evaluation } = buildArtifacts(settings.options);
  const session = await createSession(bindInitializers(evaluation, state));
  const outputs = await session.run(stepInputs(0, settings), ['logits']);
  await session.release();
  return (outputs.get('logits')?.data as Float32Array).subarray(0, file.classes);
}

describe('the artifacts', () => {
  const sgd = file.cases.find(({ name }) => name === 'sgd') as Case;

  it('give the same step split and composed', async () => {
    const settings = settingsOf(sgd);
    const artifacts = buildArtifacts(settings.options);
    const feeds = new Map([...seededState(artifacts), ...stepInputs(0, settings)]);
    const composed = await sessionOf(
      composeStep(artifacts.training, artifacts.optimizer),
      settings.batchSize,
    );
    const whole = await composed.run(feeds);
    await composed.release();
    const [training, optimizer] = await Promise.all([
      sessionOf(artifacts.training, settings.batchSize),
      sessionOf(artifacts.optimizer, settings.batchSize),
    ]);
    const first = await training.run(feeds);
    const second = await optimizer.run(new Map([...feeds, ...first]));
    for (const [name, tensor] of whole) {
      const split = second.get(name) ?? first.get(name);
      // Fusions and blocking differ between the graphs, not the mathematics.
      expect(relativeDifference(split?.data as Float32Array, tensor.data as Float32Array, 1)).toBeLessThan(
        1e-6,
      );
    }
    expect([...whole.keys()].filter((name) => name.endsWith('_new')).length).toBe(62 * 2 + 40);
    await Promise.all([training.release(), optimizer.release()]);
  });

  it('leave a frozen backbone alone: no gradient, no update, no moving statistics', async () => {
    const frozen = file.cases.find((test) => test.frozen) as Case;
    const settings = settingsOf(frozen);
    const { training, optimizer } = buildArtifacts(settings.options);
    const moved = [...training.graph.outputs, ...optimizer.graph.outputs].map((info) => info.name);
    expect(moved.filter((name) => name.endsWith('_grad'))).toEqual(['fc.weight_grad', 'fc.bias_grad']);
    expect(moved.filter((name) => name.endsWith('running_mean_new'))).toEqual([]);
    const backward = training.graph.nodes.filter((node) => node.name.startsWith('grad'));
    // Softmax, the loss and one linear layer: no node for any of the twenty convolutions.
    expect(backward.filter((node) => node.opType.startsWith('Conv'))).toEqual([]);
    expect(backward.length).toBeLessThan(20);
    expect(training.graph.nodes.some((node) => node.attributes['training_mode'])).toBe(false);
  });

  it('keeps parameters from being overwritten by batch statistics', async () => {
    const settings = settingsOf(sgd);
    const artifacts = buildArtifacts(settings.options);
    const state = seededState(artifacts);
    const before = new Map(
      [...state].map(([name, tensor]) => [name, Float32Array.from(tensor.data as Float32Array)]),
    );
    const session = await sessionOf(composeStep(artifacts.training, artifacts.optimizer), settings.batchSize);
    const outputs = await session.run(new Map([...state, ...stepInputs(0, settings)]));
    for (const [name, values] of before) expect(state.get(name)?.data).toEqual(values);
    applyUpdates(state, outputs);
    expect(sum(state.get('bn1.weight'))).toBeGreaterThan(1);
    await session.release();
  });
});
