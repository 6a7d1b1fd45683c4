import { describe, it } from 'vitest';
import { expectLossesOfPyTorch } from './network-golden.ts';

describe('five steps, with the same weights, pixels and dropout masks as PyTorch', () => {
  it.each([
    ...['mycnn', 'cifar-resnet', 'cifar-se-resnet', 'vgg11', 'vgg13', 'vgg16', 'vgg19', 'dainet7'],
    ...['birdplane-plain', 'birdplane-width', 'birdplane-dropout', 'birdplane-batchnorm'],
    ...['alexnet-cifar', 'alexnet', 'alexnet-groups'],
  ])('%s: every loss is that of PyTorch', (name) => expectLossesOfPyTorch(name));
});
