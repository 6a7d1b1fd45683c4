import { describe, expect, it } from 'vitest';
import { ARCHITECTURES, architectureOf } from '../../src-main/models/index.ts';
import { initialState, networkState } from '../../src-main/models/state.ts';
import { elementCount, float32, type Tensor } from '../../src-main/onnx/tensor.ts';
import { checkModel } from '../../src-main/onnx/check.ts';
import { createSession } from '../../src-main/runtime/session.ts';
import { buildArtifacts } from '../../src-main/training/artifacts.ts';
import { optimizerDefaults } from '../../src-main/training/optimizers/index.ts';
import { seededImages } from '../helpers/seeded.ts';

/** Trainable parameters and their tensors, counted with PyTorch, for the number of classes it was published with. */
const PUBLISHED: Readonly<Record<string, { parameters: number; tensors: number }>> = {
  resnet18: { parameters: 11_689_512, tensors: 62 },
};

describe.each(ARCHITECTURES)('$name', (architecture) => {
  it('has the published parameters', () => {
    const expected = PUBLISHED[architecture.name];
    const state = networkState(architecture, architecture.classes, architecture.imageSize);
    const parameters = state.filter(({ kind }) => kind === 'parameter');
    expect(parameters.length).toBe(expected?.tensors);
    expect(parameters.reduce((total, { dims }) => total + elementCount(dims), 0)).toBe(expected?.parameters);
    expect(new Set(state.map(({ name }) => name)).size).toBe(state.length);
  });

  it('has well-formed graphs and a finite gradient, not zero everywhere, for every parameter', async () => {
    const { imageSize } = architecture;
    const classes = 3;
    const artifacts = buildArtifacts({
      architecture,
      classes,
      imageSize,
      normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
      trainable: 'all',
      input: 'images',
      loss: {},
      optimizer: optimizerDefaults('adam'),
    });
    for (const model of [artifacts.training, artifacts.evaluation, artifacts.optimizer, artifacts.features]) {
      checkModel(model);
    }
    const labels = [0, 1, 2, 0];
    const feeds = new Map<string, Tensor>([
      ...initialState(artifacts.state, 0),
      [
        'images',
        {
          dtype: 'uint8',
          dims: [4, imageSize, imageSize, 3],
          data: seededImages('model', labels, imageSize),
        },
      ],
      ['labels', { dtype: 'int64', dims: [4], data: BigInt64Array.from(labels, BigInt) }],
    ]);
    const session = await createSession(artifacts.training);
    const outputs = await session.run(feeds);
    await session.release();
    expect(outputs.get('logits')?.dims).toEqual([4, classes]);
    for (const { name, dims, kind } of artifacts.state) {
      if (kind !== 'parameter') continue;
      const gradient = outputs.get(`${name}_grad`);
      expect(gradient?.dims, name).toEqual(dims);
      expect((gradient?.data as Float32Array).every(Number.isFinite), name).toBe(true);
      expect(
        (gradient?.data as Float32Array).some((value) => value !== 0),
        name,
      ).toBe(true);
    }
  });
});

describe('torchvision', () => {
  it('names the parameters of ResNet18 in this order', () => {
    const names = networkState(architectureOf('resnet18'), 1000, 224).map(({ name }) => name);
    expect(names.slice(0, 6)).toEqual([
      'conv1.weight',
      'bn1.weight',
      'bn1.bias',
      'bn1.running_mean',
      'bn1.running_var',
      'layer1.0.conv1.weight',
    ]);
    expect(names).toContain('layer2.0.downsample.0.weight');
    expect(names).toContain('layer4.1.bn2.running_var');
    expect(names.slice(-2)).toEqual(['fc.weight', 'fc.bias']);
    expect(names.length).toBe(102);
  });

  it('initialises convolutions with deviation √(2 / fan_out), norms with 1 and 0, the head within 1 / √512', () => {
    const state = initialState(networkState(architectureOf('resnet18'), 10, 224), 7);
    const deviation = (name: string): number => {
      const { data } = state.get(name) ?? float32([], []);
      return Math.sqrt(data.reduce((total, value) => total + value * value, 0) / data.length);
    };
    // Half a million draws: the sample's deviation is within 1 % with a margin of ten standard errors.
    expect(deviation('layer3.1.conv1.weight') / Math.sqrt(2 / (256 * 9))).toBeCloseTo(1, 2);
    expect(new Set(state.get('bn1.weight')?.data)).toEqual(new Set([1]));
    expect(new Set(state.get('bn1.bias')?.data)).toEqual(new Set([0]));
    const head = state.get('fc.weight')?.data ?? [];
    expect(Math.max(...head)).toBeLessThan(1 / Math.sqrt(512));
    expect(Math.max(...head)).toBeGreaterThan(0.99 / Math.sqrt(512));
    expect(initialState(networkState(architectureOf('resnet18'), 10, 224), 7).get('fc.weight')).toEqual(
      state.get('fc.weight'),
    );
    expect(initialState(networkState(architectureOf('resnet18'), 10, 224), 8).get('fc.weight')).not.toEqual(
      state.get('fc.weight'),
    );
  });
});

describe('what a user may ask for', () => {
  it('names the networks when asked for another', () => {
    expect(() => architectureOf('resnet19')).toThrow(
      'There is no network "resnet19"; the lab has: resnet18.',
    );
  });
});
