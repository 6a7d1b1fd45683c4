import { describe, expect, it } from 'vitest';
import { checkImageSize } from '../../src-main/models/image-size.ts';
import { architectureOf } from '../../src-main/models/index.ts';
import { Network } from '../../src-main/models/layers/index.ts';
import { featureSize, initialState, networkState } from '../../src-main/models/state.ts';
import { GraphBuilder } from '../../src-main/onnx/graph-builder.ts';
import { elementCount } from '../../src-main/onnx/tensor.ts';
import type { Model } from '../../src-main/onnx/types.ts';

const CLASSES = 50;

/** Mean, deviation and largest element of a parameter as it is first drawn. */
function drawn(model: string, name: string): { mean: number; deviation: number; largest: number } {
  const specs = networkState(architectureOf(model), CLASSES, 64).filter((spec) => spec.name === name);
  const data = initialState(specs, 7).get(name)?.data ?? new Float32Array();
  const mean = data.reduce((total, value) => total + value, 0) / data.length;
  const squares = data.reduce((total, value) => total + (value - mean) ** 2, 0);
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return { mean, deviation: Math.sqrt(squares / data.length), largest };
}

describe('first values are drawn as torchvision draws them', () => {
  it.each([
    ['resnet50', 'layer4.0.conv3.weight', Math.sqrt(2 / 2048)],
    ['mobilenet_v3_small', 'features.9.block.1.0.weight', Math.sqrt(2 / (288 * 25))],
    ['mobilenet_v3_small', 'features.11.block.2.fc1.weight', Math.sqrt(2 / 144)],
    ['mobilenet_v3_small', 'classifier.0.weight', 0.01],
    ['mobilenet_v3_small', 'classifier.3.weight', 0.01],
    ['efficientnet_b0', 'features.7.0.block.0.0.weight', Math.sqrt(2 / 1152)],
    ['efficientnet_b0', 'classifier.1.weight', 1 / Math.sqrt(3 * CLASSES)],
    ['convnext_tiny', 'features.7.0.block.0.weight', 0.02],
    ['convnext_tiny', 'features.7.0.block.3.weight', 0.02],
    ['convnext_tiny', 'classifier.2.weight', 0.02],
  ])('%s: %s', (model, name, expected) => {
    const { mean, deviation } = drawn(model, name);
    const specs = networkState(architectureOf(model), CLASSES, 64);
    const count = elementCount(specs.find((spec) => spec.name === name)?.dims ?? []);
    // Five standard errors of the deviation and of the mean.
    expect(Math.abs(deviation / expected - 1)).toBeLessThan(5 / Math.sqrt(2 * count));
    expect(Math.abs(mean / expected)).toBeLessThan(5 / Math.sqrt(count));
  });

  it.each([
    ['mobilenet_v3_small', 'features.11.block.2.fc1.bias', 0],
    ['mobilenet_v3_small', 'classifier.0.bias', 0],
    ['mobilenet_v3_small', 'classifier.3.bias', 0],
    ['efficientnet_b0', 'features.1.0.block.1.fc2.bias', 0],
    ['efficientnet_b0', 'classifier.1.bias', 0],
    ['convnext_tiny', 'features.0.0.bias', 0],
    ['convnext_tiny', 'features.1.0.block.3.bias', 0],
    ['convnext_tiny', 'features.1.0.block.2.weight', 1],
    ['convnext_tiny', 'features.1.0.layer_scale', Math.fround(1e-6)],
    ['convnext_tiny', 'classifier.2.bias', 0],
  ])('%s: all of %s', (model, name, expected) => {
    expect(drawn(model, name)).toMatchObject({ deviation: 0, largest: expected });
  });

  it('the head of efficientnet_b0 is uniform, its bound set by the number of classes', () => {
    const { largest } = drawn('efficientnet_b0', 'classifier.1.weight');
    expect(largest).toBeLessThanOrEqual(1 / Math.sqrt(CLASSES));
    expect(largest).toBeGreaterThan(0.999 / Math.sqrt(CLASSES));
  });
});

describe('image sizes', () => {
  it.each([
    ['resnet34', 512],
    ['resnet50', 2048],
    ['mobilenet_v3_small', 1024],
    ['efficientnet_b0', 1280],
    ['convnext_tiny', 768],
  ])('%s has as many features whatever the size', (model, features) => {
    for (const size of [32, 67, 224]) expect(featureSize(architectureOf(model), size)).toBe(features);
  });

  it('convnext_tiny halves what is there: 32 pixels or more', () => {
    checkImageSize(architectureOf('convnext_tiny'), 32);
    expect(() => checkImageSize(architectureOf('convnext_tiny'), 31)).toThrow(
      'The network convnext_tiny with images of 31 pixels: layer features.6.1 gets 1 × 1; ' +
        'its window of 2 × 2 wants at least 2 × 2.',
    );
  });
});

describe('a frozen backbone', () => {
  it.each(['resnet50', 'mobilenet_v3_small', 'efficientnet_b0', 'convnext_tiny'])(
    'of %s is the same graph in training as in evaluation',
    (model) => {
      const graphOf = (training: boolean): Model => {
        const g = new GraphBuilder('features');
        const net = new Network(g, { training, isTrainable: () => false });
        g.output(architectureOf(model).features(net, g.input('images', 'float32', ['N', 3, 64, 64])));
        expect(net.bufferUpdates.size).toBe(0);
        return g.build();
      };
      expect(graphOf(true)).toEqual(graphOf(false));
    },
  );
});
