import type { GraphBuilder } from '../../../src-main/onnx/graph-builder.ts';
import type { convolution as schemas } from '../../../src-main/onnx/ops/convolution.ts';
import type { GradientCase } from '../../helpers/gradient-check.ts';
import type { FamilyCases } from './not-differentiated.ts';

type Dims = readonly number[];

function conv(
  name: string,
  x: Dims,
  w: Dims,
  options: Parameters<GraphBuilder['conv']>[3] = {},
): GradientCase {
  return {
    name: `Conv ${name}`,
    linear: true,
    inputs: [{ dims: x, batch: true }, { dims: w }],
    build: (g, [image, weight]) => g.conv(image!, weight!, undefined, options),
  };
}

function convTranspose(
  name: string,
  x: Dims,
  w: Dims,
  options: Parameters<GraphBuilder['convTranspose']>[3] = {},
): GradientCase {
  return {
    name: `ConvTranspose ${name}`,
    linear: true,
    inputs: [{ dims: x, batch: true }, { dims: w }],
    build: (g, [image, weight]) => g.convTranspose(image!, weight!, undefined, options),
  };
}

export const convolutionCases: FamilyCases<typeof schemas> = {
  Conv: [
    conv('3×3 with padding', [2, 2, 4, 5], [3, 2, 3, 3], { pads: [1, 1, 1, 1] }),
    {
      name: 'Conv with bias',
      linear: true,
      inputs: [{ dims: [2, 2, 4, 4], batch: true }, { dims: [3, 2, 3, 3] }, { dims: [3] }],
      build: (g, [x, w, b]) => g.conv(x!, w!, b, { pads: [1, 1, 1, 1] }),
    },
    conv('3×3 without padding', [2, 2, 4, 5], [2, 2, 3, 3]),
    conv('1×1', [2, 3, 3, 2], [2, 3, 1, 1]),
    conv('1×1 with stride 2', [2, 3, 5, 4], [2, 3, 1, 1], { strides: [2, 2] }),
    conv('3×3 with stride 2 on odd and even sizes', [2, 2, 5, 6], [3, 2, 3, 3], {
      strides: [2, 2],
      pads: [1, 1, 1, 1],
    }),
    conv('unequal strides and pads', [2, 2, 4, 6], [2, 2, 2, 3], { strides: [1, 2], pads: [1, 0, 2, 1] }),
    conv('dilation', [1, 2, 6, 5], [2, 2, 3, 2], { dilations: [2, 3], pads: [2, 1, 1, 2] }),
    conv('dilation and stride', [1, 2, 7, 7], [2, 2, 3, 3], {
      dilations: [2, 2],
      strides: [2, 2],
      pads: [1, 1, 2, 2],
    }),
    conv('two groups', [2, 4, 4, 3], [6, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1] }),
    conv('depthwise with two filters a channel', [2, 3, 4, 4], [6, 1, 3, 3], {
      group: 3,
      pads: [1, 1, 1, 1],
    }),
    conv('groups with stride', [1, 4, 5, 5], [4, 2, 3, 3], { group: 2, strides: [2, 2], pads: [1, 1, 1, 1] }),
    conv('depthwise', [2, 5, 5, 4], [5, 1, 3, 3], { group: 5, pads: [1, 1, 1, 1] }),
    conv('depthwise with stride 2 on odd and even sizes', [2, 3, 7, 6], [3, 1, 5, 5], {
      group: 3,
      strides: [2, 2],
      pads: [2, 2, 2, 2],
    }),
    conv('depthwise with dilation and unequal pads', [2, 3, 7, 9], [3, 1, 3, 2], {
      group: 3,
      dilations: [2, 3],
      pads: [2, 0, 1, 3],
    }),
    conv('depthwise, dilated and strided', [1, 2, 9, 10], [2, 1, 3, 3], {
      group: 2,
      dilations: [2, 1],
      strides: [2, 3],
      pads: [1, 1, 2, 0],
    }),
    conv('depthwise with rows that no window reaches', [2, 2, 8, 9], [2, 1, 2, 2], {
      group: 2,
      strides: [5, 4],
    }),
    conv('depthwise on a wide image', [1, 2, 9, 9], [2, 1, 5, 5], { group: 2, pads: [2, 2, 2, 2] }),
    conv('groups of three channels with two filters', [2, 6, 4, 5], [4, 3, 3, 2], {
      group: 2,
      pads: [1, 0, 1, 1],
    }),
    conv('groups of many channels', [2, 10, 4, 4], [4, 5, 3, 3], {
      group: 2,
      strides: [2, 1],
      pads: [1, 1, 1, 1],
    }),
    conv('of rows', [2, 3, 7], [2, 3, 3], { strides: [2], pads: [1, 2] }),
    conv('of rows, depthwise and dilated', [2, 3, 8], [3, 1, 3], { group: 3, dilations: [2], pads: [2, 2] }),
    conv('7×7 stem with stride 2', [1, 3, 8, 8], [2, 3, 7, 7], { strides: [2, 2], pads: [3, 3, 3, 3] }),
    conv('many channels', [1, 17, 3, 3], [2, 17, 2, 2], { pads: [1, 1, 0, 0] }),
    conv('many channels with stride', [2, 12, 4, 4], [2, 12, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
    conv('a wide image', [1, 2, 9, 9], [2, 2, 3, 3], { pads: [1, 1, 1, 1] }),
    conv('a wide image with unequal pads', [1, 1, 9, 10], [2, 1, 3, 2], { pads: [2, 0, 1, 1] }),
    conv('a wide image with groups and dilation', [1, 4, 9, 9], [2, 2, 3, 3], {
      group: 2,
      dilations: [2, 2],
      pads: [2, 2, 2, 2],
    }),
    conv('a wide image with padding beyond the kernel', [1, 1, 8, 8], [2, 1, 1, 1], { pads: [1, 2, 1, 0] }),
    conv('rows that no window reaches', [1, 2, 7, 6], [2, 2, 2, 2], { strides: [3, 4] }),
    {
      name: 'Conv auto_pad',
      linear: true,
      inputs: [{ dims: [2, 2, 5, 4], batch: true }, { dims: [2, 2, 2, 3] }],
      build: (g, [x, w]) => g.node('Conv', [x, w], { auto_pad: 'SAME_UPPER', strides: [2, 1] })[0]!,
    },
  ],
  ConvTranspose: [
    convTranspose('3×3', [2, 2, 3, 4], [2, 3, 3, 3]),
    {
      name: 'ConvTranspose with bias',
      linear: true,
      inputs: [{ dims: [2, 2, 3, 3], batch: true }, { dims: [2, 3, 2, 2] }, { dims: [3] }],
      build: (g, [x, w, b]) => g.convTranspose(x!, w!, b, { strides: [2, 2] }),
    },
    convTranspose('stride 2 with padding', [2, 2, 3, 3], [2, 3, 3, 3], {
      strides: [2, 2],
      pads: [1, 1, 1, 1],
    }),
    convTranspose('output padding', [1, 2, 3, 3], [2, 2, 3, 3], {
      strides: [2, 3],
      pads: [1, 0, 1, 1],
      output_padding: [1, 2],
    }),
    convTranspose('groups', [1, 4, 3, 3], [4, 2, 2, 2], { group: 2, strides: [2, 2] }),
    convTranspose('dilation', [1, 2, 3, 3], [2, 2, 2, 3], { dilations: [2, 2], pads: [1, 1, 0, 1] }),
    convTranspose('of rows', [2, 2, 3], [2, 3, 3], { strides: [2], pads: [1, 0] }),
    convTranspose('depthwise', [2, 3, 3, 3], [3, 1, 3, 3], { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] }),
  ],
};
