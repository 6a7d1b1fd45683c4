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

/** A residual block: what it does to x, with so many channels in its 3×3 convolutions. */
interface Block {
  /** Channels of the result for one of the 3×3 convolutions. */
  readonly expansion: number;
  branch(net: Network, x: Value, name: string, channels: number, stride: number): Value;
}

/** Two 3×3 convolutions. */
const basicBlock: Block = {
  expansion: 1,
  branch(net, x, name, channels, stride) {
    const conv1 = convolution(net, x, `${name}.conv1`, { channels, kernel: 3, stride });
    const hidden = net.g.relu(batchNorm2d(net, conv1, `${name}.bn1`));
    const conv2 = convolution(net, hidden, `${name}.conv2`, { channels, kernel: 3, stride: 1 });
    return batchNorm2d(net, conv2, `${name}.bn2`);
  },
};

/** A 3×3 convolution between 1×1 ones. It has the stride, as torchvision's; in the paper the first one has. */
const bottleneck: Block = {
  expansion: 4,
  branch(net, x, name, channels, stride) {
    const conv1 = convolution(net, x, `${name}.conv1`, { channels, kernel: 1, stride: 1 });
    const narrow = net.g.relu(batchNorm2d(net, conv1, `${name}.bn1`));
    const conv2 = convolution(net, narrow, `${name}.conv2`, { channels, kernel: 3, stride });
    const hidden = net.g.relu(batchNorm2d(net, conv2, `${name}.bn2`));
    const conv3 = convolution(net, hidden, `${name}.conv3`, { channels: 4 * channels, kernel: 1, stride: 1 });
    return batchNorm2d(net, conv3, `${name}.bn3`);
  },
};

/** x itself, or a 1×1 convolution of it where shapes change. */
function shortcut(net: Network, x: Value, name: string, channels: number, stride: number): Value {
  if (stride === 1 && x.shape[1] === channels) return x;
  const projected = convolution(net, x, `${name}.downsample.0`, { channels, kernel: 1, stride });
  return batchNorm2d(net, projected, `${name}.downsample.1`);
}

function resNet(name: string, block: Block, blocks: readonly number[]): Architecture {
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
        const channels = 64 * 2 ** stage;
        for (let i = 0; i < count; i++) {
          const at = `layer${stage + 1}.${i}`;
          const stride = stage > 0 && i === 0 ? 2 : 1;
          const branch = block.branch(net, x, at, channels, stride);
          x = g.relu(g.add(branch, shortcut(net, x, at, channels * block.expansion, stride)));
        }
      });
      return g.flatten(g.globalAveragePool(x));
    },
    classify: (net, features, classes) => linear(net, features, 'fc', classes),
  };
}

export const resnet18 = resNet('resnet18', basicBlock, [2, 2, 2, 2]);
export const resnet34 = resNet('resnet34', basicBlock, [3, 4, 6, 3]);
export const resnet50 = resNet('resnet50', bottleneck, [3, 4, 6, 3]);
