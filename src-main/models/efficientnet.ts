/** EfficientNet with torchvision's parameter names (M. Tan and Q. Le, EfficientNet, 2019). */
import type { Value } from '../onnx/graph-builder.ts';
import type { Architecture } from './architecture.ts';
import { constant, uniform } from './initializers.ts';
import { sigmoid, silu } from './layers/activations.ts';
import { conv2dNormActivation } from './layers/conv2d-norm-activation.ts';
import { dropoutLayer, linear, type Network } from './layers/index.ts';
import { squeezeExcitationConv } from './layers/squeeze-excitation-conv.ts';
import { stochasticDepth } from './layers/stochastic-depth.ts';

/** A stage of the paper's table 1: blocks of which the first has the stride. */
interface Stage {
  readonly expandRatio: number;
  readonly kernel: number;
  readonly stride: number;
  readonly out: number;
  readonly blocks: number;
}

const B0: readonly Stage[] = [
  { expandRatio: 1, kernel: 3, stride: 1, out: 16, blocks: 1 },
  { expandRatio: 6, kernel: 3, stride: 2, out: 24, blocks: 2 },
  { expandRatio: 6, kernel: 5, stride: 2, out: 40, blocks: 2 },
  { expandRatio: 6, kernel: 3, stride: 2, out: 80, blocks: 3 },
  { expandRatio: 6, kernel: 5, stride: 1, out: 112, blocks: 3 },
  { expandRatio: 6, kernel: 5, stride: 2, out: 192, blocks: 4 },
  { expandRatio: 6, kernel: 3, stride: 1, out: 320, blocks: 1 },
];

/** Probability that the branch of a block behind the last one would be dropped; it rises evenly from 0. */
const STOCHASTIC_DEPTH = 0.2;

const BLOCKS = B0.reduce((total, { blocks }) => total + blocks, 0);

const ACTIVE = { norm: {}, activation: silu };

/** `MBConv`: expansion by a 1×1 convolution, depthwise convolution, squeeze and excitation, 1×1 convolution; x is added where it fits. */
function mbConv(net: Network, x: Value, name: string, stage: Stage, stride: number, drop: number): Value {
  const channels = x.shape[1] as number;
  const expanded = channels * stage.expandRatio;
  let [y, layer] = [x, 0];
  const next = (): string => `${name}.block.${layer++}`;
  if (expanded !== channels)
    y = conv2dNormActivation(net, y, next(), { out_channels: expanded, kernel_size: 1, ...ACTIVE });
  y = conv2dNormActivation(net, y, next(), {
    ...{ out_channels: expanded, kernel_size: stage.kernel, stride, groups: expanded },
    ...ACTIVE,
  });
  y = squeezeExcitationConv(net, y, next(), {
    squeeze_channels: channels / 4,
    activation: silu,
    scale_activation: sigmoid,
  });
  y = conv2dNormActivation(net, y, next(), { out_channels: stage.out, kernel_size: 1, norm: {} });
  if (stride !== 1 || channels !== stage.out) return y;
  const kept = stochasticDepth(net, y, name, drop);
  return net.g.scope(name, () => net.g.add(kept, x));
}

export const efficientnetB0: Architecture = {
  name: 'efficientnet_b0',
  paper: 'https://arxiv.org/abs/1905.11946',
  imageSize: 224,
  classes: 1000,
  head: ['classifier.1.weight', 'classifier.1.bias'],
  features(net, images) {
    const { g } = net;
    let x = conv2dNormActivation(net, images, 'features.0', {
      ...{ out_channels: 32, kernel_size: 3, stride: 2 },
      ...ACTIVE,
    });
    let before = 0;
    B0.forEach((stage, at) => {
      for (let i = 0; i < stage.blocks; i++) {
        const drop = (STOCHASTIC_DEPTH * before++) / BLOCKS;
        x = mbConv(net, x, `features.${at + 1}.${i}`, stage, i === 0 ? stage.stride : 1, drop);
      }
    });
    x = conv2dNormActivation(net, x, 'features.8', { out_channels: 1280, kernel_size: 1, ...ACTIVE });
    return g.scope('avgpool', () => g.flatten(g.globalAveragePool(x)));
  },
  classify: (net, features, classes) =>
    linear(net, dropoutLayer(net, features, 0.2), 'classifier.1', classes, {
      initialize: uniform(1 / Math.sqrt(classes)),
      initialize_bias: constant(0),
    }),
};
