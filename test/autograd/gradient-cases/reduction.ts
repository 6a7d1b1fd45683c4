import type { GraphBuilder, Value } from '../../../src-main/onnx/graph-builder.ts';
import type { reductions as schemas } from '../../../src-main/onnx/ops/reduction.ts';
import type { GradientCase, GradientInput } from '../../helpers/gradient-check.ts';
import type { FamilyCases } from './not-differentiated.ts';

type Reduce = (g: GraphBuilder, x: Value, axes?: readonly number[], keepdims?: boolean) => Value;

/** A reduction over one axis, several, the batch and all, with and without the folded axes. */
function reduction(
  name: 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin' | 'ReduceSumSquare' | 'ReduceL1' | 'ReduceL2',
  reduce: Reduce,
  input: Omit<GradientInput, 'dims'> = {},
  linear = false,
): GradientCase[] {
  const cases = [[1], [0, 2], [-1], [2, 0, 1], undefined].flatMap((axes) =>
    [true, false].map((keepdims): GradientCase => ({
      name: `${name} over ${axes ? `axes ${axes.join(', ')}` : 'all'}${keepdims ? ', kept' : ''}`,
      linear,
      inputs: [{ ...input, dims: [2, 4, 2], batch: true }],
      build: (g, [x]) => reduce(g, x!, axes, keepdims),
    })),
  );
  const none: GradientCase = {
    name: `${name} over none`,
    linear,
    inputs: [{ ...input, dims: [2, 3] }],
    build: (g, [x]) => g.node(name, [x, g.ints([])], { noop_with_empty_axes: 1 })[0]!,
  };
  return [...cases, none];
}

export const reductionCases: FamilyCases<typeof schemas> = {
  ReduceSum: reduction('ReduceSum', (g, ...rest) => g.reduceSum(...rest), {}, true),
  ReduceMean: reduction('ReduceMean', (g, ...rest) => g.reduceMean(...rest), {}, true),
  ReduceMax: reduction('ReduceMax', (g, ...rest) => g.reduceMax(...rest), { distinct: true }),
  ReduceMin: reduction('ReduceMin', (g, ...rest) => g.reduceMin(...rest), { distinct: true }),
  ReduceSumSquare: reduction('ReduceSumSquare', (g, ...rest) => g.reduceSumSquare(...rest)),
  ReduceL1: reduction('ReduceL1', (g, ...rest) => g.reduceL1(...rest), {
    distinct: true,
    map: (u) => u + 0.003,
  }),
  ReduceL2: reduction('ReduceL2', (g, ...rest) => g.reduceL2(...rest)),
};
