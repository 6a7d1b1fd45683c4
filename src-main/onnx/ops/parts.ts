/** Ops that take parts of tensors, put them together, or put them into others. */
import { formatShape, UNKNOWN } from '../dims.ts';
import type { Dim } from '../types.ts';
import type { InferContext, OpSchema } from './schema.ts';

const PAD_MODES = ['constant', 'reflect', 'edge', 'wrap'];

function expectIndices(c: InferContext): void {
  const { dtype } = c.input(1);
  if (dtype !== 'int64' && dtype !== 'int32') c.fail('input 1', 'indices of int64 or int32', dtype);
}

/** The places a Slice takes on one axis. */
export interface SliceRange {
  readonly axis: number;
  readonly start: number;
  /** One past the last place in the direction of `step`; -1 when going backwards past the front. */
  readonly end: number;
  readonly step: number;
  readonly count: number;
}

/** A Slice's ranges with negative and out-of-range numbers resolved; axes must have known sizes. */
export function sliceRanges(c: InferContext): SliceRange[] {
  const { shape } = c.input(0);
  const starts = c.constantInts(1, 'starts');
  const ends = c.constantInts(2, 'ends');
  const axes = c.has(3) ? c.constantInts(3, 'axes') : starts.map((_, i) => i);
  const steps = c.has(4) ? c.constantInts(4, 'steps') : starts.map(() => 1);
  const lists: [number, readonly number[]][] = [
    [2, ends],
    [3, axes],
    [4, steps],
  ];
  for (const [index, list] of lists) {
    if (list.length !== starts.length) {
      c.fail(`input ${index}`, `${starts.length} numbers, as input 1`, String(list.length));
    }
  }
  const positive = axes.map((axis) => c.axis(axis, shape.length));
  c.distinct(3, positive);
  return positive.map((axis, i) => {
    const size = shape[axis];
    if (typeof size !== 'number')
      return c.fail('input 0', `a known size on axis ${axis}`, formatShape(shape));
    const step = steps[i] ?? 1;
    if (step === 0) c.fail('input 4', 'steps other than 0', '0');
    const resolve = (value: number, low: number, high: number): number =>
      Math.min(Math.max(value < 0 ? value + size : value, low), high);
    const start = step > 0 ? resolve(starts[i] ?? 0, 0, size) : resolve(starts[i] ?? 0, 0, size - 1);
    const end = step > 0 ? resolve(ends[i] ?? 0, 0, size) : resolve(ends[i] ?? 0, -1, size - 1);
    return { axis, start, end, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  });
}

/** The sizes a Split makes of its axis: given ones, or `num_outputs` equal ones of which the last may be smaller. */
function splitSizes(c: InferContext, size: Dim): readonly Dim[] {
  const count = c.node.outputs.length;
  if (c.has(1)) {
    const sizes = c.constantSizes(1, 'the sizes of the parts');
    const total = sizes.reduce((sum, part) => sum + part, 0);
    if (sizes.length !== count)
      c.fail('input 1', `${count} sizes, one for each output`, `[${sizes.join(', ')}]`);
    if (typeof size === 'number' && total !== size) {
      c.fail('input 1', `sizes that make ${size} together`, `[${sizes.join(', ')}]`);
    }
    return sizes;
  }
  const stated = c.int('num_outputs', count);
  if (stated !== count) c.fail('attribute "num_outputs"', `${count}, the number of outputs`, String(stated));
  if (typeof size !== 'number') return Array.from({ length: count }, () => UNKNOWN);
  const part = Math.ceil(size / count);
  const last = size - part * (count - 1);
  if (last < 1)
    c.fail('attribute "num_outputs"', `parts that divide ${size}, none of them empty`, String(count));
  return Array.from({ length: count }, (_, i) => (i < count - 1 ? part : last));
}

export const parts = {
  Concat: {
    inputs: [1, Infinity],
    outputs: [1, 1],
    attributes: { axis: 'int' },
    infer(c) {
      const { dtype, shape } = c.input(0);
      const axis = c.axis(c.requiredInt('axis'), shape.length);
      let size: Dim = shape[axis] ?? UNKNOWN;
      for (let i = 1; i < c.inputCount; i++) {
        c.sameType(i);
        c.expectShape(i, shape.with(axis, UNKNOWN));
        const other = c.input(i).shape[axis];
        size = typeof size === 'number' && typeof other === 'number' ? size + other : UNKNOWN;
      }
      return [{ dtype, shape: shape.with(axis, size) }];
    },
  },
  Split: {
    inputs: [1, 2],
    outputs: [1, Infinity],
    attributes: { axis: 'int', num_outputs: 'int' },
    infer(c) {
      const { dtype, shape } = c.input(0);
      const axis = c.axis(c.int('axis', 0), shape.length);
      return splitSizes(c, shape[axis] ?? UNKNOWN).map((size) => ({ dtype, shape: shape.with(axis, size) }));
    },
  },
  Slice: {
    inputs: [3, 5],
    outputs: [1, 1],
    infer(c) {
      const { dtype, shape } = c.input(0);
      const sliced = [...shape];
      for (const { axis, count } of sliceRanges(c)) sliced[axis] = count;
      return [{ dtype, shape: sliced }];
    },
  },
  Pad: {
    inputs: [2, 4],
    outputs: [1, 1],
    attributes: { mode: 'string' },
    infer(c) {
      const { dtype, shape } = c.input(0);
      const pads = c.constantInts(1, 'pads');
      const axes = c.has(3)
        ? c.constantInts(3, 'axes').map((axis) => c.axis(axis, shape.length))
        : shape.map((_, i) => i);
      c.distinct(3, axes);
      const mode = c.string('mode', 'constant');
      if (!PAD_MODES.includes(mode)) c.fail('attribute "mode"', PAD_MODES.join(', '), mode);
      if (c.has(2)) c.sameType(2);
      if (pads.length !== 2 * axes.length)
        c.fail('input 1', `${2 * axes.length} sizes`, `[${pads.join(', ')}]`);
      const padded = [...shape];
      axes.forEach((axis, i) => {
        const extra = (pads[i] ?? 0) + (pads[i + axes.length] ?? 0);
        const size = shape[axis] ?? UNKNOWN;
        if (typeof size === 'number' && size + extra < 0) {
          c.fail('input 1', `pads that leave something of axis ${axis}`, `[${pads.join(', ')}]`);
        }
        padded[axis] = typeof size === 'number' ? size + extra : extra === 0 ? size : UNKNOWN;
      });
      return [{ dtype, shape: padded }];
    },
  },
  Gather: {
    inputs: [2, 2],
    outputs: [1, 1],
    attributes: { axis: 'int' },
    infer(c) {
      const { dtype, shape } = c.input(0);
      expectIndices(c);
      const axis = c.axis(c.int('axis', 0), shape.length);
      return [{ dtype, shape: [...shape.slice(0, axis), ...c.input(1).shape, ...shape.slice(axis + 1)] }];
    },
  },
  ScatterElements: {
    inputs: [3, 3],
    outputs: [1, 1],
    attributes: { axis: 'int', reduction: 'string' },
    infer(c) {
      const { shape } = c.input(0);
      expectIndices(c);
      c.shapeOf(1, shape.length, 'an index for every update');
      c.axis(c.int('axis', 0), shape.length);
      c.sameType(2);
      c.expectShape(2, c.input(1).shape);
      return [c.input(0)];
    },
  },
  /** Puts `updates` at the places that the last axis of `indices` names. */
  ScatterND: {
    inputs: [3, 3],
    outputs: [1, 1],
    attributes: { reduction: 'string' },
    infer(c) {
      const { dtype, shape } = c.input(0);
      const indices = c.input(1);
      const depth = indices.shape.at(-1);
      if (indices.dtype !== 'int64') c.fail('input 1', 'indices of int64', indices.dtype);
      if (typeof depth !== 'number' || depth > shape.length) {
        return c.fail('input 1', `${shape.length} indices a place, or less`, formatShape(indices.shape));
      }
      c.sameType(2);
      c.expectShape(2, [...indices.shape.slice(0, -1), ...shape.slice(depth)]);
      return [{ dtype, shape }];
    },
  },
} satisfies Record<string, OpSchema>;
