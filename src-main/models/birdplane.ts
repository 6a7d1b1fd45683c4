/** Bird or plane: two convolutions with tanh in four variants, to see what width, dropout and norms change. */
import type { Architecture } from './architecture.ts';
import { batchNorm2d, conv2d, dropout2dLayer, linear, maxPool2d } from './layers/index.ts';

interface Variant {
  /** Channels of the two convolutions. */
  readonly channels: readonly [number, number];
  readonly dropout?: true;
  readonly batchNorm?: true;
}

function birdplane(name: string, { channels, dropout, batchNorm }: Variant): Architecture {
  return {
    name,
    paper: 'Bird or plane',
    imageSize: 32,
    classes: 2,
    head: ['fc2.weight', 'fc2.bias'],
    features(net, images) {
      const { g } = net;
      let x = images;
      channels.forEach((out_channels, i) => {
        x = conv2d(net, x, `conv${i + 1}`, { out_channels, kernel_size: 3, padding: 1 });
        if (batchNorm) x = batchNorm2d(net, x, `bn${i + 1}`);
        x = maxPool2d(net, g.tanh(x), `pool${i + 1}`, { kernel_size: 2 });
        if (dropout) x = dropout2dLayer(net, x, 0.4);
      });
      return g.tanh(linear(net, g.flatten(x), 'fc1', 32));
    },
    classify: (net, features, classes) => linear(net, features, 'fc2', classes),
  };
}

export const birdplanePlain = birdplane('birdplane-plain', { channels: [16, 8] });
export const birdplaneWidth = birdplane('birdplane-width', { channels: [32, 16] });
export const birdplaneDropout = birdplane('birdplane-dropout', { channels: [32, 16], dropout: true });
export const birdplaneBatchNorm = birdplane('birdplane-batchnorm', { channels: [32, 16], batchNorm: true });
