/** Ops that work element by element, with broadcasting where there are several operands. */
import { formatShape } from '../dims.ts';
import { dataTypeOf } from '../data-types.ts';
import type { DataType } from '../tensor.ts';
import type { Shape } from '../types.ts';
import { broadcastShapes, type InferContext, type OpSchema } from './schema.ts';

/** One operand of any type; the result is like it. */
export const unary: OpSchema = { inputs: [1, 1], outputs: [1, 1], infer: (c) => [c.input(0)] };
/** One operand of a float type. */
export const floatUnary: OpSchema = { ...unary, elements: 'float' };

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
function broadcasting(
  elements: OpSchema['elements'],
  result?: DataType,
  inputs: OpSchema['inputs'] = [2, 2],
): OpSchema {
  return {
    inputs,
    outputs: [1, 1],
    ...(elements && { elements }),
    infer(c) {
      for (let i = 1; i < c.inputCount; i++) c.sameType(i);
      return [{ dtype: result ?? c.input(0).dtype, shape: broadcastAll(c, 0) }];
    },
  };
}

const binary = broadcasting('number');
const bitwise = broadcasting('integer');
const logical = broadcasting('bool');
const comparison = broadcasting('number', 'bool');
const variadic = broadcasting('number', undefined, [1, Infinity]);

const BIT_SHIFTS = ['LEFT', 'RIGHT'];

export const elementwise = {
  Add: binary,
  Sub: binary,
  Mul: binary,
  Div: binary,
  Mod: { ...binary, attributes: { fmod: 'int' } },
  BitShift: {
    ...bitwise,
    elements: 'unsigned',
    attributes: { direction: 'string' },
    infer(c) {
      const direction = c.string('direction', '');
      if (!BIT_SHIFTS.includes(direction)) {
        c.fail('attribute "direction"', BIT_SHIFTS.join(' or '), direction || 'none');
      }
      return bitwise.infer(c);
    },
  },
  BitwiseAnd: bitwise,
  BitwiseOr: bitwise,
  BitwiseXor: bitwise,
  And: logical,
  Or: logical,
  Xor: logical,
  Equal: broadcasting(undefined, 'bool'),
  Greater: comparison,
  GreaterOrEqual: comparison,
  Less: comparison,
  LessOrEqual: comparison,
  Max: variadic,
  Min: variadic,
  Sum: { ...variadic, elements: 'float' },
  /** The exponent may have another type than the base; the result has the base's. */
  Pow: {
    inputs: [2, 2],
    outputs: [1, 1],
    elements: 'number',
    infer(c) {
      c.expectElements(1, 'number');
      return [{ dtype: c.input(0).dtype, shape: broadcastAll(c, 0) }];
    },
  },
  Where: {
    inputs: [3, 3],
    outputs: [1, 1],
    elements: 'bool',
    infer(c) {
      const { dtype } = c.input(1);
      if (c.input(2).dtype !== dtype)
        c.fail('input 2', `element type ${dtype}, as input 1`, c.input(2).dtype);
      return [{ dtype, shape: broadcastAll(c, 0) }];
    },
  },
  Neg: { ...unary, elements: 'signed' },
  Abs: { ...unary, elements: 'number' },
  Sign: { ...unary, elements: 'number' },
  Floor: floatUnary,
  Ceil: floatUnary,
  Round: floatUnary,
  Not: { ...unary, elements: 'bool' },
  Exp: floatUnary,
  Log: floatUnary,
  Sqrt: floatUnary,
  Sin: floatUnary,
  Cos: floatUnary,
  Erf: floatUnary,
  Reciprocal: floatUnary,
  Identity: unary,
  Clip: {
    inputs: [1, 3],
    outputs: [1, 1],
    elements: 'number',
    infer(c) {
      for (const bound of [1, 2].filter((index) => c.has(index))) {
        c.sameType(bound);
        c.expectShape(bound, []);
      }
      return [c.input(0)];
    },
  },
  Cast: {
    inputs: [1, 1],
    outputs: [1, 1],
    attributes: { to: 'int', saturate: 'int' },
    infer(c) {
      const to = c.requiredInt('to');
      const dtype = dataTypeOf(to) ?? c.fail('attribute "to"', 'a number type', String(to));
      return [{ dtype, shape: c.input(0).shape }];
    },
  },
} satisfies Record<string, OpSchema>;
