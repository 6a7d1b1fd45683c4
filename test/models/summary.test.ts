import { describe, expect, it } from 'vitest';
import { architectureOf } from '../../src-main/models/index.ts';
import { summarize } from '../../src-main/models/summary.ts';
import { labErrorOf } from '../helpers/lab-errors.ts';

/** In billions: torchvision's figures for its own networks, and sums of the layers' windows for the others. */
const MULTIPLY_ADDS = {
  resnet18: 1.814,
  resnet34: 3.664,
  resnet50: 4.089,
  mobilenet_v3_small: 0.057,
  efficientnet_b0: 0.386,
  convnext_tiny: 4.456,
  // 55² · 96 · 363 + 27² · 256 · 2400 + 13² · 384 · (2304 + 3456) + 13² · 256 · 3456, and 9216 · 4096 + 4096 · 5096
  alexnet: 1.135,
  // Half of the second convolution's.
  'alexnet-groups': 0.911,
  // 32² · 64 · (27 + 576) + 16² · 128 · (576 + 1152) + 8² · 256 · (1152 + 2304), and 2560
  dainet7: 0.153,
};

describe('summary of a network', () => {
  it.each(Object.entries(MULTIPLY_ADDS))('%s takes %d billion multiply-adds', (name, expected) => {
    const architecture = architectureOf(name);
    const { multiplyAdds } = summarize(architecture, architecture.classes, architecture.imageSize);
    expect(Math.round(multiplyAdds / 1e6) / 1000).toBe(expected);
  });

  it('tells the layers in order, with what lies between', () => {
    const { layers, parameters, multiplyAdds } = summarize(architectureOf('mycnn'), 3, 20);
    expect(
      layers.map((layer) => [layer.name || layer.ops.join(), layer.output.join('x'), layer.parameters]),
    ).toEqual([
      ...[
        ['conv1', 'Nx16x20x20', 448],
        ['bn1', 'Nx16x20x20', 32],
        ['Relu', 'Nx16x20x20', 0],
        ['pool1', 'Nx16x10x10', 0],
      ],
      ...[
        ['conv2', 'Nx32x10x10', 4640],
        ['bn2', 'Nx32x10x10', 64],
        ['Relu', 'Nx32x10x10', 0],
        ['pool2', 'Nx32x5x5', 0],
      ],
      ['Flatten', 'Nx800', 0],
      ['fc', 'Nx3', 2403],
    ]);
    expect(parameters).toBe(448 + 32 + 4640 + 64 + 2403);
    expect(multiplyAdds).toBe(20 * 20 * 16 * 27 + 10 * 10 * 32 * 144 + 800 * 3);
  });

  it('counts the parts of squeeze-and-excitation by themselves, once for an image and not for each pixel', () => {
    const { layers } = summarize(architectureOf('cifar-se-resnet'), 10, 32);
    const parts = layers.filter(({ name }) => name.startsWith('layer3.1.se'));
    expect(parts.map(({ name, parameters, multiplyAdds }) => [name, parameters, multiplyAdds])).toEqual([
      ['layer3.1.se', 0, 0],
      ['layer3.1.se.fc1', 64 * 4 + 4, 256],
      ['layer3.1.se.fc2', 4 * 64 + 64, 256],
    ]);
  });

  it('refuses images that a layer has no room in', () => {
    expect(labErrorOf(() => summarize(architectureOf('dainet7'), 10, 16)).code).toBe('MODEL_INPUT_SIZE');
  });
});
