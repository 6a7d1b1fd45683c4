/** Ops that move elements about without computing. */
import { divideDims, formatShape, multiplyDims, UNKNOWN } from '../dims.ts';
import type { Dim, Shape } from '../types.ts';
import { broadcastShapes, type InferContext, type OpSchema } from './schema.ts';

function reshaped(c: InferContext): Shape {
  const from = c.input(0).shape;
  if (c.constant(1) === undefined) {
    const rank = c.shapeOf(1, 1, 'a shape')[0];
    if (typeof rank !== 'number') return c.fail('input 1', 'a shape of known rank', String(rank));
    return Array.from({ length: rank }, () => UNKNOWN);
  }
  const target = c.constantInts(1, 'the target shape');
  if (target.some((size) => size < -1) || target.indexOf(-1) !== target.lastIndexOf(-1)) {
    c.fail('input 1', 'sizes from 0 up, one of them -1 at most', `[${target.join(', ')}]`);
  }
  const copyZero = c.int('allowzero', 0) === 0;
  const shape = target.map((size, i): Dim => {
    if (size !== 0 || !copyZero) return size;
    return (
      from[i] ??
      c.fail('input 1', `zeros only within the first ${from.length} sizes`, `[${target.join(', ')}]`)
    );
  });
  const open = shape.indexOf(-1);
  const total = multiplyDims(from);
  if (open >= 0) {
    const rest = divideDims(total, multiplyDims(shape.toSpliced(open, 1)));
    shape[open] =
      rest ?? c.fail('input 1', `a shape for the elements of ${formatShape(from)}`, `[${target.join(', ')}]`);
    return shape;
  }
  const wanted = multiplyDims(shape);
  const ratio = total === wanted ? 1 : divideDims(total, wanted);
  if (ratio === undefined || (typeof ratio === 'number' && ratio !== 1)) {
    c.fail('input 1', `a shape for the ${total} elements of ${formatShape(from)}`, `[${target.join(', ')}]`);
  }
  return shape;
}

const DEPTH_MODES = ['DCR', 'CRD'];
const PAD_MODES = ['constant', 'reflect', 'edge', 'wrap'];

function expectIndices(c: InferContext): void {
  const { dtype } = c.input(1);
  if (dtype !== 'int64' && dtype !== 'int32') c.fail('input 1', 'indices of int64 or int32', dtype);
}

/** The axes of size 1, which must all be known. */
function onesOf(c: InferContext): number[] {
  const { shape } = c.input(0);
  if (shape.some((dim) => typeof dim !== 'number')) {
    c.fail('input 0', 'known sizes, since no axes are given', formatShape(shape));
  }
  return shape.flatMap((dim, i) => (dim === 1 ? [i] : []));
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

/** Images `[N, C, H, W]` and the size of the blocks that become channels, or are made of them. */
function blocksOf(c: InferContext): { batch: Dim; channels: Dim; sizes: readonly Dim[]; block: number } {
  const [batch = UNKNOWN, channels = UNKNOWN, ...sizes] = c.shapeOf(0, 4, 'an image batch [N, C, H, W]');
  const block = c.requiredInt('blocksize');
  if (block < 1) c.fail('attribute "blocksize"', 'a positive size', String(block));
  return { batch, channels, sizes, block };
}

function divided(c: InferContext, dim: Dim, divisor: number): Dim {
  const shape = formatShape(c.input(0).shape);
  return divideDims(dim, divisor) ?? c.fail('input 0', `${dim} to be a multiple of ${divisor}`, shape);
}

export const layout = {
  Reshape: {
    inputs: [2, 2],
    outputs: [1, 1],
    attributes: { allowzero: 'int' },
    infer: (c) => [{ dtype: c.input(0).dtype, shape: reshaped(c) }],
  },
  Flatten: {
    inputs: [1, 1],
    outputs: [1, 1],
    attributes: { axis: 'int' },
    infer(c) {
      const { dtype, shape } = c.input(0);
      const given = c.int('axis', 1);
      const axis = given === shape.length ? given : c.axis(given, shape.length);
      return [{ dtype, shape: [multiplyDims(shape.slice(0, axis)), multiplyDims(shape.slice(axis))] }];
    },
  },
  Transpose: {
    inputs: [1, 1],
    outputs: [1, 1],
    attributes: { perm: 'ints' },
    infer(c) {
      const { dtype, shape } = c.input(0);
      const perm = c.ints('perm') ?? shape.map((_, i) => shape.length - 1 - i);
      if ([...perm].sort((a, b) => a - b).some((axis, i) => axis !== i) || perm.length !== shape.length) {
        c.fail('attribute "perm"', `an order of ${shape.length} axes`, `[${perm.join(', ')}]`);
      }
      return [{ dtype, shape: perm.map((axis) => shape[axis] ?? UNKNOWN) }];
    },
  },
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
  Expand: {
    inputs: [2, 2],
    outputs: [1, 1],
    infer(c) {
      const { dtype, shape } = c.input(0);
      if (c.constant(1) === undefined) {
        const rank = c.shapeOf(1, 1, 'a shape')[0];
        if (typeof rank !== 'number') return c.fail('input 1', 'a shape of known rank', String(rank));
        return [{ dtype, shape: Array.from({ length: Math.max(rank, shape.length) }, () => UNKNOWN) }];
      }
      const target = c.constantSizes(1, 'a shape');
      const expanded = broadcastShapes(shape, target);
      return [
        {
          dtype,
          shape:
            expanded ??
            c.fail('input 1', `a shape that ${formatShape(shape)} expands to`, `[${target.join(', ')}]`),
        },
      ];
    },
  },
  Squeeze: {
    inputs: [1, 2],
    outputs: [1, 1],
    infer(c) {
      const { dtype, shape } = c.input(0);
      const axes = c.has(1) ? c.constantInts(1, 'axes').map((axis) => c.axis(axis, shape.length)) : onesOf(c);
      for (const axis of axes) {
        if (typeof shape[axis] === 'number' && shape[axis] !== 1)
          c.fail('input 0', `size 1 on axis ${axis}`, formatShape(shape));
      }
      c.distinct(1, axes);
      return [{ dtype, shape: shape.filter((_, i) => !axes.includes(i)) }];
    },
  },
  Unsqueeze: {
    inputs: [2, 2],
    outputs: [1, 1],
    infer(c) {
      const { dtype, shape } = c.input(0);
      const given = c.constantInts(1, 'axes');
      const rank = shape.length + given.length;
      const axes = given.map((axis) => c.axis(axis, rank));
      c.distinct(1, axes);
      const rest = [...shape];
      return [
        {
          dtype,
          shape: Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : (rest.shift() ?? UNKNOWN))),
        },
      ];
    },
  },
  Tile: {
    inputs: [2, 2],
    outputs: [1, 1],
    infer(c) {
      const { dtype, shape } = c.input(0);
      c.expectShape(1, [shape.length]);
      const repeats = c.constant(1) && c.constantSizes(1, 'repeats');
      return [{ dtype, shape: shape.map((dim, i) => multiplyDims([dim, repeats?.[i] ?? UNKNOWN])) }];
    },
  },
  DepthToSpace: {
    inputs: [1, 1],
    outputs: [1, 1],
    attributes: { blocksize: 'int', mode: 'string' },
    infer(c) {
      const { batch, channels, sizes, block } = blocksOf(c);
      const mode = c.string('mode', 'DCR');
      if (!DEPTH_MODES.includes(mode)) c.fail('attribute "mode"', DEPTH_MODES.join(' or '), mode);
      const larger = sizes.map((size) => multiplyDims([size, block]));
      return [{ dtype: c.input(0).dtype, shape: [batch, divided(c, channels, block * block), ...larger] }];
    },
  },
  SpaceToDepth: {
    inputs: [1, 1],
    outputs: [1, 1],
    attributes: { blocksize: 'int' },
    infer(c) {
      const { batch, channels, sizes, block } = blocksOf(c);
      const smaller = sizes.map((size) => divided(c, size, block));
      return [
        { dtype: c.input(0).dtype, shape: [batch, multiplyDims([channels, block * block]), ...smaller] },
      ];
    },
  },
  /** The upper or lower triangle of matrices; the rest becomes 0. */
  Trilu: {
    inputs: [1, 2],
    outputs: [1, 1],
    attributes: { upper: 'int' },
    infer(c) {
      const { shape } = c.input(0);
      if (shape.length < 2) c.fail('input 0', 'a matrix or a stack of matrices', formatShape(shape));
      if (c.has(1)) c.expectShape(1, []);
      return [c.input(0)];
    },
  },
} satisfies Record<string, OpSchema>;
