/** Residual networks with torchvision's parameter names (K. He et al., Deep Residual Learning, 2015). */
import type { Value } from '../onnx/graph-builder.ts';
import type { Architecture } from './architecture.ts';
import { kaimingNormalFanOut } from './initializers.ts';
import { batchNorm2d, conv2d, linear, type Network } from './layers/index.ts';

interface ConvShape {
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
}

function convolution(net: Network, x: Value, name: string, { channels, kernel, stride }: ConvShape): Value {
  return conv2d(net, x, name, {
    out_channels: channels,
    kernel_size: kernel,
    stride,
    padding: (kernel - 1) / 2,
    bias: false,
    initialize: kaimingNormalFanOut,
  });
}

/** Two 3×3 convolutions and a shortcut, which is a 1×1 convolution where shapes change. */
function basicBlock(net: Network, x: Value, name: string, channels: number, stride: number): Value {
  const { g } = net;
  const conv1 = convolution(net, x, `${name}.conv1`, { channels, kernel: 3, stride });
  const hidden = g.relu(batchNorm2d(net, conv1, `${name}.bn1`));
  const conv2 = convolution(net, hidden, `${name}.conv2`, { channels, kernel: 3, stride: 1 });
  const branch = batchNorm2d(net, conv2, `${name}.bn2`);
  return g.relu(g.add(branch, shortcut(net, x, name, channels, stride)));
}

function shortcut(net: Network, x: Value, name: string, channels: number, stride: number): Value {
  if (stride === 1 && x.shape[1] === channels) return x;
  const projected = convolution(net, x, `${name}.downsample.0`, { channels, kernel: 1, stride });
  return batchNorm2d(net, projected, `${name}.downsample.1`);
}

function basicResNet(name: string, blocks: readonly number[]): Architecture {
  return {
    name,
    paper: 'https://arxiv.org/abs/1512.03385',
    imageSize: 224,
    classes: 1000,
    head: ['fc.weight', 'fc.bias'],
    features(net, images) {
      const { g } = net;
      const stem = convolution(net, images, 'conv1', { channels: 64, kernel: 7, stride: 2 });
      let x = g.relu(batchNorm2d(net, stem, 'bn1'));
      x = g.maxPool(x, { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
      blocks.forEach((count, stage) => {
        for (let i = 0; i < count; i++) {
          const stride = stage > 0 && i === 0 ? 2 : 1;
          x = basicBlock(net, x, `layer${stage + 1}.${i}`, 64 * 2 ** stage, stride);
        }
      });
      return g.flatten(g.globalAveragePool(x));
    },
    classify: (net, features, classes) => linear(net, features, 'fc', classes),
  };
}

export const resnet18 = basicResNet('resnet18', [2, 2, 2, 2]);
