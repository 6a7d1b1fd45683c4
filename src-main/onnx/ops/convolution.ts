/** Convolutions and pooling over images `[N, C, H, W]` (any number of spatial axes). */
import { formatShape, multiplyDims } from '../dims.ts';
import type { Dim, Shape } from '../types.ts';
import type { InferContext, OpSchema } from './schema.ts';

/** Attributes that describe a window moving over the spatial axes, complete with their defaults. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding at the beginning of every axis, then at the end of every axis. */
  readonly pads: readonly number[];
}

const WINDOW_ATTRIBUTES = {
  auto_pad: 'string',
  dilations: 'ints',
  kernel_shape: 'ints',
  pads: 'ints',
  strides: 'ints',
} as const;

/** Reads a window's attributes; `auto_pad` other than NOTSET and VALID is worked out from the sizes. */
export function windowOf(c: InferContext, spatial: Shape, kernel: readonly number[]): Window {
  const rank = spatial.length;
  const ones = kernel.map(() => 1);
  const strides = c.ints('strides') ?? ones;
  const dilations = c.ints('dilations') ?? ones;
  const window = { kernel, strides, dilations };
  for (const [name, list] of Object.entries({ kernel_shape: kernel, strides, dilations })) {
    if (list.length !== rank || list.some((v) => v < 1)) {
      c.fail(`attribute "${name}"`, `${rank} positive sizes`, `[${list.join(', ')}]`);
    }
  }
  const pads = padsOf(c, spatial, window);
  if (pads.length !== 2 * rank || pads.some((size) => size < 0)) {
    c.fail('attribute "pads"', `${2 * rank} sizes of at least 0`, `[${pads.join(', ')}]`);
  }
  return { ...window, pads };
}

function padsOf(c: InferContext, spatial: Shape, window: Omit<Window, 'pads'>): readonly number[] {
  const mode = c.string('auto_pad', 'NOTSET');
  if (mode === 'NOTSET') return c.ints('pads') ?? spatial.flatMap(() => [0, 0]);
  if (mode === 'VALID') return spatial.flatMap(() => [0, 0]);
  if (mode !== 'SAME_UPPER' && mode !== 'SAME_LOWER') {
    c.fail('attribute "auto_pad"', 'NOTSET, VALID, SAME_UPPER or SAME_LOWER', mode);
  }
  const totals = spatial.map((size, i) => {
    if (typeof size !== 'number')
      return c.fail('input 0', `known image sizes for auto_pad ${mode}`, formatShape(spatial));
    const stride = window.strides[i] ?? 1;
    const reach = (window.dilations[i] ?? 1) * ((window.kernel[i] ?? 1) - 1) + 1;
    return Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach - size);
  });
  const small = totals.map((total) => Math.floor(total / 2));
  const large = totals.map((total, i) => total - (small[i] ?? 0));
  return mode === 'SAME_UPPER' ? [...small, ...large] : [...large, ...small];
}

function outputSizes(c: InferContext, spatial: Shape, window: Window, ceil: boolean): Dim[] {
  return spatial.map((size, i): Dim => {
    if (typeof size !== 'number') return '';
    const reach = at(window.dilations, i) * (at(window.kernel, i) - 1) + 1;
    const before = at(window.pads, i);
    const padded = size + before + at(window.pads, i + spatial.length);
    if (padded < reach) {
      c.fail(
        'input 0',
        `an image of at least ${reach - padded + size} on axis ${i + 2}`,
        formatShape(c.input(0).shape),
      );
    }
    const stride = at(window.strides, i);
    const steps = (padded - reach) / stride;
    if (!ceil) return Math.floor(steps) + 1;
    const count = Math.ceil(steps) + 1;
    // A last window that would begin in the padding is dropped, as PyTorch and ONNX Runtime do.
    return (count - 1) * stride >= size + before ? count - 1 : count;
  });
}

function at(list: readonly number[], index: number): number {
  return list[index] ?? 0;
}

function imageOf(c: InferContext): { batch: Dim; channels: Dim; spatial: Shape } {
  const { shape } = c.input(0);
  const [batch, channels, ...spatial] = shape;
  if (batch === undefined || channels === undefined || spatial.length === 0) {
    return c.fail('input 0', 'an image batch [N, C, H, W]', formatShape(shape));
  }
  return { batch, channels, spatial };
}

function checkBias(c: InferContext, filters: Dim): void {
  if (!c.has(2)) return;
  c.sameType(2);
  c.expectShape(2, [filters]);
}

function kernelOf(c: InferContext, weight: Shape): readonly number[] {
  const kernel = weight
    .slice(2)
    .map((size) => (typeof size === 'number' ? size : c.fail('input 1', 'known sizes', formatShape(weight))));
  const stated = c.ints('kernel_shape') ?? kernel;
  if (stated.join() !== kernel.join()) {
    c.fail('attribute "kernel_shape"', `[${kernel.join(', ')}], as input 1`, `[${stated.join(', ')}]`);
  }
  return kernel;
}

/** Sizes of a transposed convolution's images: those whose convolution has the input's size. */
function transposedSizes(c: InferContext, spatial: Shape, window: Window): Dim[] {
  const extra = c.ints('output_padding') ?? spatial.map(() => 0);
  if (extra.length !== spatial.length) {
    c.fail('attribute "output_padding"', `${spatial.length} sizes`, `[${extra.join(', ')}]`);
  }
  return spatial.map((size, i): Dim => {
    if (typeof size !== 'number') return '';
    const reach = at(window.dilations, i) * (at(window.kernel, i) - 1) + 1;
    const cut = at(window.pads, i) + at(window.pads, i + spatial.length);
    const result = at(window.strides, i) * (size - 1) + at(extra, i) + reach - cut;
    return result > 0 ? result : c.fail('attribute "pads"', 'pads that leave something', String(result));
  });
}

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

export const convolution = {
  Conv: {
    inputs: [2, 3],
    outputs: [1, 1],
    elements: 'float',
    attributes: { ...WINDOW_ATTRIBUTES, group: 'int' },
    infer(c) {
      const { batch, channels, spatial } = imageOf(c);
      const weight = c.shapeOf(1, spatial.length + 2, 'weights [M, C / group, kH, kW]');
      const group = c.int('group', 1);
      const [filters = '', perGroup = ''] = weight;
      if (typeof channels === 'number' && typeof perGroup === 'number' && channels !== perGroup * group) {
        const where = group === 1 ? '' : ` in ${group} groups`;
        c.fail('input 1', `weights for ${channels} channels${where}`, formatShape(weight));
      }
      if (group < 1 || (typeof filters === 'number' && filters % group !== 0)) {
        c.fail('attribute "group"', `a divisor of the ${filters} filters`, String(group));
      }
      c.sameType(1);
      checkBias(c, filters);
      const window = windowOf(c, spatial, kernelOf(c, weight));
      return [
        { dtype: c.input(0).dtype, shape: [batch, filters, ...outputSizes(c, spatial, window, false)] },
      ];
    },
  },
  ConvTranspose: {
    inputs: [2, 3],
    outputs: [1, 1],
    elements: 'float',
    // Neither `output_shape` nor `auto_pad` that follows sizes: the gradients of convolutions need none.
    attributes: { ...WINDOW_ATTRIBUTES, group: 'int', output_padding: 'ints' },
    infer(c) {
      const { batch, channels, spatial } = imageOf(c);
      const weight = c.shapeOf(1, spatial.length + 2, 'weights [C, M / group, kH, kW]');
      const [inner = '', perGroup = ''] = weight;
      if (typeof channels === 'number' && typeof inner === 'number' && channels !== inner) {
        c.fail('input 1', `weights for ${channels} channels`, formatShape(weight));
      }
      const group = c.int('group', 1);
      if (group < 1 || (typeof inner === 'number' && inner % group !== 0)) {
        c.fail('attribute "group"', `a divisor of the ${inner} channels`, String(group));
      }
      const filters = multiplyDims([perGroup, group]);
      c.sameType(1);
      checkBias(c, filters);
      const mode = c.string('auto_pad', 'NOTSET');
      if (mode.startsWith('SAME')) c.fail('attribute "auto_pad"', 'NOTSET or VALID', mode);
      const sizes = transposedSizes(c, spatial, windowOf(c, spatial, kernelOf(c, weight)));
      return [{ dtype: c.input(0).dtype, shape: [batch, filters, ...sizes] }];
    },
  },
  MaxPool: pool([1, 2], { storage_order: 'int' }),
  AveragePool: { ...pool([1, 1], { count_include_pad: 'int' }), elements: 'float' },
  GlobalAveragePool: {
    inputs: [1, 1],
    outputs: [1, 1],
    elements: 'float',
    infer(c) {
      const { batch, channels, spatial } = imageOf(c);
      return [{ dtype: c.input(0).dtype, shape: [batch, channels, ...spatial.map(() => 1)] }];
    },
  },
  BatchNormalization: {
    inputs: [5, 5],
    outputs: [1, 3],
    elements: 'float',
    attributes: { epsilon: 'float', momentum: 'float', training_mode: 'int' },
    infer(c) {
      const { shape } = c.input(0);
      const channels = shape[1] ?? c.fail('input 0', 'a batch [N, C, …]', formatShape(shape));
      for (let i = 1; i < 5; i++) c.expectShape(i, [channels]);
      const training = c.int('training_mode', 0) === 1;
      if (!training && c.node.outputs.length > 1) {
        c.fail('outputs', 'one, since training_mode is 0', String(c.node.outputs.length));
      }
      const statistic = { dtype: c.input(3).dtype, shape: [channels] };
      return [c.input(0), statistic, statistic].slice(0, c.node.outputs.length);
    },
  },
} satisfies Record<string, OpSchema>;
