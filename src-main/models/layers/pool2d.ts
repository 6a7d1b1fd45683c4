/** Pooling over windows. */
import type { Value } from '../../onnx/graph-builder.ts';
import type { Network } from './network.ts';
import { checkWindow } from './window.ts';

/** Options of a pooling layer, named and defaulted as PyTorch's. */
export interface Pool2dOptions {
  readonly kernel_size: number;
  /** `kernel_size`. */
  readonly stride?: number;
  readonly padding?: number;
}

/** `torch.nn.MaxPool2d`: x `[N, C, H, W]` → `[N, C, H', W']`. */
export function maxPool2d(net: Network, x: Value, name: string, options: Pool2dOptions): Value {
  return net.g.scope(name, () => net.g.maxPool(x, windowOf(x, name, options)));
}

/** `torch.nn.AvgPool2d`, which counts the padding's zeros too: x `[N, C, H, W]` → `[N, C, H', W']`. */
export function avgPool2d(net: Network, x: Value, name: string, options: Pool2dOptions): Value {
  return net.g.scope(name, () =>
    net.g.averagePool(x, {
      ...windowOf(x, name, options),
      ...((options.padding ?? 0) > 0 && { count_include_pad: 1 }),
    }),
  );
}

/** @throws LabError `MODEL_INPUT_SIZE` */
function windowOf(
  x: Value,
  name: string,
  { kernel_size, stride = kernel_size, padding = 0 }: Pool2dOptions,
): { kernel_shape: number[]; strides: number[]; pads: number[] } {
  const window = {
    kernel: [kernel_size, kernel_size],
    strides: [stride, stride],
    dilations: [1, 1],
    pads: [padding, padding, padding, padding],
  };
  checkWindow(name, x, window);
  return { kernel_shape: window.kernel, strides: window.strides, pads: window.pads };
}
