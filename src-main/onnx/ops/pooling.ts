/** Pooling of images `[N, C, H, W]` (any number of spatial axes). */
import type { OpSchema } from './schema.ts';
import { imageOf, outputSizes, WINDOW_ATTRIBUTES, windowOf } from './window.ts';

function pool(outputs: OpSchema['outputs'], attributes: OpSchema['attributes']): OpSchema {
  return {
    inputs: [1, 1],
    outputs,
    attributes: { ...WINDOW_ATTRIBUTES, ceil_mode: 'int', ...attributes },
    infer(c) {
      const { batch, channels, spatial } = imageOf(c);
      const window = windowOf(c, spatial, c.ints('kernel_shape') ?? []);
      const shape = [batch, channels, ...outputSizes(c, spatial, window, c.int('ceil_mode', 0) === 1)];
      const value = { dtype: c.input(0).dtype, shape };
      return c.node.outputs.length > 1 ? [value, { dtype: 'int64', shape }] : [value];
    },
  };
}

/** One value for each whole image: `[N, C, …]` → `[N, C, 1, …]`. */
const whole: OpSchema = {
  inputs: [1, 1],
  outputs: [1, 1],
  elements: 'float',
  infer(c) {
    const { batch, channels, spatial } = imageOf(c);
    return [{ dtype: c.input(0).dtype, shape: [batch, channels, ...spatial.map(() => 1)] }];
  },
};

export const pooling = {
  MaxPool: pool([1, 2], { storage_order: 'int' }),
  AveragePool: { ...pool([1, 1], { count_include_pad: 'int' }), elements: 'float' },
  GlobalAveragePool: whole,
  GlobalMaxPool: whole,
} satisfies Record<string, OpSchema>;
