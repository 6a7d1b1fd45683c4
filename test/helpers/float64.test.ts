/** The float64 reference against onnxruntime; ops with a gradient are compared by their gradient checks. */
import { describe, expect, test } from 'vitest';
import { GraphBuilder, type Value } from '../../src-main/onnx/graph-builder.ts';
import { float32, int64, type DataType, type Tensor } from '../../src-main/onnx/tensor.ts';
import type { NotDifferentiated } from '../autograd/gradient-cases/not-differentiated.ts';
import { runFloat64 } from './float64/run.ts';
import { fromTensor } from './float64/values.ts';
import { runOnnx } from './ort.ts';
import { hashes, uniform } from './seeded.ts';

interface ReferenceCase {
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly build: (g: GraphBuilder, inputs: readonly Value[]) => Value;
}

/** Whole numbers from the whole range of the type. */
function words(dtype: 'uint32' | 'int32' | 'uint8', dims: readonly number[], key: string): Tensor {
  const length = dims.reduce((product, dim) => product * dim, 1);
  const types = { uint32: Uint32Array, int32: Int32Array, uint8: Uint8Array };
  return { dtype, dims, data: new types[dtype](hashes(key, length)) };
}

function floats(dims: readonly number[], key: string): Tensor {
  const length = dims.reduce((product, dim) => product * dim, 1);
  // Quarters, so that some are equal; no negative zero, which only the sign of a quotient could tell.
  return float32(
    dims,
    uniform(key, length).map((u) => Math.round(4 * u) / 4 + 0),
  );
}

function bools(dims: readonly number[], key: string): Tensor {
  const length = dims.reduce((product, dim) => product * dim, 1);
  return { dtype: 'bool', dims, data: Uint8Array.from(hashes(key, length), (hash) => hash & 1) };
}

type Method = 'and' | 'or' | 'xor' | 'equal' | 'greater' | 'greaterOrEqual' | 'less' | 'lessOrEqual';

function binary(method: Method, make: (dims: readonly number[], key: string) => Tensor): ReferenceCase[] {
  return [
    {
      name: `${method}, same shapes`,
      inputs: [make([3, 4], 'a'), make([3, 4], 'b')],
      build: (g, [a, b]) => g[method](a!, b!),
    },
    {
      name: `${method}, broadcast`,
      inputs: [make([3, 1], 'a'), make([2, 1, 4], 'b')],
      build: (g, [a, b]) => g[method](a!, b!),
    },
  ];
}

function one(name: string, inputs: readonly Tensor[], build: ReferenceCase['build']): ReferenceCase {
  return { name, inputs, build };
}

const CASES: Readonly<Record<NotDifferentiated, readonly ReferenceCase[]>> = {
  And: binary('and', bools),
  Or: binary('or', bools),
  Xor: binary('xor', bools),
  Not: [one('not', [bools([2, 3], 'a')], (g, [a]) => g.not(a!))],
  Equal: [
    ...binary('equal', floats),
    one('whole numbers', [int64([1, 2, 3]), int64(2)], (g, [a, b]) => g.equal(a!, b!)),
  ],
  Greater: binary('greater', floats),
  GreaterOrEqual: binary('greaterOrEqual', floats),
  Less: binary('less', floats),
  LessOrEqual: binary('lessOrEqual', floats),
  Sign: [one('sign', [floats([3, 4], 'a')], (g, [a]) => g.sign(a!))],
  Floor: [one('floor', [floats([3, 4], 'a')], (g, [a]) => g.floor(a!))],
  Ceil: [one('ceil', [floats([3, 4], 'a')], (g, [a]) => g.ceil(a!))],
  Round: [
    one('halves to the even neighbour', [float32([7], [-2.5, -1.5, -0.7, 0.5, 1.5, 2.5, 2.6])], (g, [a]) =>
      g.round(a!),
    ),
  ],
  BitShift: [
    one('right', [words('uint32', [5], 'a'), words('uint32', [], 'b')], (g, [a, b]) =>
      g.bitShift(a!, g.bitwiseAnd(b!, word(g, 31)), 'RIGHT'),
    ),
    one('left, out of the word', [words('uint32', [2, 3], 'a')], (g, [a]) =>
      g.bitShift(a!, word(g, 13), 'LEFT'),
    ),
  ],
  BitwiseAnd: [
    one('and', [words('uint32', [2, 3], 'a'), words('uint32', [3], 'b')], (g, [a, b]) =>
      g.bitwiseAnd(a!, b!),
    ),
    one('and of signed words', [words('int32', [4], 'a'), words('int32', [4], 'b')], (g, [a, b]) =>
      g.bitwiseAnd(a!, b!),
    ),
  ],
  BitwiseOr: [
    one('or', [words('uint32', [2, 3], 'a'), words('uint32', [3], 'b')], (g, [a, b]) => g.bitwiseOr(a!, b!)),
  ],
  BitwiseXor: [
    one('xor', [words('uint32', [2, 3], 'a'), words('uint32', [3], 'b')], (g, [a, b]) =>
      g.bitwiseXor(a!, b!),
    ),
    one('xor of signed words', [words('int32', [4], 'a'), words('int32', [4], 'b')], (g, [a, b]) =>
      g.bitwiseXor(a!, b!),
    ),
  ],
  Mod: [
    one('of signed words', [words('int32', [6], 'a'), int32([7, -7, 3, -3, 5, -11])], (g, [a, b]) =>
      g.mod(a!, b!),
    ),
    one('of unsigned words', [words('uint32', [6], 'a')], (g, [a]) => g.mod(a!, word(g, 1000))),
    one(
      'with the sign of the dividend',
      [floats([6], 'a'), float32([], [0.5])],
      (g, [a, b]) => g.node('Mod', [a, b], { fmod: 1 })[0]!,
    ),
  ],
  ReduceProd: [
    one('of all', [int64([2, 3, 4])], (g, [a]) => g.reduceProd(a!, undefined, false)),
    one('over an axis', [floats([2, 3], 'a')], (g, [a]) => g.reduceProd(a!, [1])),
  ],
  ScatterElements: [
    one('add, twice to one place', [floats([2, 4], 'a'), floats([2, 3], 'b')], (g, [a, b]) =>
      g.scatterAdd(a!, g.constant({ ...int64([0, 2, 0, 3, -1, 3]), dims: [2, 3] }), b!, 1),
    ),
    one(
      'replace',
      [floats([3, 2], 'a'), floats([1, 2], 'b')],
      (g, [a, b]) => g.node('ScatterElements', [a, g.constant({ ...int64([2, 0]), dims: [1, 2] }), b])[0]!,
    ),
  ],
  ScatterND: [
    one(
      'single elements',
      [floats([3, 4], 'a'), floats([2], 'b')],
      (g, [a, b]) => g.node('ScatterND', [a, g.constant({ ...int64([0, 3, -1, 1]), dims: [2, 2] }), b])[0]!,
    ),
    one(
      'rows',
      [floats([3, 4], 'a'), floats([2, 1, 4], 'b')],
      (g, [a, b]) => g.node('ScatterND', [a, g.constant({ ...int64([2, 0]), dims: [2, 1, 1] }), b])[0]!,
    ),
  ],
  ArgMax: [
    one('the first of equals', [floats([3, 9], 'a')], (g, [a]) => g.argMax(a!, 1)),
    one('without its axis', [floats([3, 4], 'a')], (g, [a]) => g.argMax(a!, 0, false)),
    one(
      'the last of equals',
      [floats([3, 9], 'a')],
      (g, [a]) => g.node('ArgMax', [a], { axis: -1, select_last_index: 1 })[0]!,
    ),
  ],
  Shape: [
    one('of all axes', [floats([2, 3, 4], 'a')], (g, [a]) => g.shape(a!)),
    one('of some', [floats([2, 3, 4], 'a')], (g, [a]) => g.shape(a!, 1)),
    one('counted from the end', [floats([2, 3, 4], 'a')], (g, [a]) => g.shape(a!, -2, -1)),
  ],
  Size: [one('size', [floats([2, 3, 4], 'a')], (g, [a]) => g.size(a!))],
  ConstantOfShape: [
    one('float32', [int64([2, 3])], (g, [a]) => g.constantOfShape(a!, float32([1], [1.5]))),
    one('the default', [int64([2])], (g, [a]) => g.node('ConstantOfShape', [a])[0]!),
  ],
  Range: [
    one('whole numbers', [int64(2), int64(11), int64(4)], (g, [a, b, c]) => g.range(a!, b!, c!)),
    one('downwards', [int64(5), int64(-2), int64(-3)], (g, [a, b, c]) => g.range(a!, b!, c!)),
  ],
};

/** What gradient checks cannot reach: integer arithmetic, and attributes that leave the gradient alone. */
const OTHERS: readonly ReferenceCase[] = [
  one('uint32 products wrap', [words('uint32', [8], 'a'), words('uint32', [8], 'b')], (g, [a, b]) =>
    g.mul(a!, b!),
  ),
  one('int32 sums wrap', [words('int32', [8], 'a'), words('int32', [8], 'b')], (g, [a, b]) => g.add(a!, b!)),
  one('int32 quotients go to zero', [words('int32', [4], 'a'), int32([7, -7, 3, -3])], (g, [a, b]) =>
    g.div(a!, b!),
  ),
  one('Cast of floats to int32', [float32([4], [1.9, -1.9, 0.5, -0.5])], (g, [a]) => g.cast(a!, 'int32')),
  one('Cast of floats to bool', [float32([4], [0.2, 0, -3, 1])], (g, [a]) => g.cast(a!, 'bool')),
  one('Cast of bytes', [words('uint8', [6], 'a')], (g, [a]) => g.cast(a!, 'float32')),
  one('Cast of uint32 to int32', [words('uint32', [6], 'a')], (g, [a]) => g.cast(a!, 'int32')),
  one(
    'the indices of MaxPool',
    [floats([2, 2, 5, 6], 'a')],
    (g, [a]) => g.maxPoolWithIndices(a!, { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })[1],
  ),
];

function word(g: GraphBuilder, value: number): Value {
  return g.constant({ dtype: 'uint32', dims: [], data: Uint32Array.of(value) });
}

function int32(values: readonly number[]): Tensor {
  return { dtype: 'int32', dims: [values.length], data: Int32Array.from(values) };
}

async function expectSameAsRuntime({ inputs, build }: ReferenceCase): Promise<void> {
  const g = new GraphBuilder('reference');
  const values = inputs.map(({ dtype, dims }, i) => g.input(`x${i}`, dtype, dims));
  g.output(build(g, values), 'y');
  const feeds = new Map(inputs.map((tensor, i) => [`x${i}`, tensor]));
  const expected = (await runOnnx(g.build(), feeds)).get('y')!;
  const found = runFloat64(
    g.build(),
    new Map([...feeds].map(([name, tensor]) => [name, fromTensor(tensor)])),
  ).get('y')!;
  expect<DataType>(found.dtype).toBe(expected.dtype);
  expect(found.dims).toEqual(expected.dims);
  expect([...found.data]).toEqual(Array.from(expected.data as Float32Array, Number));
}

describe.each(Object.entries(CASES))('%s', (op, cases) => {
  test.each(cases)('$name', async (referenceCase) => {
    const g = new GraphBuilder('reference');
    const inputs = referenceCase.inputs.map(({ dtype, dims }, i) => g.input(`x${i}`, dtype, dims));
    referenceCase.build(g, inputs);
    expect(g.nodes.map(({ opType }) => opType)).toContain(op);
    await expectSameAsRuntime(referenceCase);
  });
});

describe('others', () => {
  test.each(OTHERS)('$name', expectSameAsRuntime);
});

test('the running statistics of BatchNormalization in training mode', async () => {
  const g = new GraphBuilder('reference');
  const channels = ['scale', 'bias', 'mean', 'variance'];
  const inputs = [
    g.input('x', 'float32', [4, 3, 2]),
    ...channels.map((name) => g.input(name, 'float32', [3])),
  ];
  const outputs = g.node(
    'BatchNormalization',
    inputs,
    { epsilon: 1e-3, momentum: 0.75, training_mode: 1 },
    3,
  );
  outputs.forEach((value, i) => {
    g.output(value, `out${i}`);
  });
  const feeds = new Map<string, Tensor>([['x', float32([4, 3, 2], uniform('norm.x', 24))]]);
  for (const name of channels)
    feeds.set(
      name,
      float32(
        [3],
        uniform(`norm.${name}`, 3).map((u) => 1.5 + u),
      ),
    );
  const expected = await runOnnx(g.build(), feeds);
  const found = runFloat64(
    g.build(),
    new Map([...feeds].map(([name, tensor]) => [name, fromTensor(tensor)])),
  );
  for (const [name, { data }] of expected) {
    // Float32 rounds sums of 24 numbers of size one.
    (data as Float32Array).forEach((element, i) => {
      expect(found.get(name)!.data[i]).toBeCloseTo(element, 5);
    });
  }
});

test('an input that was not given, and a feed of the wrong size, are named', () => {
  const g = new GraphBuilder('reference');
  g.output(g.neg(g.input('x', 'float32', [2])), 'y');
  expect(() => runFloat64(g.build(), new Map())).toThrow('The float64 reference: nothing was given for "x".');
  expect(() => runFloat64(g.build(), new Map([['x', { dims: [2], data: new Float64Array(3) }]]))).toThrow(
    'The float64 reference: "x" has 3 elements for [2].',
  );
});
