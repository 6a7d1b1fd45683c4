/** AlexNet (A. Krizhevsky et al., ImageNet Classification with Deep Convolutional Neural Networks, 2012). */
import type { Value } from '../onnx/graph-builder.ts';
import type { Architecture } from './architecture.ts';
import { constant, normal } from './initializers.ts';
import { dropoutLayer, linear, localResponseNorm, type Conv2dOptions, type Network } from './layers/index.ts';
import {
  convLayer,
  droppingLayer,
  linearLayer,
  maxPoolLayer,
  reluLayer,
  sequential,
  type Layer,
} from './layers/sequential.ts';

const PAPER = 'https://doi.org/10.1145/3065386';

const HEAD = 'classifier.6';

/** The linear layers, each after a dropout; the last one is the head. */
const WIDE_LAYERS: readonly Layer[] = [
  ...[droppingLayer(0.5), linearLayer(4096), reluLayer],
  ...[droppingLayer(0.5), linearLayer(4096), reluLayer],
];

/** For small images: windows of 3×3 and no response norm. */
export const alexnetCifar: Architecture = {
  name: 'alexnet-cifar',
  paper: PAPER,
  imageSize: 32,
  classes: 10,
  head: [`${HEAD}.weight`, `${HEAD}.bias`],
  features(net, images) {
    const pool = maxPoolLayer({ kernel_size: 2 });
    const x = sequential(net, images, 'features', [
      ...[conv3(64, { stride: 2 }), reluLayer, pool],
      ...[conv3(192), reluLayer, pool],
      ...[conv3(384), reluLayer, conv3(256), reluLayer, conv3(256), reluLayer, pool],
    ]);
    return sequential(net, net.g.flatten(x), 'classifier', WIDE_LAYERS);
  },
  classify: (net, features, classes) => linear(net, features, HEAD, classes),
};

/** As published, but on one device. */
export const alexnet: Architecture = {
  ...alexnetCifar,
  name: 'alexnet',
  imageSize: 227,
  classes: 1000,
  features: (net, images) =>
    sequential(
      net,
      convolutions(net, images, { groups: 1, after: [norm(2), POOL] }),
      'classifier',
      WIDE_LAYERS,
    ),
};

/** The second convolution in two groups; pools before the response norm, whose k is 1, and drops after each ReLU. */
export const alexnetGroups: Architecture = {
  ...alexnet,
  name: 'alexnet-groups',
  features: (net, images) =>
    sequential(net, convolutions(net, images, { groups: 2, after: [POOL, norm(1)] }), 'classifier', [
      ...[linearLayer(4096), reluLayer, droppingLayer(0.5)],
      ...[linearLayer(4096), reluLayer],
    ]),
  classify: (net, features, classes) => linear(net, dropoutLayer(net, features, 0.5), HEAD, classes),
};

const POOL = maxPoolLayer({ kernel_size: 3, stride: 2 });

function norm(k: number): Layer {
  return (net, x, name) => localResponseNorm(net, x, name, { size: 5, alpha: 1e-4, beta: 0.75, k });
}

function conv3(out_channels: number, options: Partial<Conv2dOptions> = {}): Layer {
  return convLayer({ out_channels, kernel_size: 3, padding: 1, ...options });
}

interface Variant {
  /** Of the second convolution. */
  readonly groups: number;
  /** What follows the first two convolutions. */
  readonly after: readonly Layer[];
}

/** Weights begin normal with deviation 0.01, biases at 0, but at 1 in the second, fourth and fifth convolution. */
function convolutions(net: Network, images: Value, { groups, after }: Variant): Value {
  const initialized = (bias: number): Pick<Conv2dOptions, 'initialize' | 'initialize_bias'> => ({
    initialize: normal(0, 0.01),
    initialize_bias: constant(bias),
  });
  const x = sequential(net, images, 'features', [
    ...[convLayer({ out_channels: 96, kernel_size: 11, stride: 4, ...initialized(0) }), reluLayer, ...after],
    ...[convLayer({ out_channels: 256, kernel_size: 5, padding: 2, groups, ...initialized(1) }), reluLayer],
    ...after,
    ...[conv3(384, initialized(0)), reluLayer],
    ...[conv3(384, initialized(1)), reluLayer],
    ...[conv3(256, initialized(1)), reluLayer, POOL],
  ]);
  return net.g.flatten(x);
}
