import { describe, expect, it } from 'vitest';
import { labErrorOf } from '../helpers/lab-errors.ts';
import type { Architecture } from '../../src-main/models/architecture.ts';
import { batchNorm2d, conv2d, linear } from '../../src-main/models/layers/index.ts';
import { float32, type Tensor } from '../../src-main/onnx/tensor.ts';
import { buildArtifacts, type ArtifactOptions } from '../../src-main/training/artifacts.ts';
import { composeStep } from '../../src-main/training/compose.ts';
import { optimizerDefaults, type OptimizerOptions } from '../../src-main/training/optimizers/index.ts';
import { baseRate, readGroups, type ParamGroupRule } from '../../src-main/training/param-groups.ts';
import { readGolden } from '../helpers/golden.ts';
import { relativeDifference } from '../helpers/numbers.ts';
import { seededImages, seededLabels, uniform } from '../helpers/seeded.ts';
import { applyUpdates, seededState, sessionOf } from './steps.ts';

interface Recipe {
  readonly optimizer: OptimizerOptions['name'];
  readonly options: Partial<OptimizerOptions> & { readonly lr: number };
  readonly paramGroups?: readonly ParamGroupRule[];
  readonly l2Penalty?: number;
  readonly mixing?: boolean;
}

interface Case extends Recipe {
  readonly losses: readonly number[];
  readonly parameters: Readonly<Record<string, readonly number[]>>;
}

const file = readGolden<{
  steps: number;
  batchSize: number;
  imageSize: number;
  classes: number;
  cases: readonly Case[];
}>('recipes');
const { steps, batchSize, imageSize, classes } = file;

const SMALL: Architecture = {
  ...{ name: 'small', paper: '', imageSize, classes, head: ['fc.weight', 'fc.bias'] },
  features: (net, images) =>
    net.g.flatten(net.g.relu(conv2d(net, images, 'conv', { out_channels: 2, kernel_size: 3, padding: 1 }))),
  classify: (net, features, count) => linear(net, features, 'fc', count),
};

function optionsOf(recipe: Recipe): ArtifactOptions {
  const { lr: _lr, ...optimizer } = recipe.options;
  const { paramGroups = [], l2Penalty = 0, mixing = false } = recipe;
  return {
    ...{ architecture: SMALL, classes, imageSize, trainable: 'all', input: 'images', loss: {} },
    normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
    optimizer: { ...optimizerDefaults(recipe.optimizer), ...optimizer },
    ...{ paramGroups, l2Penalty, mixing },
  };
}

function feeds(step: number, rates: readonly number[]): Map<string, Tensor> {
  const name = `recipes.${step % 4}`;
  const labels = seededLabels(name, batchSize, classes);
  const data = seededImages(name, labels, imageSize);
  const mask = uniform(`recipes.mask.${step}`, imageSize ** 2).map((value) => (value + 1) / 2);
  const weight = mask.reduce((sum, share) => sum + share, 0) / mask.length;
  return new Map<string, Tensor>([
    ['images', { dtype: 'uint8', dims: [batchSize, imageSize, imageSize, 3], data }],
    ['labels', { dtype: 'int64', dims: [batchSize], data: BigInt64Array.from(labels, BigInt) }],
    ['learning_rate', float32([rates.length], rates)],
    ['step', float32([], [step + 1])],
    ['mix_mask', float32([1, 1, imageSize, imageSize], mask)],
    ['mix_weight', float32([], [weight])],
  ]);
}

async function train(recipe: Recipe): Promise<{ losses: number[]; state: Map<string, Tensor> }> {
  const artifacts = buildArtifacts(optionsOf(recipe));
  const { lr } = recipe.options;
  const rates = readGroups(artifacts.optimizer).map((group) => baseRate(group, { lr, backboneLr: null }));
  const session = await sessionOf(composeStep(artifacts.training, artifacts.optimizer), batchSize);
  const state = seededState(artifacts);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const outputs = await session.run(new Map([...state, ...feeds(step, rates)]));
    applyUpdates(state, outputs);
    losses.push(Number(outputs.get('loss')?.data[0]));
  }
  await session.release();
  return { losses, state };
}

const named = file.cases.map(({ losses, parameters, ...recipe }) => ({
  name: JSON.stringify(recipe),
  recipe,
  losses,
  parameters,
}));

describe('fifty steps of a small network end where PyTorch ends', () => {
  it.each(named)('$name', async ({ recipe, losses, parameters }) => {
    const found = await train(recipe);
    expect(relativeDifference(found.losses, losses, 1e-2)).toBeLessThan(1e-4);
    for (const [name, expected] of Object.entries(parameters)) {
      // Values near zero are compared with a hundredth of the parameters' size.
      expect(relativeDifference(found.state.get(name)?.data as Float32Array, expected, 1e-2)).toBeLessThan(
        1e-4,
      );
    }
  });
});

describe('an L2 penalty of λ and weight decay of 2 λ', () => {
  async function difference(optimizer: Recipe['optimizer'], options: Recipe['options']): Promise<number> {
    const penalty = await train({ optimizer, options: { ...options, weight_decay: 0 }, l2Penalty: 0.05 });
    const decay = await train({ optimizer, options: { ...options, weight_decay: 0.1 } });
    expect(penalty.losses[0]).toBeGreaterThan(decay.losses[0]!);
    const weights = [penalty, decay].map(({ state }) => state.get('fc.weight')?.data as Float32Array);
    return relativeDifference(weights[0]!, weights[1]!, 1e-2);
  }

  it.each<[string, Recipe['optimizer'], Recipe['options']]>([
    ['plain SGD', 'sgd', { lr: 0.05, momentum: 0 }],
    ['SGD with momentum', 'sgd', { lr: 0.05, momentum: 0.9 }],
    ["Adam, whose decay is PyTorch's coupled one", 'adam', { lr: 0.01 }],
  ])('are the same under %s', async (_name, optimizer, options) => {
    // The sums are rounded in another order.
    expect(await difference(optimizer, options)).toBeLessThan(1e-4);
  });

  it.each<[string, Recipe['optimizer'], Recipe['options']]>([
    ["AdamW, where the penalty's gradient is scaled like any other", 'adamw', { lr: 0.01 }],
    ['a limit on the norm of gradients, which the penalty counts for', 'sgd', { lr: 0.05, max_norm: 0.1 }],
  ])('differ under %s', async (_name, optimizer, options) => {
    expect(await difference(optimizer, options)).toBeGreaterThan(0.05);
  });
});

describe('groups of parameters', () => {
  const withNorm: Architecture = {
    ...SMALL,
    features: (net, images) => {
      const y = conv2d(net, images, 'conv', { out_channels: 2, kernel_size: 3, padding: 1 });
      return net.g.flatten(net.g.relu(batchNorm2d(net, y, 'bn')));
    },
  };
  const built = (paramGroups: readonly ParamGroupRule[], change: Partial<ArtifactOptions> = {}) =>
    buildArtifacts({
      ...optionsOf({ optimizer: 'sgd', options: { lr: 1 } }),
      ...{ architecture: withNorm, paramGroups },
      ...change,
    });

  it('are backbone and head, and those of each rule; the first that fits counts', () => {
    const { optimizer, groups } = built([
      { pattern: '*.bias', weight_decay: 0 },
      { pattern: 'fc.*', lr: 3 },
      { pattern: '*', lr_factor: 0.5 },
    ]);
    const rates = { lr: 1, backboneLr: 0.1 };
    expect(readGroups(optimizer)).toEqual(groups);
    expect(groups.map((group) => [group.name, group.parameters, baseRate(group, rates)])).toEqual([
      ['backbone *.bias', ['conv.bias', 'bn.bias'], 0.1],
      ['head *.bias', ['fc.bias'], 1],
      ['head fc.*', ['fc.weight'], 3],
      ['backbone *', ['conv.weight', 'bn.weight'], 0.05],
    ]);
  });

  it('freeze layers with their BatchNorm', () => {
    const moved = (rules: readonly ParamGroupRule[]): string[] =>
      built(rules)
        .training.graph.outputs.map(({ name }) => name)
        .slice(2);
    expect(moved([{ pattern: 'conv.*', freeze: true }])).toEqual([
      ...['bn.weight_grad', 'bn.bias_grad', 'fc.weight_grad', 'fc.bias_grad'],
      ...['bn.running_mean_new', 'bn.running_var_new'],
    ]);
    expect(moved([{ pattern: 'bn.*', freeze: true }])).toEqual([
      ...['conv.weight_grad', 'conv.bias_grad', 'fc.weight_grad', 'fc.bias_grad'],
    ]);
  });

  it('refuse a pattern of nothing', () => {
    expect(labErrorOf(() => built([{ pattern: 'layer1.*', freeze: true }]))).toEqual({
      code: 'INVALID_ARGUMENT',
      message:
        'Grouping parameters: no parameter of the network fits the pattern "layer1.*"; it has conv.weight, conv.bias, bn.weight, bn.bias, fc.weight, fc.bias.',
      hint: 'In a pattern * stands for any characters and ? for one.',
    });
  });

  it('leave something to train', () => {
    expect(labErrorOf(() => built([{ pattern: 'fc.*', freeze: true }], { trainable: 'head' }))).toEqual({
      code: 'INVALID_ARGUMENT',
      message: 'The parameter groups freeze all there is to train.',
      hint: 'Freeze fewer layers, or train more of the network with --mode full.',
    });
  });
});

it('features of a frozen backbone are not mixed', () => {
  const options = optionsOf({ optimizer: 'sgd', options: { lr: 1 }, mixing: true });
  const inputs = (change: Partial<ArtifactOptions>): string[] =>
    buildArtifacts({ ...options, ...change }).training.graph.inputs.map(({ name }) => name);
  expect(inputs({})).toEqual(expect.arrayContaining(['mix_mask', 'mix_weight']));
  expect(inputs({ input: 'features', trainable: 'head' })).toEqual([
    ...['features', 'labels', 'fc.weight', 'fc.bias'],
  ]);
});
