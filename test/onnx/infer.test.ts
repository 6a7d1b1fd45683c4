/** What inference refuses, word for word, and what it knows of symbolic sizes. */
import { describe, expect, test } from 'vitest';
import { GraphBuilder, type Value } from '../../src-main/onnx/graph-builder.ts';
import { float32, int64 } from '../../src-main/onnx/tensor.ts';
import type { DataType } from '../../src-main/onnx/tensor.ts';
import type { Dim, Shape } from '../../src-main/onnx/types.ts';
import { labErrorOf } from '../helpers/lab-errors.ts';

type Case = readonly [message: string, build: (g: GraphBuilder) => unknown];

const x = (g: GraphBuilder, shape: Shape = ['N', 4, 9, 8], dtype: DataType = 'float32'): Value =>
  g.input('x', dtype, shape);
const w = (g: GraphBuilder, shape: Shape, dtype: DataType = 'float32'): Value => g.input('w', dtype, shape);
const b = (g: GraphBuilder, shape: Shape, dtype: DataType = 'float32'): Value => g.input('b', dtype, shape);

const SHAPE_ERRORS: readonly Case[] = [
  // Convolutions, pooling, normalization
  [
    'Node "Conv" (Conv), input 0 "x": expected an image batch [N, C, H, W], found [N, 4].',
    (g) => g.conv(x(g, ['N', 4]), w(g, [1, 4])),
  ],
  [
    'Node "Conv" (Conv), input 1 "w": expected weights [M, C / group, kH, kW] (rank 4), found [6, 4, 3].',
    (g) => g.conv(x(g), w(g, [6, 4, 3])),
  ],
  [
    'Node "Conv" (Conv), input 1 "w": expected weights for 4 channels, found [6, 3, 3, 3].',
    (g) => g.conv(x(g), w(g, [6, 3, 3, 3])),
  ],
  [
    'Node "Conv" (Conv), input 1 "w": expected weights for 4 channels in 2 groups, found [6, 4, 3, 3].',
    (g) => g.conv(x(g), w(g, [6, 4, 3, 3]), undefined, { group: 2 }),
  ],
  [
    'Node "Conv" (Conv), attribute "group": expected a divisor of the 3 filters, found 2.',
    (g) => g.conv(x(g), w(g, [3, 2, 3, 3]), undefined, { group: 2 }),
  ],
  [
    'Node "Conv" (Conv), attribute "group": expected a divisor of the 3 filters, found -1.',
    (g) => g.conv(x(g, ['N', 'C', 9, 8]), w(g, [3, 2, 3, 3]), undefined, { group: -1 }),
  ],
  [
    'Node "Conv" (Conv), input 1 "w": expected element type float32, as input 0, found float64.',
    (g) => g.conv(x(g), w(g, [6, 4, 3, 3], 'float64')),
  ],
  [
    'Node "Conv" (Conv), input 2 "b": expected shape [6], found [4].',
    (g) => g.conv(x(g), w(g, [6, 4, 3, 3]), b(g, [4])),
  ],
  [
    'Node "Conv" (Conv), input 1 "w": expected known sizes, found [6, 4, K, K].',
    (g) => g.conv(x(g), w(g, [6, 4, 'K', 'K'])),
  ],
  [
    'Node "Conv" (Conv), attribute "kernel_shape": expected [3, 3], as input 1, found [5, 5].',
    (g) => g.node('Conv', [x(g), w(g, [6, 4, 3, 3])], { kernel_shape: [5, 5] }),
  ],
  [
    'Node "Conv" (Conv), attribute "strides": expected 2 positive sizes, found [0, 1].',
    (g) => g.conv(x(g), w(g, [6, 4, 3, 3]), undefined, { strides: [0, 1] }),
  ],
  [
    'Node "Conv" (Conv), attribute "dilations": expected 2 positive sizes, found [1].',
    (g) => g.conv(x(g), w(g, [6, 4, 3, 3]), undefined, { dilations: [1] }),
  ],
  [
    'Node "Conv" (Conv), attribute "pads": expected 4 sizes of at least 0, found [1, 1].',
    (g) => g.conv(x(g), w(g, [6, 4, 3, 3]), undefined, { pads: [1, 1] }),
  ],
  [
    'Node "Conv" (Conv), attribute "pads": expected 4 sizes of at least 0, found [-1, 0, 0, 0].',
    (g) => g.conv(x(g), w(g, [6, 4, 3, 3]), undefined, { pads: [-1, 0, 0, 0] }),
  ],
  [
    'Node "Conv" (Conv), attribute "auto_pad": expected NOTSET, VALID, SAME_UPPER or SAME_LOWER, found SAME.',
    (g) => g.node('Conv', [x(g), w(g, [6, 4, 3, 3])], { auto_pad: 'SAME' }),
  ],
  [
    'Node "Conv" (Conv), input 0 "x": expected known image sizes for auto_pad SAME_UPPER, found [H, 8].',
    (g) => g.node('Conv', [x(g, ['N', 4, 'H', 8]), w(g, [6, 4, 3, 3])], { auto_pad: 'SAME_UPPER' }),
  ],
  [
    'Node "Conv" (Conv), input 0 "x": expected an image of at least 11 on axis 2, found [N, 4, 9, 8].',
    (g) => g.conv(x(g), w(g, [6, 4, 11, 1])),
  ],
  [
    'Node "ConvTranspose" (ConvTranspose), input 1 "w": expected weights for 4 channels, found [3, 4, 2, 2].',
    (g) => g.convTranspose(x(g), w(g, [3, 4, 2, 2])),
  ],
  [
    'Node "ConvTranspose" (ConvTranspose), attribute "group": expected a divisor of the 4 channels, found 3.',
    (g) => g.convTranspose(x(g), w(g, [4, 4, 2, 2]), undefined, { group: 3 }),
  ],
  [
    'Node "ConvTranspose" (ConvTranspose), input 2 "b": expected shape [6], found [3].',
    (g) => g.convTranspose(x(g), w(g, [4, 3, 2, 2]), b(g, [3]), { group: 2 }),
  ],
  [
    'Node "ConvTranspose" (ConvTranspose), attribute "auto_pad": expected NOTSET or VALID, found SAME_LOWER.',
    (g) => g.node('ConvTranspose', [x(g), w(g, [4, 3, 2, 2])], { auto_pad: 'SAME_LOWER' }),
  ],
  [
    'Node "ConvTranspose" (ConvTranspose), attribute "output_padding": expected 2 sizes, found [1].',
    (g) => g.convTranspose(x(g), w(g, [4, 3, 2, 2]), undefined, { output_padding: [1] }),
  ],
  [
    'Node "ConvTranspose" (ConvTranspose), attribute "pads": expected pads that leave something, found 0.',
    (g) => g.convTranspose(x(g), w(g, [4, 3, 2, 2]), undefined, { pads: [5, 0, 5, 0] }),
  ],
  [
    'Node "MaxPool" (MaxPool), attribute "kernel_shape": expected 2 positive sizes, found [].',
    (g) => g.node('MaxPool', [x(g)]),
  ],
  [
    'Node "AveragePool" (AveragePool), input 0 "x": expected float elements, found uint8.',
    (g) => g.averagePool(x(g, ['N', 1, 4, 4], 'uint8'), { kernel_shape: [2, 2] }),
  ],
  [
    'Node "BatchNormalization" (BatchNormalization), input 0 "x": expected a batch [N, C, …], found [N].',
    (g) => g.batchNormalization(x(g, ['N']), w(g, [4]), w2(g), w2(g), w2(g), 0),
  ],
  [
    'Node "BatchNormalization" (BatchNormalization), input 1 "w": expected shape [4], found [3].',
    (g) => g.batchNormalization(x(g), w(g, [3]), w2(g), w2(g), w2(g), 0),
  ],
  [
    'Node "BatchNormalization" (BatchNormalization), outputs: expected one, since training_mode is 0, found 3.',
    (g) => g.node('BatchNormalization', [x(g), w2(g), w2(g), w2(g), w2(g)], {}, 3),
  ],
  ['Node "LRN" (LRN), attribute "size": expected an odd number of channels, found 4.', (g) => g.lrn(x(g), 4)],
  ['Node "LRN" (LRN), attribute "size": expected a value, found none.', (g) => g.node('LRN', [x(g)])],
  [
    'Node "LayerNormalization" (LayerNormalization), input 1 "w": expected shape [9, 8], found [8].',
    (g) => g.layerNormalization(x(g), w(g, [8]), undefined, 2),
  ],
  [
    'Node "InstanceNormalization" (InstanceNormalization), input 0 "x": expected an image batch [N, C, …], found [N, 4].',
    (g) => g.instanceNormalization(x(g, ['N', 4]), w(g, [4]), b(g, [4])),
  ],
  [
    'Node "InstanceNormalization" (InstanceNormalization), input 2 "b": expected shape [4], found [1].',
    (g) => g.instanceNormalization(x(g), w(g, [4]), b(g, [1])),
  ],
  [
    'Node "GroupNormalization" (GroupNormalization), attribute "num_groups": expected a divisor of the 4 channels, found 3.',
    (g) => g.groupNormalization(x(g), w(g, [3]), b(g, [3]), 3),
  ],
  [
    'Node "GroupNormalization" (GroupNormalization), input 1 "w": expected shape [2], found [4].',
    (g) => g.groupNormalization(x(g), w(g, [4]), b(g, [4]), 2),
  ],
  // Activations
  [
    'Node "PRelu" (PRelu), input 1 "w": expected a shape that broadcasts to [N, 1, 9, 8], found [4, 1, 1].',
    (g) => g.pRelu(x(g, ['N', 1, 9, 8]), w(g, [4, 1, 1])),
  ],
  [
    'Node "PRelu" (PRelu), input 1 "w": expected a shape that broadcasts to [N, 4, 9, 8], found [4].',
    (g) => g.pRelu(x(g), w(g, [4])),
  ],
  [
    'Node "Gelu" (Gelu), attribute "approximate": expected none or tanh, found erf.',
    (g) => g.node('Gelu', [x(g)], { approximate: 'erf' }),
  ],
  // Matrix products
  [
    'Node "MatMul" (MatMul), input 0 "x": expected a matrix or a stack of matrices, found [3].',
    (g) => g.matMul(x(g, [3]), w(g, [3, 2])),
  ],
  [
    'Node "MatMul" (MatMul), input 1 "w": expected a matrix or a stack of matrices, found [3].',
    (g) => g.matMul(x(g, ['N', 3]), w(g, [3])),
  ],
  [
    'Node "MatMul" (MatMul), input 1 "w": expected an inner size of 3, as in [N, 3], found [4, 2].',
    (g) => g.matMul(x(g, ['N', 3]), w(g, [4, 2])),
  ],
  [
    'Node "MatMul" (MatMul), input 1 "w": expected a stack that broadcasts with [2, 5, 3], found [4, 3, 1].',
    (g) => g.matMul(x(g, [2, 5, 3]), w(g, [4, 3, 1])),
  ],
  [
    'Node "Gemm" (Gemm), input 0 "x": expected a matrix (rank 2), found [N, 3, 1].',
    (g) => g.gemm(x(g, ['N', 3, 1]), w(g, [3, 2])),
  ],
  [
    'Node "Gemm" (Gemm), input 1 "w": expected an inner size of 3, as in [N, 3], found [3, 2].',
    (g) => g.gemm(x(g, ['N', 3]), w(g, [3, 2]), undefined, { transB: 1 }),
  ],
  [
    'Node "Gemm" (Gemm), input 2 "b": expected a shape that broadcasts to [1, 2], found [3, 2].',
    (g) => g.gemm(x(g, [1, 3]), w(g, [3, 2]), b(g, [3, 2])),
  ],
  [
    'Node "Gemm" (Gemm), input 2 "b": expected a shape that broadcasts to [N, 2], found [3].',
    (g) => g.gemm(x(g, ['N', 3]), w(g, [3, 2]), b(g, [3])),
  ],
  [
    'Node "Gemm" (Gemm), input 2 "b": expected element type float32, as input 0, found float64.',
    (g) => g.gemm(x(g, ['N', 3]), w(g, [3, 2]), b(g, [2], 'float64')),
  ],
  // Element by element
  [
    'Node "Add" (Add), input 1 "w": expected a shape that broadcasts with [N, 3], found [4].',
    (g) => g.add(x(g, ['N', 3]), w(g, [4])),
  ],
  [
    'Node "Add" (Add), input 1 "w": expected element type float32, as input 0, found int64.',
    (g) => g.add(x(g), w(g, [], 'int64')),
  ],
  [
    'Node "Add" (Add), input 0 "x": expected number elements, found bool.',
    (g) => g.add(x(g, ['N'], 'bool'), w(g, [1], 'bool')),
  ],
  ['Node "And" (And), input 0 "x": expected bool elements, found float32.', (g) => g.and(x(g), w(g, [1]))],
  [
    'Node "Neg" (Neg), input 0 "x": expected signed elements, found uint8.',
    (g) => g.neg(x(g, ['N'], 'uint8')),
  ],
  [
    'Node "BitwiseXor" (BitwiseXor), input 0 "x": expected integer elements, found float32.',
    (g) => g.bitwiseXor(x(g), w(g, [])),
  ],
  [
    'Node "BitShift" (BitShift), input 0 "x": expected unsigned elements, found int64.',
    (g) => g.bitShift(x(g, ['N'], 'int64'), w(g, [], 'int64'), 'LEFT'),
  ],
  [
    'Node "BitShift" (BitShift), attribute "direction": expected LEFT or RIGHT, found none.',
    (g) => g.node('BitShift', [x(g, ['N'], 'uint32'), w(g, [], 'uint32')]),
  ],
  [
    'Node "Pow" (Pow), input 1 "w": expected number elements, found bool.',
    (g) => g.pow(x(g), w(g, [], 'bool')),
  ],
  [
    'Node "Where" (Where), input 0 "x": expected bool elements, found float32.',
    (g) => g.where(x(g), w(g, []), b(g, [])),
  ],
  [
    'Node "Where" (Where), input 2 "b": expected element type float32, as input 1, found int64.',
    (g) => g.where(x(g, ['N'], 'bool'), w(g, []), b(g, [], 'int64')),
  ],
  ['Node "Clip" (Clip), input 1 "w": expected shape [], found [1].', (g) => g.clip(x(g), w(g, [1]))],
  ['Node "Softmax" (Softmax), axis: expected -2 to 1, found 2.', (g) => g.softmax(x(g, ['N', 3]), 2)],
  [
    'Node "Cast" (Cast), attribute "to": expected a number type, found 8.',
    (g) => g.node('Cast', [x(g)], { to: 8 }),
  ],
  ['Node "Cast" (Cast), attribute "to": expected a value, found none.', (g) => g.node('Cast', [x(g)])],
  // Layout
  [
    'Node "Reshape" (Reshape), input 1 "constant": expected a shape for the elements of [N, 4, 9, 8], found [0, 5, -1].',
    (g) => g.reshape(x(g), [0, 5, -1]),
  ],
  [
    'Node "Reshape" (Reshape), input 1 "constant": expected a shape for the 12 elements of [3, 4], found [3, 5].',
    (g) => g.reshape(x(g, [3, 4]), [3, 5]),
  ],
  [
    'Node "Reshape" (Reshape), input 1 "constant": expected a shape for the 4*N elements of [N, 4], found [0, 5].',
    (g) => g.reshape(x(g, ['N', 4]), [0, 5]),
  ],
  [
    'Node "Reshape" (Reshape), input 1 "constant": expected zeros only within the first 2 sizes, found [3, 4, 0].',
    (g) => g.reshape(x(g, [3, 4]), [3, 4, 0]),
  ],
  [
    'Node "Reshape" (Reshape), input 1 "constant": expected sizes from 0 up, one of them -1 at most, found [-1, -1].',
    (g) => g.reshape(x(g), [-1, -1]),
  ],
  [
    'Node "Reshape" (Reshape), input 1 "constant": expected sizes from 0 up, one of them -1 at most, found [-2, 6].',
    (g) => g.reshape(x(g), [-2, 6]),
  ],
  [
    'Node "Reshape" (Reshape), input 1 "constant": expected the target shape as int64, found float32.',
    (g) => g.node('Reshape', [x(g), g.floats([-1])]),
  ],
  [
    'Node "Reshape" (Reshape), input 1 "w": expected a shape (rank 1), found [].',
    (g) => g.node('Reshape', [x(g), w(g, [], 'int64')]),
  ],
  [
    'Node "Reshape" (Reshape), input 1 "w": expected a shape of known rank, found R.',
    (g) => g.node('Reshape', [x(g), w(g, ['R'], 'int64')]),
  ],
  ['Node "Flatten" (Flatten), axis: expected -2 to 1, found 3.', (g) => g.flatten(x(g, ['N', 3]), 3)],
  [
    'Node "Transpose" (Transpose), attribute "perm": expected an order of 2 axes, found [0, 0].',
    (g) => g.transpose(x(g, ['N', 3]), [0, 0]),
  ],
  [
    'Node "Concat" (Concat), input 1 "w": expected shape [N, ?, 9, 8], found [N, 4, 9, 7].',
    (g) => g.concat([x(g), w(g, ['N', 4, 9, 7])], 1),
  ],
  [
    'Node "Concat" (Concat), attribute "axis": expected a value, found none.',
    (g) => g.node('Concat', [x(g)]),
  ],
  [
    'Node "Slice" (Slice), input 0 "x": expected a known size on axis 0, found [N, 4, 9, 8].',
    (g) => g.slice(x(g), [0], [1], [0]),
  ],
  [
    'Node "Slice" (Slice), input 4 "constant": expected steps other than 0, found 0.',
    (g) => g.slice(x(g), [0], [2], [1], [0]),
  ],
  [
    'Node "Slice" (Slice), input 2 "constant_1": expected 1 numbers, as input 1, found 2.',
    (g) => g.slice(x(g), [0], [1, 2], [1]),
  ],
  [
    'Node "Slice" (Slice), input 3 "constant_2": expected axes that differ, found [1, 1].',
    (g) => g.slice(x(g), [0, 0], [1, 1], [1, -3], [1, 1]),
  ],
  [
    'Node "Slice" (Slice), input 1 "w": expected starts as a constant, found a value computed at run time.',
    (g) => g.node('Slice', [x(g), w(g, [1], 'int64'), b(g, [1], 'int64')]),
  ],
  [
    'Node "Pad" (Pad), input 1 "constant": expected 4 sizes, found [1, 2].',
    (g) => g.pad(x(g), [1, 2], [2, 3]),
  ],
  [
    'Node "Pad" (Pad), input 1 "constant": expected pads that leave something of axis 1, found [-3, -2].',
    (g) => g.pad(x(g), [-3, -2], [1]),
  ],
  [
    'Node "Pad" (Pad), attribute "mode": expected constant, reflect, edge, wrap, found circular.',
    (g) => g.node('Pad', [x(g, ['N', 3]), g.ints([0, 0, 0, 0])], { mode: 'circular' }),
  ],
  [
    'Node "Gather" (Gather), input 1 "w": expected indices of int64 or int32, found float32.',
    (g) => g.gather(x(g), w(g, [1]), 1),
  ],
  [
    'Node "ScatterElements" (ScatterElements), input 2 "b": expected shape [N, 2], found [N, 3].',
    (g) => g.scatterAdd(x(g, ['N', 5]), w(g, ['N', 2], 'int64'), b(g, ['N', 3]), 1),
  ],
  [
    'Node "ScatterElements" (ScatterElements), input 1 "w": expected an index for every update (rank 2), found [2].',
    (g) => g.scatterAdd(x(g, ['N', 5]), w(g, [2], 'int64'), b(g, [2]), 1),
  ],
  [
    'Node "ScatterND" (ScatterND), input 2 "b": expected shape [2, 5], found [5].',
    (g) => g.node('ScatterND', [x(g, ['N', 5]), w(g, [2, 1], 'int64'), b(g, [5])]),
  ],
  [
    'Node "ScatterND" (ScatterND), input 1 "w": expected 2 indices a place, or less, found [2, 3].',
    (g) => g.node('ScatterND', [x(g, ['N', 5]), w(g, [2, 3], 'int64'), b(g, [2])]),
  ],
  [
    'Node "ScatterND" (ScatterND), input 1 "w": expected indices of int64, found float32.',
    (g) => g.node('ScatterND', [x(g, ['N', 5]), w(g, [2, 1]), b(g, [2, 5])]),
  ],
  [
    'Node "Expand" (Expand), input 1 "constant": expected a shape that [N, 2] expands to, found [3].',
    (g) => g.expand(x(g, ['N', 2]), g.ints([3])),
  ],
  [
    'Node "Expand" (Expand), input 1 "constant": expected a shape of sizes from 0 up, found [-1, 2].',
    (g) => g.expand(x(g, ['N', 2]), g.ints([-1, 2])),
  ],
  [
    'Node "Squeeze" (Squeeze), input 0 "x": expected size 1 on axis 1, found [N, 2].',
    (g) => g.squeeze(x(g, ['N', 2]), [1]),
  ],
  [
    'Node "Squeeze" (Squeeze), input 0 "x": expected known sizes, since no axes are given, found [N, 1].',
    (g) => g.node('Squeeze', [x(g, ['N', 1])]),
  ],
  [
    'Node "Unsqueeze" (Unsqueeze), input 1 "constant": expected axes that differ, found [1, 1].',
    (g) => g.unsqueeze(x(g, ['N']), [1, -2]),
  ],
  [
    'Node "Split" (Split), input 1 "constant": expected sizes that make 4 together, found [1, 2].',
    (g) => g.split(x(g), [1, 2], 1),
  ],
  [
    'Node "Split" (Split), input 1 "constant": expected 3 sizes, one for each output, found [2, 2].',
    (g) => g.node('Split', [x(g), g.ints([2, 2])], { axis: 1 }, 3),
  ],
  [
    'Node "Split" (Split), attribute "num_outputs": expected 2, the number of outputs, found 4.',
    (g) => g.node('Split', [x(g)], { axis: 1, num_outputs: 4 }, 2),
  ],
  [
    'Node "Split" (Split), attribute "num_outputs": expected parts that divide 9, none of them empty, found 4.',
    (g) => g.node('Split', [x(g)], { axis: 2, num_outputs: 4 }, 4),
  ],
  ['Node "Tile" (Tile), input 1 "constant": expected shape [4], found [2].', (g) => g.tile(x(g), [1, 2])],
  [
    'Node "DepthToSpace" (DepthToSpace), input 0 "x": expected 4 to be a multiple of 9, found [N, 4, 9, 8].',
    (g) => g.depthToSpace(x(g), 3),
  ],
  [
    'Node "DepthToSpace" (DepthToSpace), attribute "mode": expected DCR or CRD, found RDC.',
    (g) => g.node('DepthToSpace', [x(g)], { blocksize: 2, mode: 'RDC' }),
  ],
  [
    'Node "SpaceToDepth" (SpaceToDepth), input 0 "x": expected 9 to be a multiple of 2, found [N, 4, 9, 8].',
    (g) => g.spaceToDepth(x(g), 2),
  ],
  [
    'Node "SpaceToDepth" (SpaceToDepth), attribute "blocksize": expected a positive size, found 0.',
    (g) => g.spaceToDepth(x(g), 0),
  ],
  [
    'Node "Trilu" (Trilu), input 0 "x": expected a matrix or a stack of matrices, found [N].',
    (g) => g.trilu(x(g, ['N'])),
  ],
  // Reductions
  [
    'Node "ReduceSum" (ReduceSum), axis: expected -2 to 1, found -3.',
    (g) => g.reduceSum(x(g, ['N', 3]), [-3]),
  ],
  [
    'Node "ReduceSum" (ReduceSum), input 1 "constant": expected axes that differ, found [0, 0].',
    (g) => g.reduceSum(x(g, ['N', 3]), [0, -2]),
  ],
  [
    'Node "ReduceSum" (ReduceSum), input 1 "w": expected axes as a constant, found a value computed at run time.',
    (g) => g.node('ReduceSum', [x(g), w(g, [1], 'int64')]),
  ],
  [
    'Node "ConstantOfShape" (ConstantOfShape), attribute "value": expected one element, found 2.',
    (g) => g.constantOfShape(g.ints([2]), float32([2], [1, 2])),
  ],
  [
    'Node "ConstantOfShape" (ConstantOfShape), input 0 "constant": expected a shape of sizes from 0 up, found [-1].',
    (g) => g.constantOfShape(g.ints([-1]), float32([1], [0])),
  ],
  [
    'Node "Range" (Range), input 2 "constant": expected a step other than 0, found 0.',
    (g) => g.range(g.ints(0), g.ints(0), g.ints(0)),
  ],
  [
    'Node "Range" (Range), input 1 "w": expected shape [], found [1].',
    (g) => g.range(x(g, [], 'int64'), w(g, [1], 'int64'), g.ints(1)),
  ],
];

function w2(g: GraphBuilder): Value {
  return g.typeOf('statistic') ? g.value('statistic') : g.input('statistic', 'float32', [4]);
}

describe('shapes and types that do not fit', () => {
  test.each(SHAPE_ERRORS)('%s', (message, build) => {
    expect(labErrorOf(() => build(new GraphBuilder('g')))).toEqual({ code: 'ONNX_SHAPE', message });
  });
});

const INVALID: readonly Case[] = [
  ['Node "Relu" (Relu), inputs: expected 1, found 2.', (g) => g.node('Relu', [x(g), w(g, [])])],
  ['Node "Conv" (Conv), inputs: expected 2 to 3, found 1.', (g) => g.node('Conv', [x(g)])],
  ['Node "Sum" (Sum), inputs: expected 1 or more, found 0.', (g) => g.sum([])],
  ['Node "MaxPool" (MaxPool), outputs: expected 1 to 2, found 3.', (g) => g.node('MaxPool', [x(g)], {}, 3)],
  [
    'Node "Relu" (Relu), attribute "alpha": expected no attribute, found "alpha".',
    (g) => g.node('Relu', [x(g)], { alpha: 1 }),
  ],
  [
    'Node "Softmax" (Softmax), attribute "constructor": expected axis, found "constructor".',
    (g) => g.node('Softmax', [x(g)], { constructor: 1 }),
  ],
];

describe('nodes that are not what their op is', () => {
  test.each(INVALID)('%s', (message, build) => {
    expect(labErrorOf(() => build(new GraphBuilder('g')))).toEqual({ code: 'ONNX_INVALID_GRAPH', message });
  });

  test('an attribute of another type', () => {
    const g = new GraphBuilder('g');
    const attributes = { axis: { type: 'float', value: 1 } } as const;
    const node = {
      name: 's',
      opType: 'Softmax',
      domain: '',
      inputs: [x(g).name],
      outputs: ['y'],
      attributes,
    };
    expect(labErrorOf(() => g.append(node))).toEqual({
      code: 'ONNX_INVALID_GRAPH',
      message: 'Node "s" (Softmax), attribute "axis": expected int, found float.',
    });
  });

  test('an input that nothing defines, and a required one left out', () => {
    const g = new GraphBuilder('g');
    x(g);
    const node = { name: 'a', opType: 'Add', domain: '', outputs: ['y'], attributes: {} };
    expect(labErrorOf(() => g.append({ ...node, inputs: ['x', 'later'] }))).toEqual({
      code: 'ONNX_INVALID_GRAPH',
      message: 'Node "a" (Add), input 1 "later": expected a value defined before it, found nothing.',
    });
    expect(labErrorOf(() => g.append({ ...node, inputs: ['x', ''] }))).toEqual({
      code: 'ONNX_SHAPE',
      message: 'Node "a" (Add), input 1: expected a value, found none.',
    });
  });

  test.each([
    ['', 'Attention', 'Node "n": the op Attention is not one the lab knows.'],
    ['', 'toString', 'Node "n": the op toString is not one the lab knows.'],
    ['com.microsoft', 'Gelu', 'Node "n": the op com.microsoft.Gelu is not one the lab knows.'],
  ])('an op of domain %j named %s', (domain, opType, message) => {
    const g = new GraphBuilder('g');
    const node = { name: 'n', opType, domain, inputs: [], outputs: ['y'], attributes: {} };
    expect(labErrorOf(() => g.append(node))).toEqual({ code: 'ONNX_UNSUPPORTED', message });
  });
});

describe('symbolic sizes', () => {
  const cases: readonly (readonly [Dim[], (g: GraphBuilder) => Value])[] = [
    [['N', 6, 7, 6], (g) => g.conv(x(g), w(g, [6, 4, 3, 3]))],
    [['N', 288], (g) => g.flatten(x(g))],
    [['288*N'], (g) => g.reshape(x(g), [-1])],
    [['4*N', 72], (g) => g.reshape(x(g), [-1, 72])],
    [['N', 4, 72], (g) => g.reshape(g.reshape(x(g), [-1, 72]), [-1, 4, 72])],
    [['36*N', 8], (g) => g.flatten(x(g), -1)],
    [[8, 9, 4, 'N'], (g) => g.transpose(x(g), [3, 2, 1, 0])],
    [
      ['N', 8, 9, 8],
      (g) => {
        const a = x(g);
        return g.concat([a, a], 1);
      },
    ],
    [
      ['', 4, 9, 8],
      (g) => {
        const a = x(g);
        return g.concat([a, a], 0);
      },
    ],
    [['N', 5], (g) => g.matMul(x(g, ['N', 3]), w(g, [3, 5]))],
    [['N', 3], (g) => g.add(x(g, ['N', 3]), w(g, ['N', 1]))],
    [['', 3], (g) => g.add(x(g, ['N', 3]), w(g, ['M', 1]))],
    [[7, 3], (g) => g.add(x(g, ['N', 3]), w(g, [7, 3]))],
    [[7, 3], (g) => g.add(x(g, [7, 3]), w(g, ['N', 3]))],
    [['N'], (g) => g.gather(w(g, [10]), x(g, ['N'], 'int64'), 0)],
    [[4], (g) => g.shape(x(g))],
    [['', ''], (g) => g.constantOfShape(g.shape(x(g), 0, 2), int64([0]))],
  ];
  test.each(cases)('%j', (shape, build) => {
    expect(build(new GraphBuilder('g')).shape).toEqual(shape);
  });
});
