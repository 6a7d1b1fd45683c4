/** Two-dimensional convolution. */
import { trainableConvolution } from '../../autograd/lowering/convolution.ts';
import type { Value } from '../../onnx/graph-builder.ts';
import { fans, kaimingUniform, uniform, type Initializer } from '../initializers.ts';
import type { Network } from './network.ts';
import { checkWindow } from './window.ts';

/** Options of {@link conv2d}, named and defaulted as `torch.nn.Conv2d`'s. */
export interface Conv2dOptions {
  readonly out_channels: number;
  readonly kernel_size: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
  readonly groups?: number;
  readonly bias?: boolean;
  /** First values of the weight, and of the bias. */
  readonly initialize?: Initializer;
  readonly initialize_bias?: Initializer;
}

/** `torch.nn.Conv2d`: x `[N, C, H, W]` → `[N, out_channels, H', W']`. */
export function conv2d(net: Network, x: Value, name: string, options: Conv2dOptions): Value {
  const {
    out_channels,
    kernel_size,
    stride = 1,
    padding = 0,
    dilation = 1,
    groups = 1,
    bias = true,
  } = options;
  const dims = [out_channels, (x.shape[1] as number) / groups, kernel_size, kernel_size];
  const window = {
    kernel: [kernel_size, kernel_size],
    strides: [stride, stride],
    dilations: [dilation, dilation],
    pads: [padding, padding, padding, padding],
  };
  checkWindow(name, x, window);
  return net.g.scope(name, () => {
    const weight = net.parameter(`${name}.weight`, dims, options.initialize ?? kaimingUniform);
    const initializeBias = options.initialize_bias ?? uniform(1 / Math.sqrt(fans(dims).fanIn));
    const shift = bias ? net.parameter(`${name}.bias`, [out_channels], initializeBias) : undefined;
    const { strides, dilations, pads } = window;
    return net.options.training && net.options.isTrainable(weight.name)
      ? trainableConvolution(net.g, x, weight, shift, { window, group: groups })
      : net.g.conv(x, weight, shift, { strides, dilations, pads, group: groups });
  });
}
