/** Small graphs of every op, for comparing inference with onnxruntime. */
import type { GraphBuilder, Value } from '../../src-main/onnx/graph-builder.ts';
import type { OpType } from '../../src-main/onnx/ops/index.ts';
import { float32, int64, type DataType, type Tensor } from '../../src-main/onnx/tensor.ts';
import type { Shape } from '../../src-main/onnx/types.ts';

/** Builds one graph; the values returned are compared with what onnxruntime makes of them. */
export type Build = (g: GraphBuilder) => Value | readonly Value[];

/** Builds whose results have sizes that only a run tells. */
export interface OpCases {
  readonly known: readonly Build[];
  readonly open?: readonly Build[];
}

const image = (
  g: GraphBuilder,
  shape: Shape = ['N', 4, 9, 8],
  name = 'x',
  dtype: DataType = 'float32',
): Value => g.input(name, dtype, shape);

function zeros(g: GraphBuilder, dims: readonly number[], name: string): Value {
  return g.initializer(name, float32(dims, new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(0.5)));
}

const int32 = (dims: readonly number[], values: readonly number[]): Tensor => ({
  dtype: 'int32',
  dims,
  data: Int32Array.from(values),
});

type Attributes = NonNullable<Parameters<GraphBuilder['node']>[2]>;

/** A node over one input, in each of the given shapes and element types. */
function unary(op: OpType, dtypes: readonly DataType[] = ['float32'], attributes: Attributes = {}): Build[] {
  const shapes: Shape[] = [['N', 3], [], ['N', 2, 1, 3], [0, 4]];
  return dtypes.flatMap((dtype) =>
    shapes.map(
      (shape): Build =>
        (g) =>
          g.node(op, [image(g, shape, 'x', dtype)], attributes),
    ),
  );
}

const BROADCASTS: readonly (readonly [Shape, Shape])[] = [
  [
    ['N', 3],
    ['N', 3],
  ],
  [['N', 3], [3]],
  [[1], ['N', 4]],
  [
    ['N', 1, 5],
    [4, 1],
  ],
  [[], ['N', 2]],
  [
    ['N', 4],
    [1, 1, 1],
  ],
  [
    [0, 2],
    [1, 2],
  ],
  // A batch of three, written as a number, decides what N is.
  [
    ['N', 2],
    [3, 2],
  ],
];

/** A node over two inputs that broadcast. */
function binary(op: OpType, dtypes: readonly DataType[] = ['float32'], attributes: Attributes = {}): Build[] {
  return dtypes.flatMap((dtype) =>
    BROADCASTS.map(
      ([a, b]): Build =>
        (g) =>
          g.node(op, [image(g, a, 'a', dtype), image(g, b, 'b', dtype)], attributes),
    ),
  );
}

function variadic(op: OpType): Build[] {
  return [
    ...binary(op),
    (g) => g.node(op, [image(g)]),
    (g) => g.node(op, [image(g, ['N', 3]), image(g, [3], 'y'), image(g, [2, 1, 1], 'z')]),
  ];
}

function reduction(op: OpType): Build[] {
  const variants: { axes?: readonly number[]; attributes: Attributes }[] = [
    { attributes: {} },
    { attributes: { keepdims: 0 } },
    { axes: [0], attributes: {} },
    { axes: [-1, 1], attributes: { keepdims: 0 } },
    { axes: [3, 2], attributes: { keepdims: 1 } },
    { axes: [], attributes: { noop_with_empty_axes: 1 } },
    { axes: [], attributes: { keepdims: 0 } },
  ];
  return variants.map(
    ({ axes, attributes }): Build =>
      (g) =>
        g.node(op, [image(g), axes && g.ints(axes)], attributes),
  );
}

const WINDOWS: readonly (Attributes & { kernel_shape: readonly number[] })[] = [
  { kernel_shape: [3, 3] },
  { kernel_shape: [2, 3], strides: [2, 2], pads: [1, 0, 0, 1] },
  { kernel_shape: [3, 2], dilations: [2, 3] },
  { kernel_shape: [3, 3], strides: [2, 3], auto_pad: 'SAME_UPPER' },
  { kernel_shape: [2, 2], strides: [2, 1], auto_pad: 'SAME_LOWER' },
  { kernel_shape: [4, 3], strides: [3, 2], auto_pad: 'VALID' },
];

const CEILED: typeof WINDOWS = [
  { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 },
  { kernel_shape: [2, 2], strides: [3, 3], ceil_mode: 1 },
  // The last window would begin in the padding and is dropped.
  { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 },
  { kernel_shape: [3, 3], strides: [4, 4], pads: [1, 1, 1, 1], ceil_mode: 1 },
];

const conv: Build[] = [
  ...WINDOWS.map(
    ({ kernel_shape, ...attributes }): Build =>
      (g) =>
        g.node('Conv', [image(g), zeros(g, [6, 4, ...kernel_shape], 'w')], attributes),
  ),
  (g) =>
    g.node('Conv', [image(g), zeros(g, [8, 1, 1, 1], 'w'), zeros(g, [8], 'b')], {
      group: 4,
      kernel_shape: [1, 1],
    }),
  (g) => g.node('Conv', [image(g, ['N', 2, 11]), zeros(g, [3, 2, 4], 'w')], { strides: [2], pads: [1, 2] }),
  (g) => g.node('Conv', [image(g, ['N', 2, 4, 5, 6]), zeros(g, [3, 2, 2, 2, 2], 'w')]),
];

const convTranspose: Build[] = [
  {},
  { strides: [2, 3], pads: [1, 0, 1, 2] },
  { strides: [2, 2], output_padding: [1, 1] },
  { dilations: [2, 1] },
  { auto_pad: 'VALID' },
].flatMap((attributes): Build[] => [
  (g) => g.node('ConvTranspose', [image(g), zeros(g, [4, 6, 3, 3], 'w')], attributes),
  (g) =>
    g.node('ConvTranspose', [image(g), zeros(g, [4, 3, 3, 2], 'w'), zeros(g, [6], 'b')], {
      ...attributes,
      group: 2,
    }),
]);

function batchNormalization(outputs: number, attributes: Attributes): Build {
  return (g) =>
    g.node(
      'BatchNormalization',
      [image(g), ...['scale', 'bias', 'mean', 'variance'].map((name) => zeros(g, [4], name))],
      attributes,
      outputs,
    );
}

/** The sizes of a matrix of two columns, computed while the graph runs. */
const runtimeSizes = (g: GraphBuilder, shape: Shape): Value => g.shape(g.input('like', 'float32', shape));

export const CASES: Readonly<Record<OpType, OpCases>> = {
  Conv: { known: conv, open: [(g) => g.conv(image(g, ['N', 2, 'H', 'W']), zeros(g, [3, 2, 3, 3], 'w'))] },
  ConvTranspose: {
    known: convTranspose,
    open: [(g) => g.convTranspose(image(g, ['N', 2, 'H', 5]), zeros(g, [2, 3, 3, 3], 'w'))],
  },
  MaxPool: {
    known: [
      ...[...WINDOWS, ...CEILED].map(
        (attributes): Build =>
          (g) =>
            g.node('MaxPool', [image(g)], attributes, 2),
      ),
      (g) => g.maxPool(image(g), { kernel_shape: [2, 2] }),
      (g) => g.maxPool(image(g, ['N', 3, 6, 6], 'x', 'uint8'), { kernel_shape: [2, 2], strides: [2, 2] }),
      (g) => g.maxPool(image(g, ['N', 3, 7]), { kernel_shape: [3] }),
    ],
    open: [(g) => g.maxPool(image(g, ['N', 2, 'H', 'W']), { kernel_shape: [2, 2] })],
  },
  AveragePool: {
    known: [
      ...[...WINDOWS, ...CEILED].map(
        (attributes): Build =>
          (g) =>
            g.node('AveragePool', [image(g)], attributes),
      ),
      (g) =>
        g.averagePool(image(g), {
          kernel_shape: [3, 3],
          pads: [1, 1, 1, 1],
          strides: [2, 2],
          ceil_mode: 1,
          count_include_pad: 1,
        }),
    ],
  },
  GlobalAveragePool: {
    known: [(g) => g.globalAveragePool(image(g)), (g) => g.globalAveragePool(image(g, ['N', 3, 'H']))],
  },
  GlobalMaxPool: {
    known: [(g) => g.globalMaxPool(image(g)), (g) => g.globalMaxPool(image(g, ['N', 3, 'H']))],
  },
  LRN: {
    known: [
      (g) => g.lrn(image(g), 5),
      (g) => g.lrn(image(g, ['N', 2, 'H', 'W']), 3, { alpha: 1, beta: 2, bias: 3 }),
    ],
  },
  LayerNormalization: {
    known: [
      (g) => g.layerNormalization(image(g), zeros(g, [8], 's')),
      (g) => g.layerNormalization(image(g), zeros(g, [4, 9, 8], 's'), zeros(g, [4, 9, 8], 'b'), 1, 1e-3),
      (g) => g.node('LayerNormalization', [image(g), zeros(g, [9, 8], 's')], { axis: 2 }, 3),
    ],
  },
  InstanceNormalization: {
    known: [(g) => g.instanceNormalization(image(g), zeros(g, [4], 's'), zeros(g, [4], 'b'))],
  },
  GroupNormalization: {
    known: [(g) => g.groupNormalization(image(g), zeros(g, [2], 's'), zeros(g, [2], 'b'), 2)],
  },
  BatchNormalization: {
    known: [
      batchNormalization(1, { epsilon: 1e-3 }),
      batchNormalization(3, { training_mode: 1, momentum: 0.5 }),
      (g) => g.batchNormalizationTraining(image(g), zeros(g, [4], 'scale'), zeros(g, [4], 'bias'), 1e-5),
    ],
  },
  Add: { known: binary('Add', ['float32', 'float64', 'int32', 'int64']) },
  Sub: { known: binary('Sub', ['float32', 'int64']) },
  Mul: { known: binary('Mul', ['float32', 'uint32']) },
  Div: {
    known: [...binary('Div'), (g) => g.div(image(g, ['N', 3], 'x', 'int64'), g.ints([2, 3, 4]))],
  },
  Mod: {
    known: [
      ...binary('Mod', ['float32'], { fmod: 1 }),
      (g) => g.mod(image(g, ['N', 3], 'x', 'int64'), g.ints([2, 3, 4])),
      (g) =>
        g.mod(
          image(g, ['N', 1], 'x', 'uint32'),
          g.constant({ dtype: 'uint32', dims: [], data: Uint32Array.of(7) }),
        ),
    ],
  },
  BitShift: {
    known: [
      ...binary('BitShift', ['uint32', 'uint8'], { direction: 'LEFT' }),
      ...binary('BitShift', ['uint64'], { direction: 'RIGHT' }),
    ],
  },
  BitwiseAnd: { known: binary('BitwiseAnd', ['uint32', 'int32']) },
  BitwiseOr: { known: binary('BitwiseOr', ['uint8', 'int64']) },
  BitwiseXor: { known: binary('BitwiseXor', ['uint32', 'int64']) },
  And: { known: binary('And', ['bool']) },
  Or: { known: binary('Or', ['bool']) },
  Xor: { known: binary('Xor', ['bool']) },
  Equal: { known: binary('Equal', ['float32', 'int64', 'bool']) },
  Greater: { known: binary('Greater', ['float32', 'int32']) },
  GreaterOrEqual: { known: binary('GreaterOrEqual') },
  Less: { known: binary('Less', ['float32', 'int64']) },
  LessOrEqual: { known: binary('LessOrEqual') },
  Max: { known: variadic('Max') },
  Min: { known: variadic('Min') },
  Sum: { known: variadic('Sum') },
  Pow: {
    known: [
      ...binary('Pow'),
      (g) => g.pow(image(g), g.ints(2)),
      (g) => g.pow(image(g, ['N', 3], 'x', 'int64'), g.floats([2, 1, 0])),
    ],
  },
  Where: {
    known: BROADCASTS.flatMap(([a, b]): Build[] => [
      (g) => g.where(image(g, a, 'c', 'bool'), image(g, b), image(g, [], 'y')),
      (g) => g.where(image(g, [], 'c', 'bool'), image(g, a, 'x', 'int64'), image(g, b, 'y', 'int64')),
    ]),
  },
  Neg: { known: unary('Neg', ['float32', 'int64']) },
  Abs: { known: unary('Abs', ['float32', 'int32']) },
  Sign: { known: unary('Sign', ['float32', 'int64']) },
  Floor: { known: unary('Floor') },
  Ceil: { known: unary('Ceil') },
  Round: { known: unary('Round') },
  Not: { known: unary('Not', ['bool']) },
  Exp: { known: unary('Exp', ['float32', 'float64']) },
  Log: { known: unary('Log') },
  Sqrt: { known: unary('Sqrt') },
  Reciprocal: { known: unary('Reciprocal') },
  Sin: { known: unary('Sin', ['float32', 'float64']) },
  Cos: { known: unary('Cos') },
  Erf: { known: unary('Erf') },
  Relu: { known: unary('Relu') },
  LeakyRelu: { known: unary('LeakyRelu', ['float32'], { alpha: 0.2 }) },
  ThresholdedRelu: { known: unary('ThresholdedRelu') },
  PRelu: {
    known: [
      (g) => g.pRelu(image(g), zeros(g, [4, 1, 1], 's')),
      (g) => g.pRelu(image(g), zeros(g, [], 's')),
      (g) => g.pRelu(image(g), zeros(g, [1, 4, 9, 8], 's')),
    ],
  },
  Elu: { known: unary('Elu') },
  Celu: { known: unary('Celu', ['float32'], { alpha: 2 }) },
  Selu: { known: unary('Selu', ['float32'], { alpha: 1, gamma: 2 }) },
  Sigmoid: { known: unary('Sigmoid', ['float32', 'float64']) },
  HardSigmoid: { known: unary('HardSigmoid', ['float32'], { alpha: 0.25, beta: 0.5 }) },
  HardSwish: { known: unary('HardSwish') },
  Tanh: { known: unary('Tanh') },
  Softplus: { known: unary('Softplus') },
  Softsign: { known: unary('Softsign') },
  Mish: { known: unary('Mish') },
  Gelu: { known: [...unary('Gelu'), ...unary('Gelu', ['float32'], { approximate: 'tanh' })] },
  Identity: { known: unary('Identity', ['float32', 'uint8', 'bool', 'int8']) },
  Clip: {
    known: [
      ...unary('Clip', ['float32', 'int64']),
      (g) => g.clip(image(g), g.scalar(0), g.scalar(1)),
      (g) => g.clip(image(g), undefined, g.scalar(1)),
    ],
  },
  Softmax: {
    known: [-1, 0, 1, 3].map(
      (axis): Build =>
        (g) =>
          g.softmax(image(g), axis),
    ),
  },
  LogSoftmax: {
    known: [-4, 2].map(
      (axis): Build =>
        (g) =>
          g.logSoftmax(image(g), axis),
    ),
  },
  Cast: {
    known: (['uint8', 'int64', 'bool', 'float16', 'float64', 'uint32'] as const).map(
      (dtype): Build =>
        (g) =>
          g.cast(image(g), dtype),
    ),
  },
  Reshape: {
    known: [[0, -1], [-1, 8], [0, 2, 2, -1], [-1], [0, 0, 72], [-1, 4, 9, 8], [0, 4, 9, 8]].map(
      (shape): Build =>
        (g) =>
          g.reshape(image(g), shape),
    ),
    open: [
      (g) => g.node('Reshape', [image(g, ['N', 4]), runtimeSizes(g, [4, 'N'])]),
      // N images of five divide into three rows, but not for every N.
      (g) => g.reshape(image(g, ['N', 5]), [3, -1]),
    ],
  },
  Flatten: {
    known: [0, 1, 2, 4, -1].map(
      (axis): Build =>
        (g) =>
          g.flatten(image(g), axis),
    ),
  },
  Transpose: {
    known: [(g) => g.node('Transpose', [image(g)]), (g) => g.transpose(image(g), [1, 3, 0, 2])],
  },
  Concat: {
    known: [
      (g) => g.concat([image(g), image(g, ['N', 2, 9, 8], 'y'), image(g, ['N', 1, 9, 8], 'z')], 1),
      (g) => g.concat([image(g, ['N', 2]), image(g, ['N', 5], 'y')], -1),
      (g) => g.concat([image(g, ['N', 2])], 0),
    ],
    open: [(g) => g.concat([image(g, ['N', 2]), image(g, [4, 2], 'y')], 0)],
  },
  Split: {
    known: [
      (g) => g.split(image(g), [1, 3], 1),
      (g) => g.split(image(g), [2, 0, 6], -1),
      (g) => g.node('Split', [image(g)], { axis: 2, num_outputs: 3 }, 3),
      (g) => g.node('Split', [image(g)], { axis: 3, num_outputs: 3 }, 3),
    ],
    open: [(g) => g.node('Split', [image(g)], { num_outputs: 2 }, 2)],
  },
  Tile: {
    known: [(g) => g.tile(image(g), [1, 2, 3, 1]), (g) => g.tile(image(g, ['N', 2]), [2, 0])],
    open: [(g) => g.node('Tile', [image(g, [2, 3]), runtimeSizes(g, ['N', 2])])],
  },
  DepthToSpace: {
    known: [(g) => g.depthToSpace(image(g), 2), (g) => g.depthToSpace(image(g, ['N', 18, 'H', 2]), 3, 'CRD')],
  },
  SpaceToDepth: { known: [(g) => g.spaceToDepth(image(g, ['N', 3, 4, 6]), 2)] },
  Trilu: { known: [(g) => g.trilu(image(g)), (g) => g.trilu(image(g, ['N', 3]), false, -1)] },
  Slice: {
    known: [
      (g) => g.slice(image(g), [1, 0], [3, 100], [1, 2]),
      (g) => g.slice(image(g), [-3], [-1], [-1]),
      (g) => g.slice(image(g), [8], [-100], [2], [-2]),
      (g) => g.slice(image(g), [-1], [-5], [3], [-1]),
      (g) => g.slice(image(g), [5], [2], [2]),
      (g) => g.slice(image(g), [100], [0], [2], [-3]),
      (g) => g.slice(image(g), [0], [2 ** 53], [3], [3]),
      (g) => g.node('Slice', [image(g, [6, 5]), g.ints([1, 2]), g.ints([4, 4])]),
      (g) => g.node('Slice', [image(g), ...[[1], [4], [2]].map((v) => g.constant(int32([1], v)))]),
    ],
  },
  Pad: {
    known: [
      (g) => g.pad(image(g), [1, 2, 3, 0], [2, 3]),
      (g) => g.pad(image(g), [1, 1], [-1], g.scalar(7)),
      (g) => g.pad(image(g), [-1, -2], [2]),
      (g) => g.node('Pad', [image(g, ['N', 3]), g.ints([0, 1, 0, 2])], { mode: 'constant' }),
      (g) => g.node('Pad', [image(g), g.ints([0, 0, 1, 2, 0, 0, 2, 1])], { mode: 'reflect' }),
      (g) => g.node('Pad', [image(g), g.ints([0, 0, 1, 2, 0, 0, 2, 1])], { mode: 'edge' }),
    ],
    open: [(g) => g.pad(image(g, ['N', 3]), [1, 0], [0])],
  },
  Gather: {
    known: [
      (g) => g.gather(image(g), g.ints([3, 0, -1]), 1),
      (g) => g.gather(image(g), g.ints(2), 2),
      (g) => g.gather(image(g), g.constant({ ...int64([0, 1, 2, 3]), dims: [2, 2] }), -1),
      (g) => g.gather(image(g, [5, 2]), g.input('i', 'int64', ['N']), 0),
      (g) => g.gather(image(g, [5, 2]), g.input('i', 'int32', ['N', 2]), 0),
    ],
  },
  ScatterElements: {
    known: [
      (g) => g.scatterAdd(image(g, ['N', 5]), g.input('i', 'int64', ['N', 2]), image(g, ['N', 2], 'u'), 1),
      (g) =>
        g.node('ScatterElements', [image(g, [4]), g.constant(int32([2], [0, 3])), image(g, [2], 'u')], {
          axis: -1,
        }),
    ],
  },
  ScatterND: {
    known: [
      (g) => g.node('ScatterND', [image(g, ['N', 5]), g.ints([1]), image(g, [5], 'u')]),
      (g) =>
        g.node('ScatterND', [image(g, [4, 2, 3]), g.input('i', 'int64', ['N', 2]), image(g, ['N', 3], 'u')]),
    ],
  },
  Expand: {
    known: [
      (g) => g.expand(image(g, ['N', 1]), g.ints([1, 5])),
      (g) => g.expand(image(g, ['N', 1, 2]), g.ints([2])),
      (g) => g.expand(image(g, []), g.ints([2, 3])),
      (g) => g.expand(image(g, ['N', 2]), g.ints([4, 1, 2])),
    ],
    open: [(g) => g.expand(image(g, ['N', 1]), runtimeSizes(g, ['N', 2]))],
  },
  Squeeze: {
    known: [
      (g) => g.squeeze(image(g, ['N', 1, 3, 1]), [1, -1]),
      (g) => g.squeeze(image(g, ['N', 1, 3, 1]), [3]),
      (g) => g.node('Squeeze', [image(g, [1, 2, 1])]),
    ],
  },
  Unsqueeze: {
    known: [
      (g) => g.unsqueeze(image(g, ['N', 3]), [0, -1]),
      (g) => g.unsqueeze(image(g, ['N', 3]), [2, 1]),
      (g) => g.unsqueeze(image(g, []), [0]),
    ],
  },
  MatMul: {
    known: [
      (g) => g.matMul(image(g, ['N', 3]), image(g, [3, 5], 'w')),
      (g) => g.matMul(image(g, ['N', 2, 3]), image(g, [3, 5], 'w')),
      (g) => g.matMul(image(g, ['N', 1, 2, 3]), image(g, [4, 3, 5], 'w')),
      (g) => g.matMul(image(g, [2, 3], 'x', 'float64'), image(g, [3, 'N'], 'w', 'float64')),
      (g) => g.matMul(image(g, [2, 3], 'x', 'int32'), image(g, [3, 2], 'w', 'int32')),
    ],
  },
  Gemm: {
    known: [
      (g) => g.gemm(image(g, ['N', 3]), image(g, [3, 5], 'w')),
      (g) => g.gemm(image(g, ['N', 3]), image(g, [5, 3], 'w'), image(g, [5], 'b'), { transB: 1 }),
      (g) => g.gemm(image(g, [3, 'N']), image(g, [3, 2], 'w'), image(g, [], 'b'), { transA: 1, alpha: 2 }),
      (g) => g.gemm(image(g, ['N', 3]), image(g, [3, 2], 'w'), image(g, ['N', 1], 'b'), { beta: 0.5 }),
    ],
  },
  ReduceSum: { known: reduction('ReduceSum') },
  ReduceMean: { known: reduction('ReduceMean') },
  ReduceMax: { known: reduction('ReduceMax') },
  ReduceMin: { known: reduction('ReduceMin') },
  ReduceProd: { known: reduction('ReduceProd') },
  ReduceSumSquare: { known: reduction('ReduceSumSquare') },
  ReduceL1: { known: reduction('ReduceL1') },
  ReduceL2: { known: reduction('ReduceL2') },
  ArgMax: {
    known: [
      (g) => g.argMax(image(g), 1),
      (g) => g.argMax(image(g), -1, false),
      (g) => g.node('ArgMax', [image(g)], { select_last_index: 1 }),
    ],
  },
  Shape: {
    known: [
      (g) => g.shape(image(g)),
      (g) => g.shape(image(g), 1, 3),
      (g) => g.shape(image(g), -2),
      (g) => g.shape(image(g), -100, 100),
      (g) => g.shape(image(g), 3, 1),
    ],
  },
  Size: { known: [(g) => g.size(image(g)), (g) => g.size(image(g, []))] },
  ConstantOfShape: {
    known: [
      (g) => g.constantOfShape(g.ints([2, 0, 3]), int64([7])),
      (g) => g.node('ConstantOfShape', [g.ints([4])]),
      (g) => g.constantOfShape(g.ints([]), float32([1], [2])),
    ],
    open: [(g) => g.constantOfShape(runtimeSizes(g, ['N', 2]), float32([1], [0]))],
  },
  Range: {
    known: [
      (g) => g.range(g.ints(2), g.ints(9), g.ints(3)),
      (g) => g.range(g.ints(9), g.ints(2), g.ints(-2)),
      (g) => g.range(g.ints(3), g.ints(3), g.ints(1)),
      (g) => g.range(g.scalar(0), g.scalar(1), g.scalar(0.25)),
    ],
    open: [(g) => g.range(g.ints(0), g.squeeze(g.shape(image(g), 0, 1), [0]), g.ints(1))],
  },
};
