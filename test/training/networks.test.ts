import { describe, it } from 'vitest';
import { expectLogitsOfPyTorch, expectLossesOfPyTorch } from './network-golden.ts';

const NAMES = [
  ...['mycnn', 'cifar-resnet', 'cifar-se-resnet', 'vgg11', 'vgg13', 'vgg16', 'vgg19', 'dainet7'],
  ...['birdplane-plain', 'birdplane-width', 'birdplane-dropout', 'birdplane-batchnorm'],
  ...['alexnet-cifar', 'alexnet', 'alexnet-groups'],
  ...['resnet34', 'resnet50', 'mobilenet_v3_small', 'efficientnet_b0', 'convnext_tiny'],
];

describe('with the same weights and pixels as PyTorch', () => {
  it.each(NAMES)('%s: evaluation gives the same logits', (name) => expectLogitsOfPyTorch(name));

  it.each(NAMES)('%s: every loss of five steps is that of PyTorch, with the same dropout masks', (name) =>
    expectLossesOfPyTorch(name),
  );
});
