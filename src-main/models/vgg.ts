/**
 * VGG with batch normalisation and one linear layer, for small images (K. Simonyan and A. Zisserman, Very Deep
 * Convolutional Networks, 2014, table 1: A, B, D, E).
 */
import type { Architecture } from './architecture.ts';
import { batchNorm2d, linear } from './layers/index.ts';
import { convLayer, maxPoolLayer, reluLayer, sequential, type Layer } from './layers/sequential.ts';

/** Channels of the convolutions of each stage; a pooling that halves the image ends each. */
const STAGES = {
  vgg11: [[64], [128], [256, 256], [512, 512], [512, 512]],
  vgg13: [
    [64, 64],
    [128, 128],
    [256, 256],
    [512, 512],
    [512, 512],
  ],
  vgg16: [
    [64, 64],
    [128, 128],
    [256, 256, 256],
    [512, 512, 512],
    [512, 512, 512],
  ],
  vgg19: [
    [64, 64],
    [128, 128],
    [256, 256, 256, 256],
    [512, 512, 512, 512],
    [512, 512, 512, 512],
  ],
} satisfies Record<string, readonly (readonly number[])[]>;

const POOL = maxPoolLayer({ kernel_size: 2 });

function convolution(out_channels: number): Layer[] {
  return [convLayer({ out_channels, kernel_size: 3, padding: 1 }), batchNorm2d, reluLayer];
}

function vgg(name: keyof typeof STAGES): Architecture {
  return {
    name,
    paper: 'https://arxiv.org/abs/1409.1556',
    imageSize: 32,
    classes: 10,
    head: ['classifier.weight', 'classifier.bias'],
    features(net, images) {
      const layers = STAGES[name].flatMap((stage) => [...stage.flatMap(convolution), POOL]);
      return net.g.flatten(sequential(net, images, 'features', layers));
    },
    classify: (net, features, classes) => linear(net, features, 'classifier', classes),
  };
}

export const vgg11 = vgg('vgg11');
export const vgg13 = vgg('vgg13');
export const vgg16 = vgg('vgg16');
export const vgg19 = vgg('vgg19');
