/** MobileNetV3 with torchvision's parameter names (A. Howard et al., Searching for MobileNetV3, 2019). */
import type { Value } from '../onnx/graph-builder.ts';
import type { Architecture } from './architecture.ts';
import { constant, normal } from './initializers.ts';
import { hardSigmoid, hardSwish, relu, type Activation } from './layers/activations.ts';
import { conv2dNormActivation } from './layers/conv2d-norm-activation.ts';
import { dropoutLayer, linear, type Network } from './layers/index.ts';
import { squeezeExcitationConv } from './layers/squeeze-excitation-conv.ts';

/** A row of the paper's table 2. */
interface InvertedResidual {
  readonly kernel: number;
  /** Channels of the depthwise convolution. */
  readonly expanded: number;
  readonly out: number;
  readonly squeeze: boolean;
  readonly activation: Activation;
  readonly stride: number;
}

const SMALL: readonly InvertedResidual[] = [
  { kernel: 3, expanded: 16, out: 16, squeeze: true, activation: relu, stride: 2 },
  { kernel: 3, expanded: 72, out: 24, squeeze: false, activation: relu, stride: 2 },
  { kernel: 3, expanded: 88, out: 24, squeeze: false, activation: relu, stride: 1 },
  { kernel: 5, expanded: 96, out: 40, squeeze: true, activation: hardSwish, stride: 2 },
  { kernel: 5, expanded: 240, out: 40, squeeze: true, activation: hardSwish, stride: 1 },
  { kernel: 5, expanded: 240, out: 40, squeeze: true, activation: hardSwish, stride: 1 },
  { kernel: 5, expanded: 120, out: 48, squeeze: true, activation: hardSwish, stride: 1 },
  { kernel: 5, expanded: 144, out: 48, squeeze: true, activation: hardSwish, stride: 1 },
  { kernel: 5, expanded: 288, out: 96, squeeze: true, activation: hardSwish, stride: 2 },
  { kernel: 5, expanded: 576, out: 96, squeeze: true, activation: hardSwish, stride: 1 },
  { kernel: 5, expanded: 576, out: 96, squeeze: true, activation: hardSwish, stride: 1 },
];

const NORM = { eps: 1e-3, momentum: 1e-2 };

const LINEAR = { initialize: normal(0, 0.01), initialize_bias: constant(0) };

/** Expansion by a 1×1 convolution, depthwise convolution, squeeze and excitation, 1×1 convolution; x is added where it fits. */
function invertedResidual(net: Network, x: Value, name: string, block: InvertedResidual): Value {
  const { activation, expanded, kernel, stride } = block;
  let [y, layer] = [x, 0];
  const next = (): string => `${name}.block.${layer++}`;
  if (expanded !== x.shape[1])
    y = conv2dNormActivation(net, y, next(), {
      ...{ out_channels: expanded, kernel_size: 1 },
      ...{ norm: NORM, activation },
    });
  y = conv2dNormActivation(net, y, next(), {
    ...{ out_channels: expanded, kernel_size: kernel, stride, groups: expanded },
    ...{ norm: NORM, activation },
  });
  if (block.squeeze)
    y = squeezeExcitationConv(net, y, next(), {
      squeeze_channels: multipleOf8(expanded / 4),
      activation: relu,
      scale_activation: hardSigmoid,
    });
  y = conv2dNormActivation(net, y, next(), { out_channels: block.out, kernel_size: 1, norm: NORM });
  if (stride !== 1 || x.shape[1] !== block.out) return y;
  return net.g.scope(name, () => net.g.add(y, x));
}

/** The nearest multiple of 8 that is not below nine tenths: what the authors round numbers of channels to. */
function multipleOf8(channels: number): number {
  const nearest = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return nearest < 0.9 * channels ? nearest + 8 : nearest;
}

export const mobilenetV3Small: Architecture = {
  name: 'mobilenet_v3_small',
  paper: 'https://arxiv.org/abs/1905.02244',
  imageSize: 224,
  classes: 1000,
  head: ['classifier.3.weight', 'classifier.3.bias'],
  features(net, images) {
    const { g } = net;
    const ends = { norm: NORM, activation: hardSwish };
    let x = conv2dNormActivation(net, images, 'features.0', {
      ...{ out_channels: 16, kernel_size: 3, stride: 2 },
      ...ends,
    });
    SMALL.forEach((block, i) => {
      x = invertedResidual(net, x, `features.${i + 1}`, block);
    });
    x = conv2dNormActivation(net, x, 'features.12', { out_channels: 576, kernel_size: 1, ...ends });
    const means = g.scope('avgpool', () => g.flatten(g.globalAveragePool(x)));
    const hidden = linear(net, means, 'classifier.0', 1024, LINEAR);
    return g.scope('classifier.1', () => g.hardSwish(hidden));
  },
  classify: (net, features, classes) =>
    linear(net, dropoutLayer(net, features, 0.2), 'classifier.3', classes, LINEAR),
};
