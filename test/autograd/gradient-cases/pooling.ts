import type { GraphBuilder } from '../../../src-main/onnx/graph-builder.ts';
import type { pooling as schemas } from '../../../src-main/onnx/ops/pooling.ts';
import type { GradientCase } from '../../helpers/gradient-check.ts';
import type { FamilyCases } from './not-differentiated.ts';

type Dims = readonly number[];

function maxPool(name: string, x: Dims, options: Parameters<GraphBuilder['maxPool']>[1]): GradientCase {
  return {
    name: `MaxPool ${name}`,
    inputs: [{ dims: x, batch: true, distinct: true }],
    build: (g, [image]) => g.maxPool(image!, options),
  };
}

function averagePool(
  name: string,
  x: Dims,
  options: Parameters<GraphBuilder['averagePool']>[1],
  linear = false,
): GradientCase {
  return {
    name: `AveragePool ${name}`,
    linear,
    inputs: [{ dims: x, batch: true }],
    build: (g, [image]) => g.averagePool(image!, options),
  };
}

export const poolingCases: FamilyCases<typeof schemas> = {
  MaxPool: [
    maxPool('2×2', [2, 2, 4, 6], { kernel_shape: [2, 2], strides: [2, 2] }),
    maxPool('overlapping 3×3 with padding', [2, 2, 6, 5], {
      kernel_shape: [3, 3],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
    }),
    maxPool('overlapping with stride 1', [1, 2, 4, 4], { kernel_shape: [3, 2] }),
    maxPool('unequal pads', [1, 2, 5, 5], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 0, 0, 1] }),
    maxPool('dilation', [2, 2, 7, 6], {
      kernel_shape: [3, 2],
      dilations: [2, 3],
      strides: [1, 2],
      pads: [1, 0, 2, 1],
    }),
    maxPool('ceil mode with padding', [1, 2, 6, 7], {
      kernel_shape: [3, 3],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      ceil_mode: 1,
    }),
    maxPool('ceil mode', [1, 2, 5, 6], { kernel_shape: [2, 2], strides: [2, 3], ceil_mode: 1 }),
  ],
  AveragePool: [
    averagePool('2×2', [2, 2, 4, 6], { kernel_shape: [2, 2], strides: [2, 2] }, true),
    averagePool('padding not counted', [2, 2, 5, 4], {
      kernel_shape: [3, 3],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
    }),
    averagePool('padding counted', [2, 2, 5, 4], {
      kernel_shape: [3, 3],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      count_include_pad: 1,
    }),
    averagePool('overlapping, unequal pads', [1, 2, 4, 5], { kernel_shape: [2, 3], pads: [1, 0, 0, 2] }),
    averagePool('rows that no window reaches', [1, 2, 6, 7], { kernel_shape: [2, 2], strides: [3, 4] }, true),
    averagePool('ceil mode', [1, 2, 5, 6], { kernel_shape: [2, 2], strides: [2, 3], ceil_mode: 1 }),
    averagePool('dilation', [1, 2, 7, 6], { kernel_shape: [2, 3], dilations: [3, 2], pads: [1, 0, 0, 2] }),
    averagePool('ceil mode with a last window that begins in the padding', [1, 2, 6, 6], {
      kernel_shape: [2, 2],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      ceil_mode: 1,
    }),
    averagePool('ceil mode, unequal pads, padding counted', [2, 1, 5, 8], {
      kernel_shape: [2, 3],
      strides: [3, 2],
      pads: [0, 1, 1, 0],
      ceil_mode: 1,
      count_include_pad: 1,
    }),
    averagePool('ceil mode, padding counted', [1, 2, 5, 6], {
      kernel_shape: [3, 3],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      ceil_mode: 1,
      count_include_pad: 1,
    }),
  ],
  GlobalAveragePool: [
    {
      name: 'GlobalAveragePool',
      linear: true,
      inputs: [{ dims: [2, 3, 2, 4], batch: true }],
      build: (g, [x]) => g.globalAveragePool(x!),
    },
    {
      name: 'GlobalAveragePool odd',
      inputs: [{ dims: [3, 2, 7, 1], batch: true }],
      build: (g, [x]) => g.globalAveragePool(x!),
    },
  ],
  GlobalMaxPool: [
    {
      name: 'GlobalMaxPool',
      inputs: [{ dims: [2, 3, 2, 4], batch: true, distinct: true }],
      build: (g, [x]) => g.globalMaxPool(x!),
    },
    {
      name: 'GlobalMaxPool of one axis',
      inputs: [{ dims: [3, 2, 5], batch: true, distinct: true }],
      build: (g, [x]) => g.globalMaxPool(x!),
    },
  ],
};
