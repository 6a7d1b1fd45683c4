/** Layer normalisation (J. Ba et al., 2016) over the channels of each place. */
import type { Value } from '../../onnx/graph-builder.ts';
import { constant } from '../initializers.ts';
import type { Network } from './network.ts';

/** `torch.nn.LayerNorm` over the last axis: x `[…, C]`. */
export function layerNorm(net: Network, x: Value, name: string, eps = 1e-5): Value {
  const dims = [x.shape.at(-1) as number];
  return net.g.scope(name, () => {
    const weight = net.parameter(`${name}.weight`, dims, constant(1));
    const bias = net.parameter(`${name}.bias`, dims, constant(0));
    return net.g.layerNormalization(x, weight, bias, -1, eps);
  });
}

/** torchvision's `LayerNorm2d`: x `[N, C, H, W]`, normalised over C. */
export function layerNorm2d(net: Network, x: Value, name: string, eps = 1e-5): Value {
  const { g } = net;
  const channelsLast = g.scope(name, () => g.transpose(x, [0, 2, 3, 1]));
  const normed = layerNorm(net, channelsLast, name, eps);
  return g.scope(name, () => g.transpose(normed, [0, 3, 1, 2]));
}
