/** DaiNet7: six convolutions, each normalised after its ReLU, and one linear layer. */
import type { Architecture } from './architecture.ts';
import { avgPool2d, batchNorm2d, conv2d, dropoutLayer, linear, maxPool2d } from './layers/index.ts';

interface Layer {
  readonly channels: number;
  readonly pool?: true;
  /** The probability of dropping after this layer. */
  readonly dropout?: number;
}

const LAYERS: readonly Layer[] = [
  { channels: 64, dropout: 0.1 },
  { channels: 64, pool: true, dropout: 0.1 },
  { channels: 128 },
  { channels: 128, pool: true, dropout: 0.5 },
  { channels: 256, dropout: 0.5 },
  { channels: 256 },
];

export const dainet7: Architecture = {
  name: 'dainet7',
  paper: 'DaiNet7',
  imageSize: 32,
  classes: 10,
  head: ['fc.weight', 'fc.bias'],
  features(net, images) {
    const { g } = net;
    let x = images;
    LAYERS.forEach(({ channels, pool, dropout = 0 }, i) => {
      const y = conv2d(net, x, `conv${i + 1}`, { out_channels: channels, kernel_size: 3, padding: 1 });
      x = batchNorm2d(net, g.relu(y), `bn${i + 1}`);
      if (pool) x = maxPool2d(net, x, `pool${i + 1}`, { kernel_size: 2 });
      x = dropoutLayer(net, x, dropout);
    });
    return g.flatten(avgPool2d(net, x, 'average', { kernel_size: 8 }));
  },
  classify: (net, features, classes) => linear(net, features, 'fc', classes),
};
