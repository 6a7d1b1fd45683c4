/** Gradients of the ops that work element by element. Notation: y = f(x, …), dy the cotangent of y. */
import type { Value } from '../../onnx/graph-builder.ts';
import type { elementwise as schemas } from '../../onnx/ops/elementwise.ts';
import {
  constantLike,
  isFloat,
  unsupported,
  UNSUPPORTED,
  ZERO,
  type GradientRule,
  type Vjp,
  type VjpContext,
} from '../rule.ts';

/** Each operand that equals the extremum takes an equal share, as PyTorch's `maximum` and `amax` give it. */
const extremum: Vjp = ({ g, node, x, outputs, dy }) => {
  const masks = node.inputs.map((_, i) => g.cast(g.equal(x(i), outputs[0] as Value), dy.dtype));
  const share = g.div(dy, masks.length === 1 ? (masks[0] as Value) : g.sum(masks));
  return masks.map((mask) => g.mul(share, mask));
};

/** dx = dy where low ≤ x ≤ high. */
const clip: Vjp = ({ g, inputs, x, dy, needs, node }) => {
  if (needs(1) || needs(2)) unsupported(node, 'its bounds are constants by design');
  const [, low, high] = inputs;
  const conditions = [low && g.greaterOrEqual(x(0), low), high && g.lessOrEqual(x(0), high)].filter(
    (value) => value !== undefined,
  );
  const [first, second] = conditions;
  if (first === undefined) return [dy];
  return [g.where(second ? g.and(first, second) : first, dy, constantLike(g, dy, 0))];
};

/** d(x^p)/dx = p x^(p−1), 0 where p = 0; d(x^p)/dp = x^p ln x, 0 where x = 0. */
const pow: Vjp = ({ g, x, outputs, dy, needs }) => [
  needs(0) ? g.mul(dy, powBase(g, x(0), x(1))) : undefined,
  needs(1) ? g.mul(dy, powExponent(g, x(0), outputs[0] as Value)) : undefined,
];

function powBase(g: VjpContext['g'], base: Value, exponent: Value): Value {
  const p = exponent.dtype === base.dtype ? exponent : g.cast(exponent, base.dtype);
  const slope = g.mul(p, g.pow(base, g.sub(p, constantLike(g, p, 1))));
  return g.where(g.equal(p, constantLike(g, p, 0)), constantLike(g, base, 0), slope);
}

function powExponent(g: VjpContext['g'], base: Value, y: Value): Value {
  const zero = constantLike(g, base, 0);
  return g.where(g.equal(base, zero), zero, g.mul(y, g.log(base)));
}

const INTEGERS = UNSUPPORTED('it works on integers');

export const elementwise: Readonly<Record<keyof typeof schemas, GradientRule>> = {
  Add: ({ dy }) => [dy, dy],
  Sub: ({ g, dy, needs }) => [dy, needs(1) ? g.neg(dy) : undefined],
  Mul: ({ g, x, dy, needs }) => [
    needs(0) ? g.mul(dy, x(1)) : undefined,
    needs(1) ? g.mul(dy, x(0)) : undefined,
  ],
  Div: ({ g, x, outputs, dy, needs }) => {
    const quotient = g.div(dy, x(1));
    return [quotient, needs(1) ? g.neg(g.mul(quotient, outputs[0] as Value)) : undefined];
  },
  Mod: INTEGERS,
  BitShift: INTEGERS,
  BitwiseAnd: INTEGERS,
  BitwiseOr: INTEGERS,
  BitwiseXor: INTEGERS,
  And: ZERO,
  Or: ZERO,
  Xor: ZERO,
  Not: ZERO,
  Equal: ZERO,
  Greater: ZERO,
  GreaterOrEqual: ZERO,
  Less: ZERO,
  LessOrEqual: ZERO,
  Sign: ZERO,
  Floor: ZERO,
  Ceil: ZERO,
  Round: ZERO,
  Max: extremum,
  Min: extremum,
  Sum: ({ node, dy }) => node.inputs.map(() => dy),
  Pow: pow,
  Where: ({ g, x, dy, needs }) => [
    undefined,
    needs(1) ? g.where(x(0), dy, constantLike(g, dy, 0)) : undefined,
    needs(2) ? g.where(x(0), constantLike(g, dy, 0), dy) : undefined,
  ],
  Neg: ({ g, dy }) => [g.neg(dy)],
  Abs: ({ g, x, dy }) => [g.mul(dy, g.sign(x(0)))],
  Exp: ({ g, outputs, dy }) => [g.mul(dy, outputs[0] as Value)],
  Log: ({ g, x, dy }) => [g.div(dy, x(0))],
  Sqrt: ({ g, outputs, dy }) => [g.div(g.mul(dy, constantLike(g, dy, 0.5)), outputs[0] as Value)],
  Reciprocal: ({ g, outputs, dy }) => {
    const y = outputs[0] as Value;
    return [g.neg(g.mul(dy, g.mul(y, y)))];
  },
  Sin: ({ g, x, dy }) => [g.mul(dy, g.cos(x(0)))],
  Cos: ({ g, x, dy }) => [g.neg(g.mul(dy, g.sin(x(0))))],
  /** dx = dy 2 / √π exp(−x²) */
  Erf: ({ g, x, dy }) => {
    const bell = g.exp(g.neg(g.mul(x(0), x(0))));
    return [g.mul(dy, g.mul(bell, constantLike(g, dy, 2 / Math.sqrt(Math.PI))))];
  },
  Identity: ({ dy }) => [dy],
  Clip: clip,
  Cast: ({ g, x, dy }) => [isFloat(x(0).dtype) ? g.cast(dy, x(0).dtype) : undefined],
};
