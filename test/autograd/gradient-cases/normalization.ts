import type { normalization as schemas } from '../../../src-main/onnx/ops/normalization.ts';
import type { GradientCase, GradientInput } from '../../helpers/gradient-check.ts';
import type { FamilyCases } from './not-differentiated.ts';

type Dims = readonly number[];

const positive: Pick<GradientInput, 'map'> = { map: (u) => 1.5 + u };

function norm(name: string, x: Dims, kind: 'frozen' | 'training'): GradientCase {
  const channels = [x[1]!];
  const statistics: GradientInput[] = [
    { dims: channels, wrt: false },
    { dims: channels, wrt: false, ...positive },
  ];
  return {
    name: `BatchNormalization ${kind} ${name}`,
    inputs: [
      { dims: x, batch: true },
      { dims: channels },
      { dims: channels },
      ...(kind === 'frozen' ? statistics : []),
    ],
    build: (g, [image, scale, bias, mean, variance]) =>
      kind === 'frozen'
        ? g.batchNormalization(image!, scale!, bias!, mean!, variance!, 1e-5)
        : g.batchNormalizationTraining(image!, scale!, bias!, 1e-5)[0],
  };
}

function lrn(
  name: string,
  dims: Dims,
  size: number,
  options: { alpha?: number; beta?: number; bias?: number },
): GradientCase {
  return {
    name: `LRN ${name}`,
    // Large enough for the energy to count.
    inputs: [{ dims, batch: true, map: (u) => 3 * u }],
    build: (g, [x]) => g.lrn(x!, size, options),
  };
}

function layerNorm(name: string, dims: Dims, axis: number, bias = true): GradientCase {
  const sizes = dims.slice(axis < 0 ? axis + dims.length : axis);
  return {
    name: `LayerNormalization ${name}`,
    inputs: [{ dims, batch: true }, { dims: sizes }, ...(bias ? [{ dims: sizes }] : [])],
    build: (g, [x, scale, offset]) => g.layerNormalization(x!, scale!, offset, axis, 1e-3),
  };
}

function instanceNorm(dims: Dims): GradientCase {
  return {
    name: `InstanceNormalization [${dims.join(', ')}]`,
    inputs: [{ dims, batch: true }, { dims: [dims[1]!] }, { dims: [dims[1]!] }],
    build: (g, [x, scale, bias]) => g.instanceNormalization(x!, scale!, bias!, 1e-3),
  };
}

function groupNorm(dims: Dims, groups: number): GradientCase {
  return {
    name: `GroupNormalization [${dims.join(', ')}] in ${groups} groups`,
    inputs: [{ dims, batch: true }, { dims: [groups] }, { dims: [groups] }],
    build: (g, [x, scale, bias]) => g.groupNormalization(x!, scale!, bias!, groups, 1e-3),
  };
}

export const normalizationCases: FamilyCases<typeof schemas> = {
  BatchNormalization: [
    norm('of images', [2, 3, 3, 2], 'frozen'),
    norm('of vectors', [4, 3], 'frozen'),
    norm('of images', [2, 3, 3, 2], 'training'),
    norm('of vectors', [5, 3], 'training'),
    norm('of one sample', [1, 2, 3, 3], 'training'),
  ],
  LRN: [
    lrn('of five channels around each', [2, 7, 2, 3], 5, { alpha: 0.5, beta: 0.75, bias: 2 }),
    lrn('of three', [2, 4, 3, 1], 3, { alpha: 0.9, beta: 1.5, bias: 1 }),
    lrn('of itself alone', [1, 2, 2, 2], 1, { alpha: 0.5, beta: 0.75, bias: 1 }),
    lrn('wider than the channels', [2, 3, 2, 2], 9, { alpha: 0.5, beta: 0.75, bias: 1 }),
    lrn('with the defaults', [1, 6, 2, 2], 5, {}),
  ],
  LayerNormalization: [
    layerNorm('over the last axis', [2, 3, 5], -1),
    layerNorm('over the last two axes', [2, 3, 4], 1),
    layerNorm('over everything', [3, 4], 0),
    layerNorm('without bias', [2, 2, 3, 4], -1, false),
  ],
  InstanceNormalization: [instanceNorm([2, 3, 2, 4]), instanceNorm([2, 2, 5])],
  GroupNormalization: [groupNorm([2, 4, 2, 3], 2), groupNorm([2, 3, 5], 1), groupNorm([1, 4, 2, 2], 4)],
};
