/** Ops that work element by element, with broadcasting where there are several operands. */
import { formatShape } from '../dims.ts';
import { dataTypeOf } from '../data-types.ts';
import type { DataType } from '../tensor.ts';
import type { Shape } from '../types.ts';
import { broadcastShapes, type InferContext, type OpSchema } from './schema.ts';

const unary: OpSchema = { inputs: [1, 1], outputs: [1, 1], infer: (c) => [c.input(0)] };

function broadcastAll(c: InferContext, from: number): Shape {
  let { shape } = c.input(from);
  for (let i = from + 1; i < c.inputCount; i++) {
    const other = c.input(i).shape;
    shape =
      broadcastShapes(shape, other) ??
      c.fail(`input ${i}`, `a shape that broadcasts with ${formatShape(shape)}`, formatShape(other));
  }
  return shape;
}

/** Operands of one type; the result has it too, or `result`. */
function broadcasting(inputs: OpSchema['inputs'], result?: DataType): OpSchema {
  return {
    inputs,
    outputs: [1, 1],
    infer(c) {
      for (let i = 1; i < c.inputCount; i++) c.sameType(i);
      return [{ dtype: result ?? c.input(0).dtype, shape: broadcastAll(c, 0) }];
    },
  };
}

const binary = broadcasting([2, 2]);
const comparison = broadcasting([2, 2], 'bool');
const variadic = broadcasting([1, Infinity]);

export const elementwise = {
  Add: binary,
  Sub: binary,
  Mul: binary,
  Div: binary,
  Mod: { ...binary, attributes: { fmod: 'int' } },
  BitShift: { ...binary, attributes: { direction: 'string' } },
  BitwiseAnd: binary,
  BitwiseXor: binary,
  And: comparison,
  Or: comparison,
  Equal: comparison,
  Greater: comparison,
  GreaterOrEqual: comparison,
  Less: comparison,
  LessOrEqual: comparison,
  Max: variadic,
  Min: variadic,
  Sum: variadic,
  /** The exponent may have another type than the base; the result has the base's. */
  Pow: {
    inputs: [2, 2],
    outputs: [1, 1],
    infer: (c) => [{ dtype: c.input(0).dtype, shape: broadcastAll(c, 0) }],
  },
  Where: {
    inputs: [3, 3],
    outputs: [1, 1],
    infer(c) {
      if (c.input(0).dtype !== 'bool') c.fail('input 0', 'element type bool', c.input(0).dtype);
      const { dtype } = c.input(1);
      if (c.input(2).dtype !== dtype)
        c.fail('input 2', `element type ${dtype}, as input 1`, c.input(2).dtype);
      return [{ dtype, shape: broadcastAll(c, 0) }];
    },
  },
  Neg: unary,
  Abs: unary,
  Sign: unary,
  Floor: unary,
  Not: unary,
  Exp: unary,
  Log: unary,
  Sqrt: unary,
  Reciprocal: unary,
  Relu: unary,
  Tanh: unary,
  Identity: unary,
  Clip: { inputs: [1, 3], outputs: [1, 1], infer: (c) => [c.input(0)] },
  Softmax: { ...unary, attributes: { axis: 'int' } },
  LogSoftmax: { ...unary, attributes: { axis: 'int' } },
  Cast: {
    inputs: [1, 1],
    outputs: [1, 1],
    attributes: { to: 'int', saturate: 'int' },
    infer(c) {
      const to = c.int('to', 0);
      const dtype = dataTypeOf(to) ?? c.fail('attribute "to"', 'a number type', String(to));
      return [{ dtype, shape: c.input(0).shape }];
    },
  },
} satisfies Record<string, OpSchema>;
