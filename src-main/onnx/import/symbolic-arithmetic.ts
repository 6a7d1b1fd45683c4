/** Arithmetic on the elements of small tensors, of which some are sizes that are still open. */
import { divideDims, multiplyDims, UNKNOWN } from '../dims.ts';
import type { DataType } from '../tensor.ts';
import type { Dim } from '../types.ts';

/** An operation on the elements of one place. */
type Operation = (...operands: readonly Dim[]) => Dim;

/** An operation on numbers; unknown where an operand is a symbol. */
export function numbers(body: (...operands: number[]) => number): Operation {
  return (...operands) =>
    operands.every((value) => typeof value === 'number') ? body(...(operands as number[])) : UNKNOWN;
}

/** A sum; unknown where a symbol is added to what is not 0. */
export function add(a: Dim, b: Dim): Dim {
  if (a === 0) return b;
  if (b === 0) return a;
  return typeof a === 'number' && typeof b === 'number' ? a + b : UNKNOWN;
}

function times(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  const whole = [a, b].every((value) => typeof value === 'string' || Number.isInteger(value));
  return whole ? multiplyDims([a, b]) : UNKNOWN;
}

function equal(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return Number(a === b);
  if (a === b && a !== UNKNOWN) return 1;
  // A size of images is never 0 or less, so a symbol differs from -1, which stands for "as it is".
  const number = typeof a === 'number' ? a : b;
  return typeof number === 'number' && number < 1 && a !== UNKNOWN && b !== UNKNOWN ? 0 : UNKNOWN;
}

/** Operations element by element, by op; division needs the type too, see {@link divided}. */
export const ARITHMETIC: Readonly<Record<string, Operation>> = {
  Identity: (a) => a,
  Neg: numbers((a) => -a),
  Abs: numbers(Math.abs),
  Floor: numbers(Math.floor),
  Ceil: numbers(Math.ceil),
  Sqrt: numbers(Math.sqrt),
  Exp: numbers(Math.exp),
  Log: numbers(Math.log),
  Reciprocal: numbers((a) => 1 / a),
  Not: numbers((a) => 1 - a),
  Add: add,
  Sub: (a, b) => (b === 0 ? a : numbers((x, y) => x - y)(a, b)),
  Mul: times,
  Mod: numbers(modulo),
  Pow: numbers(Math.pow),
  Min: numbers(Math.min),
  Max: numbers(Math.max),
  Equal: equal,
  Greater: numbers((a, b) => Number(a > b)),
  GreaterOrEqual: numbers((a, b) => Number(a >= b)),
  Less: numbers((a, b) => Number(a < b)),
  LessOrEqual: numbers((a, b) => Number(a <= b)),
  And: numbers((a, b) => a * b),
  Or: numbers(Math.max),
  Where: (condition, then, otherwise) => (condition === 1 ? then : condition === 0 ? otherwise : UNKNOWN),
};

/** The rest has the divisor's sign. */
function modulo(a: number, b: number): number {
  return a - b * Math.floor(a / b);
}

/** Division of integers drops the rest, towards zero; of floats it does not. */
export function divided(a: Dim, b: Dim, dtype: DataType): Dim {
  if (typeof a !== 'number' || typeof b !== 'number') return divideDims(a, b) ?? UNKNOWN;
  return dtype.startsWith('float') ? a / b : b === 0 ? UNKNOWN : Math.trunc(a / b);
}
