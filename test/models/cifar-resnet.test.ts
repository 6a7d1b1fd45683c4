import { describe, expect, it } from 'vitest';
import { architectureOf } from '../../src-main/models/index.ts';
import { networkState } from '../../src-main/models/state.ts';
import { labErrorOf } from '../helpers/lab-errors.ts';

function shapesOf(name: string): Record<string, string> {
  const state = networkState(architectureOf(name), 10, 32);
  return Object.fromEntries(state.map((spec) => [spec.name, spec.dims.join('x')]));
}

describe('the family of cifar-resnet', () => {
  it('takes the number of blocks of each stage as part of the name', () => {
    const shapes = shapesOf('cifar-resnet-1-3-2-1');
    const blocks = new Set(Object.keys(shapes).flatMap((name) => /^layer\d\.\d/.exec(name) ?? []));
    expect([...blocks]).toEqual([
      ...['layer1.0', 'layer2.0', 'layer2.1', 'layer2.2', 'layer3.0', 'layer3.1', 'layer4.0'],
    ]);
    expect(shapes['layer4.0.conv1.weight']).toBe('128x64x3x3');
    expect(shapes['layer4.0.downsample.0.weight']).toBe('128x64x3x3');
    expect(shapes['fc.weight']).toBe('10x128');
    expect(architectureOf('cifar-resnet-1-3-2-1').name).toBe('cifar-resnet-1-3-2-1');
  });

  it('means the published network by its stages too', () => {
    expect(shapesOf('cifar-se-resnet-2-2-2')).toEqual(shapesOf('cifar-se-resnet'));
    expect(architectureOf('cifar-se-resnet-2-2-2').name).toBe('cifar-se-resnet');
  });

  it.each(['cifar-resnet-0-2-2', 'cifar-resnet-201', 'cifar-resnet-1-1-1-1-1-1-1'])(
    'refuses %s, whose stages make no network',
    (name) => {
      const stages = name.split('-').slice(2).join(', ');
      expect(labErrorOf(() => architectureOf(name))).toEqual({
        code: 'MODEL_UNKNOWN',
        message: `The network "${name}": expected 1 to 6 stages of 1 to 200 blocks, found ${stages}.`,
        hint: 'Such as cifar-resnet-3-3-3.',
      });
    },
  );

  it.each(['cifar-resnet-', 'cifar-resnet-2-', 'cifar-resnet--2', 'cifar-resnet-2-x', 'cifar-se-resnet-1e1'])(
    'knows no network %s',
    (name) => {
      expect(labErrorOf(() => architectureOf(name)).message).toMatch(/^There is no network/);
    },
  );
});
