import { describe, expect, it } from 'vitest';
import { float32, int64, scalar, type Tensor } from '../../../src-main/onnx/tensor.ts';
import { labErrorOf } from '../../helpers/lab-errors.ts';
import { relativeDifference } from '../../helpers/numbers.ts';
import { bothResults, floats, plainOf, type GraphInit } from './models.ts';

interface Case extends GraphInit {
  readonly name: string;
  /** The ops that come of it. */
  readonly ops: readonly string[];
}

const IMAGES = ['N', 4, 5, 5] as const;
const y = ['y'] as const;
const NORM = {
  s: floats(1, 2, 3, 4),
  b: floats(0, 1, 0, 1),
  m: floats(0, 0.1, 0.2, 0.3),
  v: floats(1, 2, 1, 2),
};
const flag: Tensor = { dtype: 'bool', dims: [], data: Uint8Array.of(0) };

const CASES: readonly Case[] = [
  {
    name: 'Squeeze and Unsqueeze with axes as attributes',
    opset: 7,
    x: ['N', 4],
    ops: ['Unsqueeze', 'Unsqueeze', 'Squeeze'],
    nodes: [
      ['Unsqueeze', ['x'], ['a'], { axes: [2] }],
      ['Unsqueeze', ['a'], ['b'], { axes: [0] }],
      ['Squeeze', ['b'], y, { axes: [0] }],
    ],
  },
  {
    name: 'Squeeze with axes below 0',
    opset: 11,
    x: ['N', 4, 1],
    ops: ['Squeeze'],
    nodes: [['Squeeze', ['x'], y, { axes: [-1] }]],
  },
  {
    name: 'ReduceSum with axes as an attribute',
    opset: 11,
    x: IMAGES,
    ops: ['ReduceSum'],
    nodes: [['ReduceSum', ['x'], y, { axes: [2, 3], keepdims: 0 }]],
  },
  {
    name: 'ReduceSum with axes as an input',
    opset: 13,
    x: IMAGES,
    ops: ['ReduceSum'],
    constants: { a: int64([-1]) },
    nodes: [['ReduceSum', ['x', 'a'], y]],
  },
  {
    name: 'ReduceMean with axes as an attribute',
    opset: 17,
    x: IMAGES,
    ops: ['ReduceMean'],
    nodes: [['ReduceMean', ['x'], y, { axes: [2, 3] }]],
  },
  {
    name: 'ReduceMax over everything but the batch',
    opset: 12,
    x: IMAGES,
    ops: ['ReduceMax'],
    nodes: [['ReduceMax', ['x'], y, { axes: [1, 2, 3], keepdims: 0 }]],
  },
  {
    name: 'Clip with both bounds as attributes',
    opset: 7,
    x: IMAGES,
    ops: ['Clip'],
    nodes: [['Clip', ['x'], y, { min: { float: -0.25 }, max: { float: 0.5 } }]],
  },
  {
    name: 'Clip with one bound as an attribute',
    opset: 10,
    x: IMAGES,
    ops: ['Clip'],
    nodes: [['Clip', ['x'], y, { max: { float: 0.5 } }]],
  },
  {
    name: 'Clip with bounds as inputs',
    opset: 11,
    x: IMAGES,
    ops: ['Clip'],
    constants: { low: scalar(0) },
    nodes: [['Clip', ['x', 'low'], y]],
  },
  {
    name: 'Dropout of old',
    opset: 7,
    x: IMAGES,
    ops: ['Dropout'],
    nodes: [['Dropout', ['x'], y, { ratio: { float: 0.3 } }]],
  },
  {
    name: 'Dropout with its mask',
    opset: 12,
    x: IMAGES,
    ops: ['Dropout'],
    constants: { r: scalar(0.3), t: flag },
    nodes: [['Dropout', ['x', 'r', 't'], ['y', 'mask']]],
  },
  {
    name: 'BatchNormalization of old',
    opset: 8,
    x: IMAGES,
    ops: ['BatchNormalization'],
    constants: NORM,
    nodes: [['BatchNormalization', ['x', 's', 'b', 'm', 'v'], y, { spatial: 1, epsilon: { float: 1e-3 } }]],
  },
  {
    name: 'BatchNormalization with a mode',
    opset: 15,
    x: IMAGES,
    ops: ['BatchNormalization'],
    constants: NORM,
    nodes: [
      ['BatchNormalization', ['x', 's', 'b', 'm', 'v'], y, { training_mode: 0, momentum: { float: 0.99 } }],
    ],
  },
  { name: 'Softmax of rows', opset: 9, x: ['N', 6], ops: ['Softmax'], nodes: [['Softmax', ['x'], y]] },
  {
    name: 'Softmax of all axes from the first',
    opset: 11,
    x: IMAGES,
    ops: ['Flatten', 'Softmax', 'Reshape'],
    nodes: [['Softmax', ['x'], y]],
  },
  {
    name: 'Softmax of the last axis',
    opset: 11,
    x: IMAGES,
    ops: ['Softmax'],
    nodes: [['Softmax', ['x'], y, { axis: 3 }]],
  },
  {
    name: 'Softmax by channel, as since 13',
    opset: 13,
    x: IMAGES,
    ops: ['Softmax'],
    nodes: [['Softmax', ['x'], y, { axis: 1 }]],
  },
  {
    name: 'LogSoftmax before axes of size 1',
    opset: 11,
    x: ['N', 6, 1, 1],
    ops: ['LogSoftmax'],
    nodes: [['LogSoftmax', ['x'], y]],
  },
  {
    name: 'Pad with attributes',
    opset: 10,
    x: IMAGES,
    ops: ['Pad'],
    nodes: [['Pad', ['x'], y, { pads: [0, 0, 1, 2, 0, 0, 3, 0], value: { float: 0.5 } }]],
  },
  {
    name: 'Pad that reflects',
    opset: 9,
    x: IMAGES,
    ops: ['Pad'],
    nodes: [['Pad', ['x'], y, { pads: [0, 0, 1, 2, 0, 0, 3, 0], mode: 'reflect', value: { float: 0 } }]],
  },
  {
    name: 'Slice with attributes',
    opset: 9,
    x: IMAGES,
    ops: ['Slice'],
    nodes: [['Slice', ['x'], y, { starts: [1, 0], ends: [3, -1], axes: [1, 2] }]],
  },
  {
    name: 'Slice from the end to the end of all numbers',
    opset: 13,
    x: IMAGES,
    ops: ['Slice'],
    constants: {
      from: int64([-3]),
      to: { dtype: 'int64', dims: [1], data: BigInt64Array.of(2n ** 63n - 1n) },
      axis: int64([2]),
    },
    nodes: [['Slice', ['x', 'from', 'to', 'axis'], y]],
  },
  {
    name: 'Slice that takes the whole batch',
    opset: 9,
    x: IMAGES,
    ops: ['Slice'],
    nodes: [['Slice', ['x'], y, { starts: [0, 1], ends: [Number.MAX_SAFE_INTEGER, 3], axes: [0, 1] }]],
  },
  {
    name: 'Split into given parts',
    opset: 11,
    x: IMAGES,
    ops: ['Split', 'Concat'],
    nodes: [
      ['Split', ['x'], ['a', 'b'], { axis: 1, split: [1, 3] }],
      ['Concat', ['b', 'a'], y, { axis: 1 }],
    ],
  },
  {
    name: 'Split into equal parts',
    opset: 13,
    x: IMAGES,
    ops: ['Split', 'Sub'],
    nodes: [
      ['Split', ['x'], ['a', 'b'], { axis: 1 }],
      ['Sub', ['b', 'a'], y],
    ],
  },
  {
    name: 'Mean',
    opset: 8,
    x: IMAGES,
    ops: ['Relu', 'Sum', 'Mul'],
    nodes: [
      ['Relu', ['x'], ['a']],
      ['Mean', ['x', 'a'], y],
    ],
  },
  {
    name: 'GroupNormalization by channel',
    opset: 21,
    x: IMAGES,
    ops: ['Reshape', 'InstanceNormalization', 'Reshape', 'Unsqueeze', 'Mul', 'Unsqueeze', 'Add'],
    constants: NORM,
    nodes: [['GroupNormalization', ['x', 's', 'b'], y, { num_groups: 2, epsilon: { float: 1e-3 } }]],
  },
  {
    name: 'AveragePool with dilations of 1',
    opset: 19,
    x: IMAGES,
    ops: ['AveragePool'],
    nodes: [['AveragePool', ['x'], y, { kernel_shape: [2, 2], dilations: [1, 1] }]],
  },
  {
    name: 'Constant nodes in every spelling',
    opset: 13,
    x: ['N', 2],
    ops: ['Mul', 'Add', 'Reshape'],
    nodes: [
      ['Constant', [], ['f'], { value_float: { float: 1.5 } }],
      ['Constant', [], ['t'], { value: floats(1, 2) }],
      ['Constant', [], ['i'], { value_ints: [0, 2, 1] }],
      ['Mul', ['x', 'f'], ['a']],
      ['Add', ['a', 't'], ['b']],
      ['Reshape', ['b', 'i'], y],
    ],
  },
  {
    name: 'Identity and Casts to the same type',
    opset: 13,
    x: IMAGES,
    ops: ['Relu'],
    nodes: [
      ['Identity', ['x'], ['a']],
      ['Cast', ['a'], ['b'], { to: 1 }],
      ['Relu', ['b'], y],
    ],
  },
];

describe('every operator set in the terms of the pinned one', () => {
  it.each(CASES)('$name (opset $opset)', async (test) => {
    expect(plainOf(test).nodes.map(({ opType }) => opType)).toEqual(test.ops);
    const { file, lab } = await bothResults(test, 2);
    expect(lab.dims).toEqual(file.dims);
    // The same kernels on the same numbers, but for products in another order.
    expect(relativeDifference(lab.data as Float32Array, file.data as Float32Array, 1)).toBeLessThan(1e-6);
  });
});

describe('what no operator set says otherwise is refused with the node', () => {
  const refused = (nodes: GraphInit['nodes'], opset: number, constants: GraphInit['constants'] = {}) =>
    labErrorOf(() => plainOf({ opset, x: IMAGES, nodes, constants }));

  it.each<[string, GraphInit['nodes'], number, string]>([
    [
      'normalising every place apart',
      [['BatchNormalization', ['x', 's', 'b', 'm', 'v'], y, { spatial: 0 }]],
      8,
      'Node "the BatchNormalization" (BatchNormalization): it normalises every place apart (spatial = 0).',
    ],
    [
      'a dropout of everything',
      [['Dropout', ['x'], y, { ratio: { float: 1 } }]],
      10,
      'Node "the Dropout" (Dropout): its ratio is 1; it must lie in 0 ≤ ratio < 1.',
    ],
    [
      'a softmax over the batch',
      [['Softmax', ['x'], y, { axis: 0 }]],
      11,
      'Node "the Softmax" (Softmax): it is taken over the axes from 0 of [N, 4, 5, 5] together.',
    ],
    ['a loop', [['Loop', ['x'], y]], 13, 'Node "the Loop": the op Loop is not one the lab knows.'],
    [
      'an upsampling',
      [['Upsample', ['x'], y, { mode: 'nearest' }]],
      7,
      'Node "the Upsample": the op Upsample is not one the lab knows.',
    ],
  ])('%s', (_, nodes, opset, message) => {
    expect(refused(nodes, opset, NORM)).toMatchObject({ code: 'ONNX_UNSUPPORTED', message });
  });

  it('an operator set before 7', () => {
    expect(refused([['Relu', ['x'], y]], 6)).toEqual({
      code: 'ONNX_UNSUPPORTED',
      message: 'It is written in operator set 6; those from 7 to 24 are read.',
      hint: 'Export the network with another opset_version, such as 17.',
    });
  });
});

describe('equal parameters that are stored once', () => {
  it('are parameters of their own behind Identity', () => {
    const graph = plainOf({
      opset: 13,
      x: ['N', 2],
      constants: { w: float32([2], [1, 2]) },
      nodes: [
        ['Identity', ['w'], ['v']],
        ['Mul', ['x', 'w'], ['a']],
        ['Mul', ['a', 'v'], y],
      ],
    });
    expect([...graph.constants.keys()]).toEqual(['w', 'v']);
    expect(graph.stored.has('v')).toBe(true);
  });
});
