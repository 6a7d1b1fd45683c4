/** Windows that move over the spatial axes of images `[N, C, H, W]` (any number of spatial axes). */
import { formatShape } from '../dims.ts';
import type { Dim, Shape } from '../types.ts';
import type { InferContext } from './schema.ts';

/** Attributes that describe a window moving over the spatial axes, complete with their defaults. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding at the beginning of every axis, then at the end of every axis. */
  readonly pads: readonly number[];
}

/** The attributes of every op that moves a window. */
export const WINDOW_ATTRIBUTES = {
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

/** Sizes of the images a window makes; with `ceil` a last, incomplete step counts. */
export function outputSizes(c: InferContext, spatial: Shape, window: Window, ceil: boolean): Dim[] {
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

/** Input 0 taken apart as a batch of images. */
export function imageOf(c: InferContext): { batch: Dim; channels: Dim; spatial: Shape } {
  const { shape } = c.input(0);
  const [batch, channels, ...spatial] = shape;
  if (batch === undefined || channels === undefined || spatial.length === 0) {
    return c.fail('input 0', 'an image batch [N, C, H, W]', formatShape(shape));
  }
  return { batch, channels, spatial };
}
