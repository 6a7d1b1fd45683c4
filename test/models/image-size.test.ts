import { describe, expect, it } from 'vitest';
import { checkImageSize } from '../../src-main/models/image-size.ts';
import { architectureOf } from '../../src-main/models/index.ts';
import { networkState } from '../../src-main/models/state.ts';
import { labErrorOf } from '../helpers/lab-errors.ts';

interface TooSmall {
  readonly name: string;
  readonly size: number;
  readonly message: string;
  readonly hint: string;
}

const TOO_SMALL: readonly TooSmall[] = [
  {
    name: 'vgg11',
    size: 16,
    message:
      'The network vgg11 with images of 16 pixels: layer features.28 gets 1 × 1; its window of 2 × 2 wants at least 2 × 2.',
    hint: 'Sizes from 32 up work (--image-size); it was made for 32.',
  },
  {
    name: 'alexnet',
    size: 32,
    message:
      'The network alexnet with images of 32 pixels: layer features.7 gets 2 × 2; its window of 3 × 3 wants at least 3 × 3.',
    hint: 'Sizes from 67 up work (--image-size); it was made for 227.',
  },
  {
    name: 'dainet7',
    size: 16,
    message:
      'The network dainet7 with images of 16 pixels: layer average gets 4 × 4; its window of 8 × 8 wants at least 8 × 8.',
    hint: 'Sizes from 32 up work (--image-size); it was made for 32.',
  },
  {
    name: 'mycnn',
    size: 3,
    message:
      'The network mycnn with images of 3 pixels: layer pool2 gets 1 × 1; its window of 2 × 2 wants at least 2 × 2.',
    hint: 'Sizes from 4 up work (--image-size); it was made for 32.',
  },
];

describe('image sizes', () => {
  it.each(TOO_SMALL)('$name has no room in images of $size pixels', ({ name, size, message, hint }) => {
    const architecture = architectureOf(name);
    expect(labErrorOf(() => checkImageSize(architecture, size))).toEqual({
      code: 'MODEL_INPUT_SIZE',
      message,
      hint,
    });
    const smallest = Number(/\d+/.exec(hint)?.[0]);
    expect(() => checkImageSize(architecture, smallest - 1)).toThrow();
    expect(() => checkImageSize(architecture, smallest)).not.toThrow();
  });

  it.each([
    ['vgg11', 64, 'classifier.weight', 2048],
    // What does not fill a window is left over.
    ['vgg11', 63, 'classifier.weight', 512],
    ['dainet7', 64, 'fc.weight', 1024],
    ['birdplane-plain', 48, 'fc1.weight', 8 * 12 * 12],
    ['alexnet', 227, 'classifier.1.weight', 9216],
    // The published 224 leaves 5 × 5 × 256.
    ['alexnet', 224, 'classifier.1.weight', 6400],
    ['alexnet-cifar', 64, 'classifier.1.weight', 4096],
    ['cifar-resnet', 1, 'fc.weight', 64],
  ])('%s with images of %d pixels: %s takes %d features', (name, size, parameter, features) => {
    const architecture = architectureOf(name);
    checkImageSize(architecture, size);
    const state = networkState(architecture, 7, size);
    expect(state.find((spec) => spec.name === parameter)?.dims[1]).toBe(features);
    const [weight, bias] = state.slice(-2);
    expect([weight?.name, bias?.name]).toEqual(architecture.head);
    expect([weight?.dims[0], bias?.dims[0]]).toEqual([7, 7]);
  });
});
