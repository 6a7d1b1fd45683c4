/** ConvNeXt with torchvision's parameter names (Z. Liu et al., A ConvNet for the 2020s, 2022). */
import type { Value } from '../onnx/graph-builder.ts';
import type { Architecture } from './architecture.ts';
import { constant, truncatedNormal } from './initializers.ts';
import { conv2d, linear, type Network } from './layers/index.ts';
import { layerNorm, layerNorm2d } from './layers/layer-norm.ts';
import { stochasticDepth } from './layers/stochastic-depth.ts';

/** Channels and blocks of each stage. */
const TINY = [
  { channels: 96, blocks: 3 },
  { channels: 192, blocks: 3 },
  { channels: 384, blocks: 9 },
  { channels: 768, blocks: 3 },
] as const;

/** Probability that the last block's branch is dropped; it rises evenly from 0 for the first. */
const STOCHASTIC_DEPTH = 0.1;

const BLOCKS = TINY.reduce((total, { blocks }) => total + blocks, 0);

const LAYER_SCALE = 1e-6;

const EPS = 1e-6;

const INIT = { initialize: truncatedNormal(0, 0.02, -2, 2), initialize_bias: constant(0) };

/** `CNBlock`: a depthwise 7×7 convolution, then a perceptron on the channels of each place; x is added. */
function block(net: Network, x: Value, name: string, drop: number): Value {
  const { g } = net;
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const layerScale = net.parameter(`${name}.layer_scale`, [channels, 1, 1], constant(LAYER_SCALE));
  const depthwise = conv2d(net, x, `${name}.block.0`, {
    ...{ out_channels: channels, kernel_size: 7, padding: 3, groups: channels },
    ...INIT,
  });
  const channelsLast = g.scope(`${name}.block.1`, () => g.transpose(depthwise, [0, 2, 3, 1]));
  const normed = layerNorm(net, channelsLast, `${name}.block.2`, EPS);
  const places = g.scope(`${name}.block.2`, () => g.reshape(normed, [-1, channels]));
  const wide = linear(net, places, `${name}.block.3`, 4 * channels, INIT);
  const active = g.scope(`${name}.block.4`, () => g.gelu(wide));
  const narrow = linear(net, active, `${name}.block.5`, channels, INIT);
  const branch = g.scope(`${name}.block.6`, () => {
    const scaled = g.mul(narrow, g.reshape(layerScale, [channels]));
    const image = g.reshapeTo(scaled, g.shape(channelsLast), [batch, height, width, channels]);
    return g.transpose(image, [0, 3, 1, 2]);
  });
  const kept = stochasticDepth(net, branch, name, drop);
  return g.scope(name, () => g.add(kept, x));
}

/** A norm, and a convolution that halves the image. */
function downsample(net: Network, x: Value, name: string, channels: number): Value {
  const normed = layerNorm2d(net, x, `${name}.0`, EPS);
  return conv2d(net, normed, `${name}.1`, { out_channels: channels, kernel_size: 2, stride: 2, ...INIT });
}

export const convnextTiny: Architecture = {
  name: 'convnext_tiny',
  paper: 'https://arxiv.org/abs/2201.03545',
  imageSize: 224,
  classes: 1000,
  head: ['classifier.2.weight', 'classifier.2.bias'],
  features(net, images) {
    const { g } = net;
    const stem = conv2d(net, images, 'features.0.0', {
      ...{ out_channels: TINY[0].channels, kernel_size: 4, stride: 4 },
      ...INIT,
    });
    let x = layerNorm2d(net, stem, 'features.0.1', EPS);
    let before = 0;
    TINY.forEach(({ channels, blocks }, stage) => {
      if (stage > 0) x = downsample(net, x, `features.${2 * stage}`, channels);
      for (let i = 0; i < blocks; i++) {
        const drop = (STOCHASTIC_DEPTH * before++) / (BLOCKS - 1);
        x = block(net, x, `features.${2 * stage + 1}.${i}`, drop);
      }
    });
    const means = g.scope('avgpool', () => g.globalAveragePool(x));
    const normed = layerNorm2d(net, means, 'classifier.0', EPS);
    return g.scope('classifier.1', () => g.flatten(normed));
  },
  classify: (net, features, classes) => linear(net, features, 'classifier.2', classes, INIT),
};
