/** Squeeze and excitation (J. Hu et al., 2017) as torchvision lays it out, of 1×1 convolutions. */
import type { Value } from '../../onnx/graph-builder.ts';
import { constant, kaimingNormalFanOut } from '../initializers.ts';
import type { Activation } from './activations.ts';
import { conv2d } from './conv2d.ts';
import type { Network } from './network.ts';

/** Options of {@link squeezeExcitationConv}, named as torchvision's. */
export interface SqueezeExcitationConvOptions {
  readonly squeeze_channels: number;
  readonly activation: Activation;
  readonly scale_activation: Activation;
}

/** `torchvision.ops.SqueezeExcitation`: x `[N, C, H, W]`, each channel times what `fc1` and `fc2` make of the means. */
export function squeezeExcitationConv(
  net: Network,
  x: Value,
  name: string,
  { squeeze_channels, activation, scale_activation }: SqueezeExcitationConvOptions,
): Value {
  const { g } = net;
  const dense = (input: Value, layer: string, out_channels: number): Value =>
    conv2d(net, input, `${name}.${layer}`, {
      out_channels,
      kernel_size: 1,
      initialize: kaimingNormalFanOut,
      initialize_bias: constant(0),
    });
  const means = g.scope(`${name}.avgpool`, () => g.globalAveragePool(x));
  const squeezed = dense(means, 'fc1', squeeze_channels);
  const active = g.scope(`${name}.activation`, () => activation(g, squeezed));
  const scales = dense(active, 'fc2', x.shape[1] as number);
  return g.scope(name, () => g.mul(x, scale_activation(g, scales)));
}
