/** Activation functions. */
import type { activation as schemas } from '../../../src-main/onnx/ops/activation.ts';
import { erf, unary } from './elementwise.ts';
import { frontAxis, type Kernel, type NodeView } from './kernel.ts';
import { at, broadcastAt, fill, indices, type Value64 } from './values.ts';

/** log Σ exp(x) over one axis, for every index of `x`. */
function logSumExp(x: Value64, axis: number): (index: readonly number[]) => number {
  const along = (index: readonly number[]): number[] =>
    Array.from({ length: x.dims[axis]! }, (_, place) => at(x, index.with(axis, place)));
  const totals = new Map<string, number>();
  for (const index of indices(x.dims.with(axis, 1))) {
    const values = along(index);
    const largest = Math.max(...values);
    const total = values.reduce((sum, value) => sum + Math.exp(value - largest), 0);
    totals.set(index.join(), largest + Math.log(total));
  }
  return (index) => totals.get(index.with(axis, 0).join())!;
}

function softmaxLike(finish: (logarithm: number) => number): Kernel {
  return (node: NodeView) => {
    const x = node.x(0);
    const total = logSumExp(x, frontAxis(node.int('axis', -1), x.dims.length));
    return [fill(x.dtype, x.dims, (index) => finish(at(x, index) - total(index)))];
  };
}

/** A function of each element and an attribute. */
function withAlpha(fallback: number, f: (x: number, alpha: number) => number): Kernel {
  return (node) => unary((x) => f(x, node.float('alpha', fallback)))(node);
}

const clamp01 = (x: number): number => Math.min(Math.max(x, 0), 1);
const softplus = (x: number): number => Math.log1p(Math.exp(x));

const pRelu: Kernel = (node) => {
  const [x, slope] = [node.x(0), node.x(1)];
  return [
    fill(x.dtype, x.dims, (index) => {
      const value = at(x, index);
      return value > 0 ? value : value * broadcastAt(slope, index);
    }),
  ];
};

const selu: Kernel = (node) => {
  const alpha = node.float('alpha', 1.6732631921768188);
  const gamma = node.float('gamma', 1.0507010221481323);
  return unary((x) => gamma * (x > 0 ? x : alpha * Math.expm1(x)))(node);
};

const hardSigmoid: Kernel = (node) => {
  const [alpha, beta] = [node.float('alpha', 0.2), node.float('beta', 0.5)];
  return unary((x) => clamp01(alpha * x + beta))(node);
};

const gelu: Kernel = (node) =>
  node.string('approximate', 'none') === 'tanh'
    ? unary((x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))))(node)
    : unary((x) => (x / 2) * (1 + erf(x / Math.SQRT2)))(node);

export const activation: Readonly<Record<keyof typeof schemas, Kernel>> = {
  Relu: unary((x) => Math.max(x, 0)),
  LeakyRelu: withAlpha(0.01, (x, alpha) => (x > 0 ? x : alpha * x)),
  ThresholdedRelu: withAlpha(1, (x, alpha) => (x > alpha ? x : 0)),
  PRelu: pRelu,
  Elu: withAlpha(1, (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x))),
  Celu: withAlpha(1, (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x / alpha))),
  Selu: selu,
  Sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  HardSigmoid: hardSigmoid,
  HardSwish: unary((x) => x * clamp01(x / 6 + 0.5)),
  Tanh: unary(Math.tanh),
  Softplus: unary(softplus),
  Softsign: unary((x) => x / (1 + Math.abs(x))),
  Mish: unary((x) => x * Math.tanh(softplus(x))),
  Gelu: gelu,
  Softmax: softmaxLike(Math.exp),
  LogSoftmax: softmaxLike((logarithm) => logarithm),
};
