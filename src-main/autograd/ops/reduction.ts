/** Gradients of reductions. */
import type { Value } from '../../onnx/graph-builder.ts';
import { reducedAxes, type reductions as schemas } from '../../onnx/ops/reduction.ts';
import {
  constantLike,
  countAlong,
  UNSUPPORTED,
  ZERO,
  type GradientRule,
  type Vjp,
  type VjpContext,
} from '../rule.ts';

/** A reduced value with its folded axes put back as 1. */
function withAxes({ g, attributes }: VjpContext, value: Value): Value {
  if (attributes.int('keepdims', 1) === 1) return value;
  const axes = reducedAxes(attributes);
  return axes.length === 0 ? value : g.unsqueeze(value, axes);
}

function expandTo({ g, x }: VjpContext, value: Value): Value {
  const { shape } = x(0);
  if (shape.every((dim, i) => dim === value.shape[i])) return value;
  const known = shape.filter((dim) => typeof dim === 'number');
  return g.expand(value, known.length === shape.length ? g.ints(known) : g.shape(x(0)));
}

/** Equal extrema share the gradient, as PyTorch's `amax` and `amin` do. */
const extremum: Vjp = (c) => {
  const { g, x, outputs, dy } = c;
  const mask = g.cast(g.equal(x(0), withAxes(c, outputs[0] as Value)), dy.dtype);
  const axes = reducedAxes(c.attributes);
  const count = axes.length === 0 ? mask : g.reduceSum(mask, axes);
  return [g.mul(mask, g.div(withAxes(c, dy), count))];
};

/** dx = dy x / y, and 0 where the norm is 0, as PyTorch's `norm` gives it. */
const norm: Vjp = (c) => {
  const { g, x, outputs, dy } = c;
  const y = outputs[0] as Value;
  const zero = constantLike(g, dy, 0);
  const share = g.where(g.equal(y, zero), zero, g.div(dy, y));
  return [g.mul(x(0), withAxes(c, share))];
};

export const reductions: Readonly<Record<keyof typeof schemas, GradientRule>> = {
  ReduceSum: (c) => [expandTo(c, withAxes(c, c.dy))],
  ReduceMean: (c) => {
    const { g, x, dy } = c;
    const count = countAlong(g, x(0), reducedAxes(c.attributes), dy);
    return [expandTo(c, g.div(withAxes(c, dy), count))];
  },
  ReduceMax: extremum,
  ReduceMin: extremum,
  ReduceProd: UNSUPPORTED('it is used for counting elements only'),
  ReduceSumSquare: (c) => {
    const { g, x, dy } = c;
    return [g.mul(g.mul(x(0), constantLike(g, dy, 2)), withAxes(c, dy))];
  },
  ReduceL1: (c) => [c.g.mul(c.g.sign(c.x(0)), withAxes(c, c.dy))],
  ReduceL2: norm,
  ArgMax: ZERO,
  Shape: ZERO,
  Size: ZERO,
  ConstantOfShape: ZERO,
  Range: ZERO,
};
