/** Gradients of activation functions; at corners they are PyTorch's. Notation: y = f(x), dy the cotangent of y. */
import type { GraphBuilder, Value } from '../../onnx/graph-builder.ts';
import type { activation as schemas } from '../../onnx/ops/activation.ts';
import { constantLike, type GradientRule, type Vjp } from '../rule.ts';

/** 1 where x > bound, else 0. */
function above(g: GraphBuilder, x: Value, bound: number): Value {
  return g.cast(g.greater(x, constantLike(g, x, bound)), x.dtype);
}

/** dx = dy where x > 0, and dy · slope elsewhere. */
function sided(g: GraphBuilder, x: Value, dy: Value, slope: Value): Value {
  return g.where(g.greater(x, constantLike(g, x, 0)), dy, g.mul(dy, slope));
}

/** y = γ x above 0, γ α (exp(x) − 1) below; there its slope is y + γ α. */
function exponential(alphaDefault: number, gammaDefault: number): Vjp {
  return ({ g, attributes, x, outputs, dy }) => {
    const gamma = attributes.float('gamma', gammaDefault);
    const drop = constantLike(g, dy, gamma * attributes.float('alpha', alphaDefault));
    const below = g.mul(dy, g.add(outputs[0] as Value, drop));
    const positive = gamma === 1 ? dy : g.mul(dy, constantLike(g, dy, gamma));
    return [g.where(g.greater(x(0), constantLike(g, dy, 0)), positive, below)];
  };
}

/** y = max(0, x) + min(0, α (exp(x / α) − 1)); below 0 its slope is y / α + 1. */
const celu: Vjp = ({ g, attributes, x, outputs, dy }) => {
  const alpha = constantLike(g, dy, attributes.float('alpha', 1));
  return [sided(g, x(0), dy, g.add(g.div(outputs[0] as Value, alpha), constantLike(g, dy, 1)))];
};

/** y = clamp(α x + β, 0, 1): dx = α dy where 0 < y < 1. */
const hardSigmoid: Vjp = ({ g, attributes, outputs, dy }) => {
  const y = outputs[0] as Value;
  const inside = g.and(g.greater(y, constantLike(g, y, 0)), g.less(y, constantLike(g, y, 1)));
  const alpha = constantLike(g, dy, attributes.float('alpha', 0.2));
  return [g.mul(dy, g.mul(g.cast(inside, dy.dtype), alpha))];
};

/** y = x clamp(x / 6 + ½, 0, 1): its slope is 0 below −3, x / 3 + ½ from there, and 1 from 3 on. */
const hardSwish: Vjp = ({ g, x, dy }) => {
  const constant = (value: number): Value => constantLike(g, dy, value);
  const middle = g.add(g.div(x(0), constant(3)), constant(0.5));
  const upper = g.where(g.less(x(0), constant(3)), g.mul(dy, middle), dy);
  return [g.where(g.less(x(0), constant(-3)), constant(0), upper)];
};

/** y = x Φ(x), or with tanh in place of erf (D. Hendrycks and K. Gimpel, Gaussian Error Linear Units, 2016). */
const gelu: Vjp = ({ g, attributes, x, dy }) => {
  const slope = attributes.string('approximate', 'none') === 'tanh' ? geluTanhSlope : geluSlope;
  return [g.mul(dy, slope(g, x(0)))];
};

/** Φ(x) + x φ(x) */
function geluSlope(g: GraphBuilder, x: Value): Value {
  const constant = (value: number): Value => constantLike(g, x, value);
  const cumulative = g.mul(g.add(g.erf(g.mul(x, constant(Math.SQRT1_2))), constant(1)), constant(0.5));
  const bell = g.exp(g.mul(g.mul(x, x), constant(-0.5)));
  return g.add(cumulative, g.mul(g.mul(x, bell), constant(1 / Math.sqrt(2 * Math.PI))));
}

/** With t = tanh(a (x + b x³)): ½ (1 + t) + ½ x (1 − t²) a (1 + 3 b x²). */
function geluTanhSlope(g: GraphBuilder, x: Value): Value {
  const constant = (value: number): Value => constantLike(g, x, value);
  const [a, b] = [Math.sqrt(2 / Math.PI), 0.044715];
  const square = g.mul(x, x);
  const polynomial = (cubic: number): Value => g.add(g.mul(square, constant(a * cubic)), constant(a));
  const t = g.tanh(g.mul(x, polynomial(b)));
  const steep = g.mul(g.mul(x, g.sub(constant(1), g.mul(t, t))), polynomial(3 * b));
  return g.mul(g.add(g.add(t, constant(1)), steep), constant(0.5));
}

/** y = x tanh(softplus(x)) (D. Misra, Mish, 2019): with t the tanh, its slope is t + x σ(x) (1 − t²). */
const mish: Vjp = ({ g, x, dy }) => {
  const t = g.tanh(g.softplus(x(0)));
  const inner = g.mul(g.mul(x(0), g.sigmoid(x(0))), g.sub(constantLike(g, dy, 1), g.mul(t, t)));
  return [g.mul(dy, g.add(t, inner))];
};

export const activation: Readonly<Record<keyof typeof schemas, GradientRule>> = {
  // The mask comes from the output, which the next layer keeps anyway; the slope at 0 is 0, as PyTorch's.
  Relu: ({ g, outputs, dy }) => [g.mul(dy, above(g, outputs[0] as Value, 0))],
  LeakyRelu: ({ g, attributes, x, dy }) => [
    sided(g, x(0), dy, constantLike(g, dy, attributes.float('alpha', 0.01))),
  ],
  ThresholdedRelu: ({ g, attributes, x, dy }) => [g.mul(dy, above(g, x(0), attributes.float('alpha', 1)))],
  PRelu: ({ g, x, dy, needs }) => [
    needs(0) ? sided(g, x(0), dy, x(1)) : undefined,
    needs(1) ? g.mul(dy, g.min(x(0), constantLike(g, dy, 0))) : undefined,
  ],
  Elu: exponential(1, 1),
  Celu: celu,
  // The paper's constants, as ONNX rounds them (G. Klambauer et al., Self-Normalizing Neural Networks, 2017).
  Selu: exponential(1.6732631921768188, 1.0507010221481323),
  /** dx = dy y (1 − y) */
  Sigmoid: ({ g, outputs, dy }) => {
    const y = outputs[0] as Value;
    return [g.mul(dy, g.mul(y, g.sub(constantLike(g, dy, 1), y)))];
  },
  HardSigmoid: hardSigmoid,
  HardSwish: hardSwish,
  /** dx = dy (1 − y²) */
  Tanh: ({ g, outputs, dy }) => {
    const y = outputs[0] as Value;
    return [g.mul(dy, g.sub(constantLike(g, dy, 1), g.mul(y, y)))];
  },
  /** y = ln(1 + exp(x)) */
  Softplus: ({ g, x, dy }) => [g.mul(dy, g.sigmoid(x(0)))],
  /** y = x / (1 + |x|): dx = dy / (1 + |x|)² */
  Softsign: ({ g, x, dy }) => {
    const denominator = g.add(g.abs(x(0)), constantLike(g, dy, 1));
    return [g.div(dy, g.mul(denominator, denominator))];
  },
  Mish: mish,
  Gelu: gelu,
  /** dx = y (dy − Σ dy y) */
  Softmax: ({ g, attributes, outputs, dy }) => {
    const y = outputs[0] as Value;
    const product = g.mul(dy, y);
    return [g.sub(product, g.mul(y, g.reduceSum(product, [attributes.int('axis', -1)])))];
  },
  /** dx = dy − softmax(x) Σ dy */
  LogSoftmax: ({ g, attributes, outputs, dy }) => {
    const total = g.reduceSum(dy, [attributes.int('axis', -1)]);
    return [g.sub(dy, g.mul(g.exp(outputs[0] as Value), total))];
  },
};
