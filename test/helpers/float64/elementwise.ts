/** Ops that work element by element. */
import { dataTypeOf } from '../../../src-main/onnx/data-types.ts';
import type { elementwise as schemas } from '../../../src-main/onnx/ops/elementwise.ts';
import type { DataType } from '../../../src-main/onnx/tensor.ts';
import type { Kernel } from './kernel.ts';
import { bitsOf, broadcastAt, broadcastDims, fill, isInteger, wrap } from './values.ts';

/** A function of each element. */
export function unary(f: (x: number) => number): Kernel {
  return (node) => {
    const { dtype, dims, data } = node.x(0);
    return [{ dtype, dims, data: data.map(f) }];
  };
}

/** A function of all operands, broadcast; the result has the first operand's type, or `result`. */
function broadcasting(f: (...operands: number[]) => number, result?: DataType): Kernel {
  return (node) => {
    const operands = node.inputs.map((_, i) => node.x(i));
    const dims = broadcastDims(operands.map((operand) => operand.dims));
    const element = (index: readonly number[]): number =>
      f(...operands.map((operand) => broadcastAt(operand, index)));
    return [fill(result ?? operands[0]!.dtype, dims, element)];
  };
}

/** Arithmetic that wraps around on integers, as C's does on unsigned ones. */
function arithmetic(
  onFloats: (a: number, b: number) => number,
  onIntegers: (a: bigint, b: bigint) => bigint,
): Kernel {
  return (node) => {
    const { dtype } = node.x(0);
    const f = isInteger(dtype)
      ? (a: number, b: number) => wrap(dtype, onIntegers(BigInt(a), BigInt(b)))
      : onFloats;
    return broadcasting(f)(node);
  };
}

function onIntegersOnly(f: (a: bigint, b: bigint) => bigint): Kernel {
  return arithmetic(() => Number.NaN, f);
}

function comparison(holds: (a: number, b: number) => boolean): Kernel {
  return broadcasting((a, b) => Number(holds(a, b)), 'bool');
}

/** On integers the result has the divisor's sign; with `fmod` it has the dividend's, on all types. */
const mod: Kernel = (node) => {
  const remainder = (a: number, b: number): number => a % b;
  const modulo = (a: number, b: number): number => a - b * Math.floor(a / b);
  return broadcasting(node.int('fmod', 0) === 1 ? remainder : modulo)(node);
};

const bitShift: Kernel = (node) => {
  const { dtype } = node.x(0);
  const left = node.string('direction', '') === 'LEFT';
  const shift = (a: number, bits: number): number => {
    if (bits >= bitsOf(dtype)) return node.fail(`shifts by ${bits} bits, which C leaves undefined`);
    return wrap(dtype, left ? BigInt(a) << BigInt(bits) : BigInt(a) >> BigInt(bits));
  };
  return broadcasting(shift)(node);
};

const where: Kernel = (node) => {
  const [result] = broadcasting((condition, a, b) => (condition === 0 ? b : a))(node);
  return [{ ...result!, dtype: node.x(1).dtype }];
};

const cast: Kernel = (node) => {
  const dtype = dataTypeOf(node.int('to', 0)) ?? node.fail('casts to an unknown type');
  const convert = (value: number): number => {
    if (dtype === 'bool') return Number(value !== 0);
    return isInteger(dtype) ? wrap(dtype, BigInt(Math.trunc(value))) : value;
  };
  return [{ dtype, dims: node.x(0).dims, data: node.x(0).data.map(convert) }];
};

const clip: Kernel = (node) => {
  const low = node.inputs[1]?.data[0] ?? -Infinity;
  const high = node.inputs[2]?.data[0] ?? Infinity;
  return unary((x) => Math.min(Math.max(x, low), high))(node);
};

function roundToEven(x: number): number {
  const floor = Math.floor(x);
  const up = x - floor > 0.5 || (x - floor === 0.5 && floor % 2 !== 0);
  return up ? floor + 1 : floor;
}

/**
 * The error function by its power series, 2 / √π Σ (−1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)). Up to |x| = 4, where the largest
 * term is 1e6, it is right to 1e-9; beyond, 1 is right to 2e-8.
 */
export function erf(x: number): number {
  if (Math.abs(x) > 4) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 100; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

export const elementwise: Readonly<Record<keyof typeof schemas, Kernel>> = {
  Add: arithmetic(
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  Sub: arithmetic(
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  Mul: arithmetic(
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  Div: arithmetic(
    (a, b) => a / b,
    (a, b) => a / b,
  ),
  Mod: mod,
  BitShift: bitShift,
  BitwiseAnd: onIntegersOnly((a, b) => a & b),
  BitwiseOr: onIntegersOnly((a, b) => a | b),
  BitwiseXor: onIntegersOnly((a, b) => a ^ b),
  And: comparison((a, b) => a !== 0 && b !== 0),
  Or: comparison((a, b) => a !== 0 || b !== 0),
  Xor: comparison((a, b) => (a !== 0) !== (b !== 0)),
  Equal: comparison((a, b) => a === b),
  Greater: comparison((a, b) => a > b),
  GreaterOrEqual: comparison((a, b) => a >= b),
  Less: comparison((a, b) => a < b),
  LessOrEqual: comparison((a, b) => a <= b),
  Max: broadcasting(Math.max),
  Min: broadcasting(Math.min),
  Sum: broadcasting((...operands) => operands.reduce((sum, operand) => sum + operand, 0)),
  Pow: broadcasting((base, exponent) => base ** exponent),
  Where: where,
  Neg: unary((x) => -x),
  Abs: unary(Math.abs),
  Sign: unary(Math.sign),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary(roundToEven),
  Not: unary((x) => Number(x === 0)),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Sqrt: unary(Math.sqrt),
  Reciprocal: unary((x) => 1 / x),
  Sin: unary(Math.sin),
  Cos: unary(Math.cos),
  Erf: unary(erf),
  Identity: unary((x) => x),
  Clip: clip,
  Cast: cast,
};
