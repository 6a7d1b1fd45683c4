/** Methods for the ops that work element by element. */
import { dataTypeNumber } from '../data-types.ts';
import { GraphAssembly, type Value } from '../graph-assembly.ts';
import type { DataType } from '../tensor.ts';

/** A graph under construction that takes arithmetic, comparisons and bits. */
export class ElementwiseBuilder extends GraphAssembly {
  add(a: Value, b: Value): Value {
    return this.one('Add', [a, b]);
  }

  sub(a: Value, b: Value): Value {
    return this.one('Sub', [a, b]);
  }

  mul(a: Value, b: Value): Value {
    return this.one('Mul', [a, b]);
  }

  div(a: Value, b: Value): Value {
    return this.one('Div', [a, b]);
  }

  pow(a: Value, b: Value): Value {
    return this.one('Pow', [a, b]);
  }

  mod(a: Value, b: Value): Value {
    return this.one('Mod', [a, b]);
  }

  max(a: Value, b: Value): Value {
    return this.one('Max', [a, b]);
  }

  min(a: Value, b: Value): Value {
    return this.one('Min', [a, b]);
  }

  sum(values: readonly Value[]): Value {
    return this.one('Sum', values);
  }

  neg(x: Value): Value {
    return this.one('Neg', [x]);
  }

  abs(x: Value): Value {
    return this.one('Abs', [x]);
  }

  sign(x: Value): Value {
    return this.one('Sign', [x]);
  }

  floor(x: Value): Value {
    return this.one('Floor', [x]);
  }

  ceil(x: Value): Value {
    return this.one('Ceil', [x]);
  }

  /** Halves go to the even neighbour. */
  round(x: Value): Value {
    return this.one('Round', [x]);
  }

  exp(x: Value): Value {
    return this.one('Exp', [x]);
  }

  log(x: Value): Value {
    return this.one('Log', [x]);
  }

  sqrt(x: Value): Value {
    return this.one('Sqrt', [x]);
  }

  reciprocal(x: Value): Value {
    return this.one('Reciprocal', [x]);
  }

  sin(x: Value): Value {
    return this.one('Sin', [x]);
  }

  cos(x: Value): Value {
    return this.one('Cos', [x]);
  }

  erf(x: Value): Value {
    return this.one('Erf', [x]);
  }

  identity(x: Value): Value {
    return this.one('Identity', [x]);
  }

  clip(x: Value, low?: Value, high?: Value): Value {
    return this.one('Clip', [x, low, high]);
  }

  cast(x: Value, to: DataType): Value {
    return this.one('Cast', [x], { to: dataTypeNumber(to) });
  }

  where(condition: Value, then: Value, otherwise: Value): Value {
    return this.one('Where', [condition, then, otherwise]);
  }

  equal(a: Value, b: Value): Value {
    return this.one('Equal', [a, b]);
  }

  greater(a: Value, b: Value): Value {
    return this.one('Greater', [a, b]);
  }

  greaterOrEqual(a: Value, b: Value): Value {
    return this.one('GreaterOrEqual', [a, b]);
  }

  less(a: Value, b: Value): Value {
    return this.one('Less', [a, b]);
  }

  lessOrEqual(a: Value, b: Value): Value {
    return this.one('LessOrEqual', [a, b]);
  }

  and(a: Value, b: Value): Value {
    return this.one('And', [a, b]);
  }

  or(a: Value, b: Value): Value {
    return this.one('Or', [a, b]);
  }

  xor(a: Value, b: Value): Value {
    return this.one('Xor', [a, b]);
  }

  not(x: Value): Value {
    return this.one('Not', [x]);
  }

  /** Shifts bits; `direction` is LEFT or RIGHT. */
  bitShift(x: Value, bits: Value, direction: 'LEFT' | 'RIGHT'): Value {
    return this.one('BitShift', [x, bits], { direction });
  }

  bitwiseXor(a: Value, b: Value): Value {
    return this.one('BitwiseXor', [a, b]);
  }

  bitwiseOr(a: Value, b: Value): Value {
    return this.one('BitwiseOr', [a, b]);
  }

  bitwiseAnd(a: Value, b: Value): Value {
    return this.one('BitwiseAnd', [a, b]);
  }
}
