/** The first network of a beginner: two convolutions and one linear layer. */
import type { Architecture } from './architecture.ts';
import { batchNorm2d, conv2d, linear, maxPool2d } from './layers/index.ts';

export const mycnn: Architecture = {
  name: 'mycnn',
  paper: 'CNNs in PyTorch, step by step',
  imageSize: 32,
  classes: 10,
  head: ['fc.weight', 'fc.bias'],
  features(net, images) {
    let x = images;
    [16, 32].forEach((out_channels, i) => {
      const y = conv2d(net, x, `conv${i + 1}`, { out_channels, kernel_size: 3, padding: 1 });
      const activated = net.g.relu(batchNorm2d(net, y, `bn${i + 1}`));
      x = maxPool2d(net, activated, `pool${i + 1}`, { kernel_size: 2 });
    });
    return net.g.flatten(x);
  },
  classify: (net, features, classes) => linear(net, features, 'fc', classes),
};
