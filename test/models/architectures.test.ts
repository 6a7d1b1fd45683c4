import { describe, expect, it } from 'vitest';
import { ARCHITECTURES, architectureOf } from '../../src-main/models/index.ts';
import { matchWeights } from '../../src-main/models/weights/match.ts';
import { initialState, networkState } from '../../src-main/models/state.ts';
import { elementCount, float32, type Tensor } from '../../src-main/onnx/tensor.ts';
import { checkModel } from '../../src-main/onnx/check.ts';
import { createSession } from '../../src-main/runtime/session.ts';
import { buildArtifacts } from '../../src-main/training/artifacts.ts';
import { optimizerDefaults } from '../../src-main/training/optimizers/index.ts';
import { readGolden } from '../helpers/golden.ts';
import { seededImages } from '../helpers/seeded.ts';

/** Trainable parameters and their tensors, counted with PyTorch, for the number of classes it was published with. */
const PUBLISHED: Readonly<Record<string, { parameters: number; tensors: number }>> = {
  mycnn: { parameters: 25_674, tensors: 10 },
  'cifar-resnet': { parameters: 195_738, tensors: 47 },
  'cifar-se-resnet': { parameters: 197_320, tensors: 71 },
  vgg11: { parameters: 9_231_114, tensors: 34 },
  vgg13: { parameters: 9_416_010, tensors: 42 },
  vgg16: { parameters: 14_728_266, tensors: 54 },
  vgg19: { parameters: 20_040_522, tensors: 66 },
  dainet7: { parameters: 1_149_770, tensors: 26 },
  'birdplane-plain': { parameters: 18_090, tensors: 8 },
  'birdplane-width': { parameters: 38_386, tensors: 8 },
  'birdplane-dropout': { parameters: 38_386, tensors: 8 },
  'birdplane-batchnorm': { parameters: 38_482, tensors: 12 },
  'alexnet-cifar': { parameters: 23_272_266, tensors: 16 },
  alexnet: { parameters: 62_378_344, tensors: 16 },
  'alexnet-groups': { parameters: 62_071_144, tensors: 16 },
  resnet18: { parameters: 11_689_512, tensors: 62 },
  resnet34: { parameters: 21_797_672, tensors: 110 },
  resnet50: { parameters: 25_557_032, tensors: 161 },
  mobilenet_v3_small: { parameters: 2_542_856, tensors: 142 },
  efficientnet_b0: { parameters: 5_288_548, tensors: 213 },
  convnext_tiny: { parameters: 28_589_128, tensors: 182 },
};

/** Of the state_dicts that PyTorch's networks have: shapes such as `64x3x7x7`, by name. */
const { networks: stateDicts } = readGolden<{ networks: Record<string, Record<string, string>> }>('networks');

/** Large enough for AlexNet, and odd, so that strides leave rows over. */
const SIZE = 67;

describe.each(ARCHITECTURES)('$name', (architecture) => {
  const { name, classes, imageSize } = architecture;

  it('has the published parameters', () => {
    const state = networkState(architecture, classes, imageSize);
    const parameters = state.filter(({ kind }) => kind === 'parameter');
    expect({
      parameters: parameters.reduce((total, { dims }) => total + elementCount(dims), 0),
      tensors: parameters.length,
    }).toEqual(PUBLISHED[name]);
  });

  it("has the names and shapes of the reference's state_dict, in its order", () => {
    const state = networkState(architecture, classes, imageSize);
    expect(state.map((spec) => [spec.name, spec.dims.join('x')])).toEqual(
      Object.entries(stateDicts[name] ?? {}),
    );
  });

  it('takes the weights of a state_dict for other classes, but for the head', () => {
    const file = new Map<string, Tensor>(
      Object.entries(stateDicts[name] ?? {}).map(([entry, shape]) => {
        const dims = shape.split('x').map(Number);
        return [entry, float32(dims, new Float32Array(elementCount(dims)))];
      }),
    );
    file.set('bn1.num_batches_tracked', { dtype: 'int64', dims: [], data: BigInt64Array.of(3n) });
    const { head } = architecture;
    const same = matchWeights(networkState(architecture, classes, imageSize), file, { head });
    expect(same).toMatchObject({ headLoaded: true, missing: [], unexpected: [], mismatched: [] });
    const other = matchWeights(networkState(architecture, classes + 1, imageSize), file, { head });
    expect(other.mismatched.map((entry) => entry.name)).toEqual(head);
    expect(other.tensors.size).toBe(same.tensors.size - head.length);
  });

  it('has well-formed graphs and a finite gradient, not zero everywhere, for every parameter', async () => {
    const size = Math.min(imageSize, SIZE);
    const artifacts = buildArtifacts({
      architecture,
      classes: 3,
      imageSize: size,
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
    const pixels = seededImages('model', labels, size);
    const word: Tensor = { dtype: 'uint32', dims: [1], data: Uint32Array.of(1) };
    const feeds = new Map<string, Tensor>([
      // With seed 0 or 1 the single ReLU of a squeeze to one channel lets nothing through.
      ...initialState(artifacts.state, 2),
      ['images', { dtype: 'uint8', dims: [4, size, size, 3], data: pixels }],
      ['labels', { dtype: 'int64', dims: [4], data: BigInt64Array.from(labels, BigInt) }],
      ['random_seed', word],
      ['random_step', word],
    ]);
    const session = await createSession(artifacts.training);
    const wanted = new Set(artifacts.training.graph.inputs.map((info) => info.name));
    const outputs = await session.run(new Map([...feeds].filter(([input]) => wanted.has(input))));
    await session.release();
    expect(outputs.get('logits')?.dims).toEqual([4, 3]);
    for (const spec of artifacts.state) {
      if (spec.kind !== 'parameter') continue;
      const gradient = outputs.get(`${spec.name}_grad`);
      expect(gradient?.dims, spec.name).toEqual(spec.dims);
      const values = gradient?.data as Float32Array;
      expect(values.every(Number.isFinite), spec.name).toBe(true);
      expect(
        values.some((value) => value !== 0),
        spec.name,
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
      /^There is no network "resnet19"; the lab has: mycnn, .*, resnet18, resnet34, resnet50, .*, convnext_tiny\.$/,
    );
  });
});
