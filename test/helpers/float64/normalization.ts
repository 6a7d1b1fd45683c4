/** Normalizations of activations. */
import type { normalization as schemas } from '../../../src-main/onnx/ops/normalization.ts';
import { frontAxis, type Kernel } from './kernel.ts';
import { at, broadcastAt, fill, indices, type Value64 } from './values.ts';

function perChannel(x: Value64, value: (channel: number) => number): Value64 {
  return fill(x.dtype, [x.dims[1]!], ([channel]) => value(channel!));
}

/** The mean and the population variance of each channel. */
function batchStatistics(x: Value64): { mean: Value64; variance: Value64 } {
  const others = indices(x.dims.with(1, 1));
  const average = (f: (element: number, channel: number) => number): Value64 =>
    perChannel(
      x,
      (c) => others.reduce((sum, index) => sum + f(at(x, index.with(1, c)), c), 0) / others.length,
    );
  const mean = average((element) => element);
  return { mean, variance: average((element, c) => (element - mean.data[c]!) ** 2) };
}

const batchNormalization: Kernel = (node) => {
  const [x, scale, bias, runningMean, runningVariance] = [0, 1, 2, 3, 4].map((i) => node.x(i)) as [
    Value64,
    Value64,
    Value64,
    Value64,
    Value64,
  ];
  const training = node.int('training_mode', 0) === 1;
  const { mean, variance } = training ? batchStatistics(x) : { mean: runningMean, variance: runningVariance };
  const epsilon = node.float('epsilon', 1e-5);
  const y = fill(x.dtype, x.dims, (index) => {
    const c = index[1]!;
    return (
      (scale.data[c]! * (at(x, index) - mean.data[c]!)) / Math.sqrt(variance.data[c]! + epsilon) +
      bias.data[c]!
    );
  });
  if (!training) return [y];
  const momentum = node.float('momentum', 0.9);
  const mix = (running: Value64, batch: Value64): Value64 =>
    perChannel(x, (c) => running.data[c]! * momentum + batch.data[c]! * (1 - momentum));
  return [y, mix(runningMean, mean), mix(runningVariance, variance)];
};

/** Each element divided by the energy of the channels around it. */
const lrn: Kernel = (node) => {
  const x = node.x(0);
  const [alpha, beta, bias] = [node.float('alpha', 1e-4), node.float('beta', 0.75), node.float('bias', 1)];
  const size = node.int('size', 0);
  return [
    fill(x.dtype, x.dims, (index) => {
      let energy = 0;
      for (let step = -Math.floor((size - 1) / 2); step <= Math.ceil((size - 1) / 2); step++) {
        const channel = index[1]! + step;
        if (channel >= 0 && channel < x.dims[1]!) energy += at(x, index.with(1, channel)) ** 2;
      }
      return at(x, index) / (bias + (alpha / size) * energy) ** beta;
    }),
  ];
};

/** Groups of elements, told by a key, are brought to mean 0 and variance 1. */
function normalized(x: Value64, epsilon: number, keyOf: (index: readonly number[]) => string) {
  const groups = Map.groupBy(indices(x.dims), keyOf);
  const statistics = new Map(
    [...groups].map(([key, members]) => {
      const values = members.map((index) => at(x, index));
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      return [key, { mean, inverse: 1 / Math.sqrt(variance + epsilon) }];
    }),
  );
  const statisticsOf = (index: readonly number[]) => statistics.get(keyOf(index))!;
  const value = (index: readonly number[]): number => {
    const { mean, inverse } = statisticsOf(index);
    return (at(x, index) - mean) * inverse;
  };
  return { value, statisticsOf };
}

const layerNormalization: Kernel = (node) => {
  const [x, scale, bias] = [node.x(0), node.x(1), node.inputs[2]];
  const axis = frontAxis(node.int('axis', -1), x.dims.length);
  const { value, statisticsOf } = normalized(x, node.float('epsilon', 1e-5), (index) =>
    index.slice(0, axis).join(),
  );
  const folded = x.dims.map((dim, i) => (i < axis ? dim : 1));
  return [
    fill(x.dtype, x.dims, (index) => {
      const own = index.slice(axis);
      return value(index) * broadcastAt(scale, own) + (bias ? broadcastAt(bias, own) : 0);
    }),
    fill(x.dtype, folded, (index) => statisticsOf(index).mean),
    fill(x.dtype, folded, (index) => statisticsOf(index).inverse),
  ];
};

/** Scale and bias belong to the groups. */
function groups(count: (x: Value64, attribute: number) => number): Kernel {
  return (node) => {
    const [x, scale, bias] = [node.x(0), node.x(1), node.x(2)];
    const size = x.dims[1]! / count(x, node.int('num_groups', 0));
    const group = (index: readonly number[]): number => Math.floor(index[1]! / size);
    const { value } = normalized(x, node.float('epsilon', 1e-5), (index) => `${index[0]!},${group(index)}`);
    return [
      fill(x.dtype, x.dims, (index) => value(index) * scale.data[group(index)]! + bias.data[group(index)]!),
    ];
  };
}

export const normalization: Readonly<Record<keyof typeof schemas, Kernel>> = {
  BatchNormalization: batchNormalization,
  LRN: lrn,
  LayerNormalization: layerNormalization,
  InstanceNormalization: groups((x) => x.dims[1]!),
  GroupNormalization: groups((_, attribute) => attribute),
};
