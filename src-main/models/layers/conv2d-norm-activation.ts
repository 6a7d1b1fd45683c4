/** A convolution, the norm of its channels and an activation. */
import type { Value } from '../../onnx/graph-builder.ts';
import { kaimingNormalFanOut } from '../initializers.ts';
import type { Activation } from './activations.ts';
import { batchNorm2d, type BatchNorm2dOptions } from './batch-norm.ts';
import { conv2d } from './conv2d.ts';
import type { Network } from './network.ts';

/** Options of {@link conv2dNormActivation}. */
export interface Conv2dNormActivationOptions {
  readonly out_channels: number;
  readonly kernel_size: number;
  readonly stride?: number;
  readonly groups?: number;
  readonly norm: BatchNorm2dOptions;
  /** None after the norm when left out. */
  readonly activation?: Activation;
}

/**
 * torchvision's `Conv2dNormActivation`: the convolution `<name>.0` without a bias, padded by half its kernel, and
 * the BatchNorm `<name>.1`.
 *
 * @param x `[N, C, H, W]` → `[N, out_channels, ⌈H / stride⌉, ⌈W / stride⌉]`
 */
export function conv2dNormActivation(
  net: Network,
  x: Value,
  name: string,
  { norm, activation, ...convolution }: Conv2dNormActivationOptions,
): Value {
  const y = conv2d(net, x, `${name}.0`, {
    ...convolution,
    padding: (convolution.kernel_size - 1) / 2,
    bias: false,
    initialize: kaimingNormalFanOut,
  });
  const normed = batchNorm2d(net, y, `${name}.1`, norm);
  return activation ? net.g.scope(`${name}.2`, () => activation(net.g, normed)) : normed;
}
