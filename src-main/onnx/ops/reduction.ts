/** Ops that fold axes away. Axes are an input, as since opset 18. */
import { UNKNOWN } from '../dims.ts';
import type { Dim } from '../types.ts';
import type { InferContext, OpSchema } from './schema.ts';

/** The axes a reduction folds, from the front and sorted; all of them when none are named. */
export function reducedAxes(c: InferContext): number[] {
  const rank = c.input(0).shape.length;
  const axes = c.has(1) ? c.constantInts(1, 'axes') : [];
  if (axes.length === 0)
    return c.int('noop_with_empty_axes', 0) === 1 ? [] : c.input(0).shape.map((_, i) => i);
  const positive = axes.map((axis) => c.axis(axis, rank));
  return [...c.distinct(1, positive)].sort((a, b) => a - b);
}

const reduction: OpSchema = {
  inputs: [1, 2],
  outputs: [1, 1],
  elements: 'number',
  attributes: { keepdims: 'int', noop_with_empty_axes: 'int' },
  infer(c) {
    const { dtype, shape } = c.input(0);
    const axes = new Set(reducedAxes(c));
    const keep = c.int('keepdims', 1) === 1;
    const reduced = shape.flatMap((dim, i): Dim[] => (axes.has(i) ? (keep ? [1] : []) : [dim]));
    return [{ dtype, shape: reduced }];
  },
};

export const reductions = {
  ReduceSum: reduction,
  ReduceMean: reduction,
  ReduceMax: reduction,
  ReduceMin: reduction,
  ReduceProd: reduction,
  ReduceSumSquare: reduction,
  ReduceL1: reduction,
  ReduceL2: reduction,
  ArgMax: {
    inputs: [1, 1],
    outputs: [1, 1],
    elements: 'number',
    attributes: { axis: 'int', keepdims: 'int', select_last_index: 'int' },
    infer(c) {
      const { shape } = c.input(0);
      const axis = c.axis(c.int('axis', 0), shape.length);
      const keep = c.int('keepdims', 1) === 1;
      return [
        {
          dtype: 'int64',
          shape: keep ? shape.map((dim, i) => (i === axis ? 1 : dim)) : shape.toSpliced(axis, 1),
        },
      ];
    },
  },
  Shape: {
    inputs: [1, 1],
    outputs: [1, 1],
    attributes: { start: 'int', end: 'int' },
    infer(c) {
      const rank = c.input(0).shape.length;
      const clamp = (value: number): number => Math.min(Math.max(value < 0 ? value + rank : value, 0), rank);
      const length = clamp(c.int('end', rank)) - clamp(c.int('start', 0));
      return [{ dtype: 'int64', shape: [Math.max(0, length)] }];
    },
  },
  /** The number of elements. */
  Size: { inputs: [1, 1], outputs: [1, 1], infer: () => [{ dtype: 'int64', shape: [] }] },
  ConstantOfShape: {
    inputs: [1, 1],
    outputs: [1, 1],
    attributes: { value: 'tensor' },
    infer(c) {
      const value = c.node.attributes['value'];
      const dtype = value?.type === 'tensor' ? value.value.dtype : 'float32';
      if (value?.type === 'tensor' && value.value.data.length !== 1) {
        c.fail('attribute "value"', 'one element', String(value.value.data.length));
      }
      const rank = c.shapeOf(0, 1, 'a shape')[0];
      if (typeof rank !== 'number') return c.fail('input 0', 'a shape of known rank', String(rank));
      if (!c.constant(0)) return [{ dtype, shape: Array.from({ length: rank }, () => UNKNOWN) }];
      return [{ dtype, shape: c.constantSizes(0, 'a shape') }];
    },
  },
  Range: {
    inputs: [3, 3],
    outputs: [1, 1],
    elements: 'number',
    infer(c) {
      for (const i of [0, 1, 2]) {
        c.sameType(i);
        c.expectShape(i, []);
      }
      const values = [0, 1, 2].map((i) => (c.constant(i) ? c.constantNumbers(i, 'a number')[0] : undefined));
      const [start, limit, delta] = values;
      if (delta === 0) c.fail('input 2', 'a step other than 0', '0');
      const known = start !== undefined && limit !== undefined && delta !== undefined;
      return [
        {
          dtype: c.input(0).dtype,
          shape: [known ? Math.max(0, Math.ceil((limit - start) / delta)) : UNKNOWN],
        },
      ];
    },
  },
} satisfies Record<string, OpSchema>;
