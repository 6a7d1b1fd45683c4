/** Ops that give the same elements in the same order another shape. */
import { divideDims, formatShape, multiplyDims, UNKNOWN } from '../dims.ts';
import type { Dim, Shape } from '../types.ts';
import type { InferContext, OpSchema } from './schema.ts';

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

/** The axes of size 1, which must all be known. */
function onesOf(c: InferContext): number[] {
  const { shape } = c.input(0);
  if (shape.some((dim) => typeof dim !== 'number')) {
    c.fail('input 0', 'known sizes, since no axes are given', formatShape(shape));
  }
  return shape.flatMap((dim, i) => (dim === 1 ? [i] : []));
}

export const reshaping = {
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
} satisfies Record<string, OpSchema>;
