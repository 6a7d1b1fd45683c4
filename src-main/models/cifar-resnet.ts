/** Residual networks for small images (K. He et al., Deep Residual Learning, 2015, section 4.2). */
import { LabError } from '../../src-shared/errors.ts';
import type { Value } from '../onnx/graph-builder.ts';
import type { Architecture } from './architecture.ts';
import { batchNorm2d, conv2d, linear, squeezeExcitation, type Network } from './layers/index.ts';

/** Channels of the first stage; each further stage doubles them. */
const WIDTH = 16;

/** At most so many blocks in a stage, and so many stages: beyond, nothing sensible fits into memory. */
const MOST_BLOCKS = 200;
const MOST_STAGES = 6;

/**
 * A network of the family `cifar-resnet` or, with squeeze-and-excitation in each block, `cifar-se-resnet`.
 *
 * @param stages the number of residual blocks of each stage; every stage but the first halves the image
 */
export function cifarResNet(stages: readonly number[], { squeeze = false } = {}): Architecture {
  const family = squeeze ? 'cifar-se-resnet' : 'cifar-resnet';
  const published = stages.join() === '2,2,2';
  return {
    name: published ? family : `${family}-${stages.join('-')}`,
    paper: squeeze ? 'https://arxiv.org/abs/1709.01507' : 'https://arxiv.org/abs/1512.03385',
    imageSize: 32,
    classes: 10,
    head: ['fc.weight', 'fc.bias'],
    features(net, images) {
      const { g } = net;
      let x = g.relu(batchNorm2d(net, convolution(net, images, 'conv1', WIDTH, 1), 'bn1'));
      stages.forEach((blocks, stage) => {
        for (let i = 0; i < blocks; i++) {
          const stride = stage > 0 && i === 0 ? 2 : 1;
          x = block(net, x, `layer${stage + 1}.${i}`, { channels: WIDTH * 2 ** stage, stride, squeeze });
        }
      });
      return g.flatten(g.globalAveragePool(x));
    },
    classify: (net, features, classes) => linear(net, features, 'fc', classes),
  };
}

/** A network by its name with the blocks of each stage, such as `cifar-resnet-3-3-3`. @throws LabError `MODEL_UNKNOWN` */
export function cifarResNetOf(name: string): Architecture | undefined {
  const [, family, list] = /^cifar-(resnet|se-resnet)-(\d+(?:-\d+)*)$/.exec(name) ?? [];
  if (list === undefined) return undefined;
  const stages = list.split('-').map(Number);
  if (stages.length <= MOST_STAGES && stages.every((blocks) => blocks >= 1 && blocks <= MOST_BLOCKS))
    return cifarResNet(stages, { squeeze: family === 'se-resnet' });
  throw new LabError(
    'MODEL_UNKNOWN',
    `The network "${name}": expected 1 to ${MOST_STAGES} stages of 1 to ${MOST_BLOCKS} blocks, found ${stages.join(', ')}.`,
    { hint: 'Such as cifar-resnet-3-3-3.' },
  );
}

interface BlockOptions {
  readonly channels: number;
  readonly stride: number;
  readonly squeeze: boolean;
}

function block(net: Network, x: Value, name: string, options: BlockOptions): Value {
  const { g } = net;
  const { channels, stride } = options;
  const first = convolution(net, x, `${name}.conv1`, channels, stride);
  const hidden = g.relu(batchNorm2d(net, first, `${name}.bn1`));
  const second = convolution(net, hidden, `${name}.conv2`, channels, 1);
  const branch = batchNorm2d(net, second, `${name}.bn2`);
  const scaled = options.squeeze ? squeezeExcitation(net, branch, `${name}.se`, channels / 16) : branch;
  return g.relu(g.add(scaled, shortcut(net, x, name, options)));
}

/** Where shapes change: 3×3, unlike torchvision's. */
function shortcut(net: Network, x: Value, name: string, { channels, stride }: BlockOptions): Value {
  if (stride === 1 && x.shape[1] === channels) return x;
  const projected = convolution(net, x, `${name}.downsample.0`, channels, stride);
  return batchNorm2d(net, projected, `${name}.downsample.1`);
}

function convolution(net: Network, x: Value, name: string, channels: number, stride: number): Value {
  return conv2d(net, x, name, { out_channels: channels, kernel_size: 3, stride, padding: 1, bias: false });
}
