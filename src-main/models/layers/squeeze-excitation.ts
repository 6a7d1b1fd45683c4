/** Channels weighed by what the whole image shows (J. Hu et al., Squeeze-and-Excitation Networks, 2017). */
import type { Value } from '../../onnx/graph-builder.ts';
import { linear } from './linear.ts';
import type { Network } from './network.ts';

/**
 * Scales each channel of each sample: mean over the image → Linear `fc1` → ReLU → Linear `fc2` → sigmoid.
 *
 * @param x `[N, C, H, W]`
 * @param squeezeChannels length of the vector between the two
 */
export function squeezeExcitation(net: Network, x: Value, name: string, squeezeChannels: number): Value {
  const { g } = net;
  const channels = x.shape[1] as number;
  const means = g.scope(name, () => g.flatten(g.globalAveragePool(x)));
  const squeezed = linear(net, means, `${name}.fc1`, squeezeChannels);
  const rectified = g.scope(name, () => g.relu(squeezed));
  const scales = linear(net, rectified, `${name}.fc2`, channels);
  return g.scope(name, () => g.mul(x, g.reshape(g.sigmoid(scales), [0, channels, 1, 1])));
}
