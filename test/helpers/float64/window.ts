/** Windows over images [N, C, H, W] (any number of spatial axes). */
import type { NodeView } from './kernel.ts';

/** A window that moves over the axes of images. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding at the beginning of every axis. */
  readonly before: readonly number[];
  /** Padding at the end of every axis. */
  readonly after: readonly number[];
}

/** A node's window; the kernel's sizes come from its attribute or its weights. */
export function windowOf(node: NodeView, kernel: readonly number[]): Window {
  const image = node.x(0).dims.slice(2);
  const [ones, zeros] = [image.map(() => 1), image.map(() => 0)];
  const strides = node.ints('strides') ?? ones;
  const dilations = node.ints('dilations') ?? ones;
  const pads = node.ints('pads') ?? [...zeros, ...zeros];
  const mode = node.string('auto_pad', 'NOTSET');
  if (mode === 'NOTSET')
    return {
      kernel,
      strides,
      dilations,
      before: pads.slice(0, image.length),
      after: pads.slice(image.length),
    };
  if (mode === 'VALID') return { kernel, strides, dilations, before: zeros, after: zeros };
  const totals = image.map((size, axis) => {
    const reach = (kernel[axis]! - 1) * dilations[axis]! + 1;
    return Math.max(0, (Math.ceil(size / strides[axis]!) - 1) * strides[axis]! + reach - size);
  });
  const less = totals.map((total) => Math.floor(total / 2));
  const more = totals.map((total) => Math.ceil(total / 2));
  const [before, after] = mode === 'SAME_UPPER' ? [less, more] : [more, less];
  return { kernel, strides, dilations, before, after };
}

/** The size of the output on every axis. */
export function outputSize(image: readonly number[], window: Window, ceil = false): number[] {
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
export function source(window: Window, place: readonly number[], tap: readonly number[]): number[] {
  return place.map(
    (p, axis) => p * window.strides[axis]! + tap[axis]! * window.dilations[axis]! - window.before[axis]!,
  );
}

/** Whether a place lies in the image, not in its padding. */
export function isInside(place: readonly number[], image: readonly number[]): boolean {
  return place.every((p, axis) => p >= 0 && p < image[axis]!);
}
