/** Convolutions, pooling and batch normalization over images [N, C, H, W]. */
import type { convolution as schemas } from '../../../src-main/onnx/ops/convolution.ts';
import type { Kernel, NodeView } from './kernel.ts';
import { at, count, fill, indices, positionOf, type Value64 } from './values.ts';

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding at the top and left. */
  readonly before: readonly number[];
  /** Padding at the bottom and right. */
  readonly after: readonly number[];
}

function windowOf(node: NodeView, kernel: readonly number[]): Window {
  const image = node.x(0).dims.slice(2);
  if (image.length !== 2) node.fail(`takes images [N, C, H, W], not [${node.x(0).dims.join(', ')}]`);
  const strides = node.ints('strides') ?? [1, 1];
  const dilations = node.ints('dilations') ?? [1, 1];
  const pads = node.ints('pads') ?? [0, 0, 0, 0];
  const mode = node.string('auto_pad', 'NOTSET');
  if (mode === 'NOTSET')
    return { kernel, strides, dilations, before: pads.slice(0, 2), after: pads.slice(2) };
  if (mode === 'VALID') return { kernel, strides, dilations, before: [0, 0], after: [0, 0] };
  const totals = image.map((size, axis) => {
    const reach = (kernel[axis]! - 1) * dilations[axis]! + 1;
    return Math.max(0, (Math.ceil(size / strides[axis]!) - 1) * strides[axis]! + reach - size);
  });
  const less = totals.map((total) => Math.floor(total / 2));
  const more = totals.map((total) => Math.ceil(total / 2));
  const [before, after] = mode === 'SAME_UPPER' ? [less, more] : [more, less];
  return { kernel, strides, dilations, before, after };
}

/** The size of the output on both axes. */
function outputSize(image: readonly number[], window: Window, ceil = false): number[] {
  return image.map((size, axis) => {
    const reach = (window.kernel[axis]! - 1) * window.dilations[axis]! + 1;
    const stride = window.strides[axis]!;
    const steps = (size + window.before[axis]! + window.after[axis]! - reach) / stride;
    if (!ceil) return Math.floor(steps) + 1;
    const places = Math.ceil(steps) + 1;
    // A last window that would begin in the padding behind the image is dropped.
    return (places - 1) * stride >= size + window.before[axis]! ? places - 1 : places;
  });
}

/** Where the tap (i, j) of the window at an output place lies in the image; may lie in the padding. */
function source(window: Window, place: readonly number[], tap: readonly number[]): number[] {
  return place.map(
    (p, axis) => p * window.strides[axis]! + tap[axis]! * window.dilations[axis]! - window.before[axis]!,
  );
}

function isInside(place: readonly number[], image: readonly number[]): boolean {
  return place.every((p, axis) => p >= 0 && p < image[axis]!);
}

const conv: Kernel = (node) => {
  const [x, w, bias] = [node.x(0), node.x(1), node.inputs[2]];
  const [samples, channels, ...image] = x.dims as [number, number, ...number[]];
  const [filters, perGroup, ...kernel] = w.dims as [number, number, ...number[]];
  const group = node.int('group', 1);
  if (perGroup * group !== channels) node.fail(`has ${channels} channels and weights [${w.dims.join(', ')}]`);
  const window = windowOf(node, kernel);
  const taps = indices(kernel);
  const area = count(image);
  return [
    fill(x.dtype, [samples, filters, ...outputSize(image, window)], ([n, m, ...place]) => {
      const firstChannel = Math.floor(m! / (filters / group)) * perGroup;
      let sum = bias ? bias.data[m!]! : 0;
      for (const tap of taps) {
        const spot = source(window, place, tap);
        if (!isInside(spot, image)) continue;
        const pixel = positionOf(x.dims, [n!, firstChannel, ...spot]);
        const weight = positionOf(w.dims, [m!, 0, ...tap]);
        for (let c = 0; c < perGroup; c++) {
          sum += x.data[pixel + c * area]! * w.data[weight + c * taps.length]!;
        }
      }
      return sum;
    }),
  ];
};

/** Every input element adds its multiple of the kernel to the output. */
const convTranspose: Kernel = (node) => {
  const [x, w, bias] = [node.x(0), node.x(1), node.inputs[2]];
  const [samples, channels, ...image] = x.dims as [number, number, ...number[]];
  const [, perGroup, ...kernel] = w.dims as [number, number, ...number[]];
  const group = node.int('group', 1);
  if (node.ints('output_shape') || node.string('auto_pad', 'NOTSET') !== 'NOTSET')
    node.fail('states its output shape');
  const window = windowOf(node, kernel);
  const extra = node.ints('output_padding') ?? [0, 0];
  const size = image.map((length, axis) => {
    const reach = (kernel[axis]! - 1) * window.dilations[axis]! + 1;
    return (
      (length - 1) * window.strides[axis]! + reach + extra[axis]! - window.before[axis]! - window.after[axis]!
    );
  });
  const dims = [samples, perGroup * group, ...size];
  const y = fill(x.dtype, dims, ([, m]) => (bias ? bias.data[m!]! : 0));
  for (const [n, c, ...place] of indices(x.dims)) {
    const value = at(x, [n!, c!, ...place]);
    const firstFilter = Math.floor(c! / (channels / group)) * perGroup;
    for (const tap of indices(kernel)) {
      const spot = source(window, place, tap);
      if (!isInside(spot, size)) continue;
      for (let m = 0; m < perGroup; m++) {
        const target = positionOf(dims, [n!, firstFilter + m, ...spot]);
        y.data[target] = y.data[target]! + value * at(w, [c!, m, ...tap]);
      }
    }
  }
  return [y];
};

const maxPool: Kernel = (node) => {
  const x = node.x(0);
  if (node.int('storage_order', 0) !== 0) node.fail('counts its indices by columns');
  const [samples, channels, ...image] = x.dims as [number, number, ...number[]];
  const window = windowOf(node, node.ints('kernel_shape')!);
  const dims = [samples, channels, ...outputSize(image, window, node.int('ceil_mode', 0) === 1)];
  const taps = indices(window.kernel);
  const places = fill('int64', dims, ([n, c, ...place]) => {
    const candidates = taps
      .map((tap) => source(window, place, tap))
      .filter((spot) => isInside(spot, image))
      .map((spot) => positionOf(x.dims, [n!, c!, ...spot]));
    return candidates.reduce((best, candidate) => (x.data[candidate]! > x.data[best]! ? candidate : best));
  });
  return [{ dtype: x.dtype, dims, data: places.data.map((place) => x.data[place]!) }, places];
};

const averagePool: Kernel = (node) => {
  const x = node.x(0);
  const [samples, channels, ...image] = x.dims as [number, number, ...number[]];
  const window = windowOf(node, node.ints('kernel_shape')!);
  const dims = [samples, channels, ...outputSize(image, window, node.int('ceil_mode', 0) === 1)];
  const taps = indices(window.kernel);
  const countPadding = node.int('count_include_pad', 0) === 1;
  // Padding counts if asked to, but never what ceil_mode adds behind it.
  const isInPadding = (spot: readonly number[]): boolean =>
    spot.every((p, axis) => p >= -window.before[axis]! && p < image[axis]! + window.after[axis]!);
  return [
    fill(x.dtype, dims, ([n, c, ...place]) => {
      const spots = taps.map((tap) => source(window, place, tap));
      const inside = spots.filter((spot) => isInside(spot, image));
      const sum = inside.reduce((total, spot) => total + at(x, [n!, c!, ...spot]), 0);
      return sum / (countPadding ? spots.filter(isInPadding).length : inside.length);
    }),
  ];
};

const globalAveragePool: Kernel = (node) => {
  const x = node.x(0);
  const [samples, channels, ...image] = x.dims as [number, number, ...number[]];
  const spots = indices(image);
  return [
    fill(x.dtype, [samples, channels, ...image.map(() => 1)], ([n, c]) => {
      const sum = spots.reduce((total, spot) => total + at(x, [n!, c!, ...spot]), 0);
      return sum / count(image);
    }),
  ];
};

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

export const convolution: Readonly<Record<keyof typeof schemas, Kernel>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: globalAveragePool,
  BatchNormalization: batchNormalization,
};
