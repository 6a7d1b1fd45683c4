import type { GraphBuilder, Value } from '../../../src-main/onnx/graph-builder.ts';
import type { elementwise as schemas } from '../../../src-main/onnx/ops/elementwise.ts';
import type { GradientCase, GradientInput } from '../../helpers/gradient-check.ts';
import type { FamilyCases } from './not-differentiated.ts';

const BROADCASTS: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [[4], [2, 1, 4]],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [[2, 2], []],
  [[1, 1], [3]],
];

const positive = (u: number): number => 1.25 + u;

/** A binary op over every way of broadcasting. */
function binary(
  name: string,
  build: (g: GraphBuilder, a: Value, b: Value) => Value,
  options: { linear?: boolean; inputs?: readonly Omit<GradientInput, 'dims'>[] } = {},
): GradientCase[] {
  return BROADCASTS.map(([a, b]) => ({
    name: `${name} [${a.join(', ')}] with [${b.join(', ')}]`,
    linear: options.linear ?? false,
    inputs: [a, b].map((dims, i) => ({ ...options.inputs?.[i], dims })),
    build: (g, [left, right]) => build(g, left!, right!),
  }));
}

/** A unary op on a matrix, a batch of images and a scalar. */
export function unary(
  name: string,
  build: (g: GraphBuilder, x: Value) => Value,
  input: Omit<GradientInput, 'dims'> = {},
  linear = false,
): GradientCase[] {
  return [[3, 4], [2, 2, 2, 3], []].map((dims) => ({
    name: `${name} [${dims.join(', ')}]`,
    linear,
    inputs: [{ ...input, dims, batch: dims.length > 0 }],
    build: (g, [x]) => build(g, x!),
  }));
}

function power(name: string, exponents: readonly number[], map?: GradientInput['map']): GradientCase {
  return {
    name: `Pow ${name}`,
    inputs: [{ dims: [2, exponents.length], ...(map && { map }) }],
    build: (g, [x]) => g.pow(x!, g.floats(exponents)),
  };
}

function bools(g: GraphBuilder, dims: readonly number[], values: readonly number[]): Value {
  return g.constant({ dtype: 'bool', dims, data: Uint8Array.from(values) });
}

/** Kinks of the two operands lie at different places. */
const apart: readonly Omit<GradientInput, 'dims'>[] = [
  { distinct: true },
  { distinct: true, map: (u) => 0.9 * u + 0.0137 },
];

function extremum(name: string, op: (g: GraphBuilder, a: Value, b: Value) => Value): GradientCase[] {
  const opType = name as 'Max' | 'Min';
  return [
    ...binary(name, op, { inputs: apart }),
    {
      name: `${name} of three`,
      inputs: [{ dims: [2, 3] }, { dims: [3] }, { dims: [2, 1] }],
      build: (g, inputs) => g.node(opType, inputs)[0]!,
    },
    { name: `${name} of one`, inputs: [{ dims: [2, 3] }], build: (g, inputs) => g.node(opType, inputs)[0]! },
  ];
}

export const elementwiseCases: FamilyCases<typeof schemas> = {
  Add: binary('Add', (g, a, b) => g.add(a, b), { linear: true }),
  Sub: binary('Sub', (g, a, b) => g.sub(a, b), { linear: true }),
  Mul: binary('Mul', (g, a, b) => g.mul(a, b), { linear: true }),
  Div: binary('Div', (g, a, b) => g.div(a, b), { inputs: [{}, { map: positive }] }),
  Max: extremum('Max', (g, a, b) => g.max(a, b)),
  Min: extremum('Min', (g, a, b) => g.min(a, b)),
  Sum: [
    {
      name: 'Sum of three, broadcast',
      linear: true,
      inputs: [{ dims: [2, 3] }, { dims: [3] }, { dims: [2, 1] }],
      build: (g, inputs) => g.sum(inputs),
    },
    { name: 'Sum of one', linear: true, inputs: [{ dims: [2, 3] }], build: (g, inputs) => g.sum(inputs) },
  ],
  Pow: [
    ...binary('Pow', (g, a, b) => g.pow(a, b), { inputs: [{ map: positive }] }),
    power('whole exponents of numbers of both signs', [2, 3, 1, 0]),
    power('fractions', [0.5, -0.5, 1.5, -2], positive),
    {
      name: 'Pow with an integer exponent',
      inputs: [{ dims: [2, 3] }],
      build: (g, [x]) => g.pow(x!, g.ints([2, 3, 1])),
    },
    {
      name: 'Pow of zero',
      inputs: [{ dims: [3], map: () => 0 }],
      build: (g, [x]) => g.pow(x!, g.floats([1, 2, 3])),
    },
  ],
  Where: [
    {
      name: 'Where',
      linear: true,
      inputs: [{ dims: [2, 3] }, { dims: [2, 3] }],
      build: (g, [a, b]) => g.where(bools(g, [2, 3], [1, 0, 0, 1, 1, 0]), a!, b!),
    },
    {
      name: 'Where broadcast',
      linear: true,
      inputs: [{ dims: [2, 1] }, { dims: [3] }],
      build: (g, [a, b]) => g.where(bools(g, [2, 2, 3], [1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]), a!, b!),
    },
    {
      name: 'Where with a condition that broadcasts',
      linear: true,
      inputs: [{ dims: [2, 3] }, { dims: [] }],
      build: (g, [a, b]) => g.where(bools(g, [3], [1, 0, 1]), a!, b!),
    },
  ],
  Neg: unary('Neg', (g, x) => g.neg(x), {}, true),
  Abs: unary('Abs', (g, x) => g.abs(x), { distinct: true, map: (u) => u + 0.003 }),
  Exp: unary('Exp', (g, x) => g.exp(x)),
  Log: unary('Log', (g, x) => g.log(x), { map: positive }),
  Sqrt: unary('Sqrt', (g, x) => g.sqrt(x), { map: positive }),
  Reciprocal: unary('Reciprocal', (g, x) => g.reciprocal(x), { map: positive }),
  Sin: unary('Sin', (g, x) => g.sin(x), { map: (u) => 3 * u }),
  Cos: unary('Cos', (g, x) => g.cos(x), { map: (u) => 3 * u }),
  Erf: unary('Erf', (g, x) => g.erf(x), { map: (u) => 2 * u }),
  Identity: unary('Identity', (g, x) => g.identity(x), {}, true),
  Clip: [
    ...unary('Clip', (g, x) => g.clip(x, g.scalar(-0.4137), g.scalar(0.3141)), { distinct: true }),
    ...unary('Clip from below', (g, x) => g.clip(x, g.scalar(0.1)), { distinct: true }),
    ...unary('Clip from above', (g, x) => g.clip(x, undefined, g.scalar(0.1)), { distinct: true }),
    ...unary('Clip without bounds', (g, x) => g.clip(x), {}, true),
  ],
  Cast: unary('Cast to float64 and back', (g, x) => g.cast(g.cast(x, 'float64'), 'float32'), {}, true),
};
