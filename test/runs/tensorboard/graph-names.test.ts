/** Names of nodes in a graph view. */
import { expect, test } from 'vitest';
import type { Graph, Node } from '../../../src-main/onnx/types.ts';
import { float32 } from '../../../src-main/onnx/tensor.ts';
import { nodeNames } from '../../../src-main/runs/tensorboard/graph-names.ts';

function graphOf(
  nodes: readonly (readonly [string, string, string, string])[],
  constants: readonly string[],
): Graph {
  const node = ([name, opType, inputs, outputs]: (typeof nodes)[number]): Node => ({
    ...{ name, opType, domain: '', attributes: {} },
    inputs: inputs.split(' '),
    outputs: outputs.split(' '),
  });
  return {
    ...{ name: 'g', outputs: [], valueInfo: [], inputs: [{ name: 'x', dtype: 'float32', shape: ['N'] }] },
    initializers: new Map(constants.map((name) => [name, float32([1], [0])])),
    nodes: nodes.map(node),
  };
}

test('activations and sums go into their block, pooling only as far as the next layer', () => {
  const { nodes } = nodeNames(
    graphOf(
      [
        ['block.0.conv/Conv', 'Conv', 'x', 'a'],
        ['Relu', 'Relu', 'a', 'b'],
        ['block.0.bn/BatchNormalization', 'BatchNormalization', 'b', 'c'],
        ['Add', 'Add', 'c b', 'd'],
        ['Relu_1', 'Relu', 'd', 'e'],
        ['MaxPool', 'MaxPool', 'e', 'f'],
        ['block.1.conv/Conv', 'Conv', 'f', 'g'],
        ['GlobalAveragePool', 'GlobalAveragePool', 'g', 'h'],
        ['fc/Gemm', 'Gemm', 'h', 'i'],
      ],
      [],
    ),
  );
  expect(nodes).toEqual([
    'block/0/conv/Conv',
    'block/0/Relu',
    'block/0/bn/BatchNormalization',
    'block/0/Add',
    'block/0/Relu_1',
    'block/MaxPool',
    'block/1/conv/Conv',
    'GlobalAveragePool',
    'fc/Gemm',
  ]);
});

test('names from elsewhere: with slashes in front, empty, twice, or with characters that mean something', () => {
  const { nodes, values } = nodeNames(
    graphOf(
      [
        ['/layer1/conv:1/Conv', 'Conv', 'x layer1.weight shared', 'a'],
        ['', 'Split', 'a', 'b c'],
        ['/layer1/conv:1/Conv', 'Conv', 'c', 'd'],
      ],
      ['layer1.weight', 'shared', 'unused'],
    ),
  );
  expect(nodes).toEqual(['layer1/conv_1/Conv', 'layer1/Split', 'layer1/conv_1/Conv_1']);
  expect(Object.fromEntries(values)).toEqual({
    ...{ a: 'layer1/conv_1/Conv', b: 'layer1/Split', c: 'layer1/Split:1', d: 'layer1/conv_1/Conv_1', x: 'x' },
    ...{ 'layer1.weight': 'layer1/weight', shared: 'layer1/conv_1/shared', unused: 'unused' },
  });
});
