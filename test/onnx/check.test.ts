import { describe, expect, test } from 'vitest';
import { checkModel } from '../../src-main/onnx/check.ts';
import { GraphBuilder } from '../../src-main/onnx/graph-builder.ts';
import { float32 } from '../../src-main/onnx/tensor.ts';
import type { Graph, Model, Node } from '../../src-main/onnx/types.ts';
import { createSession } from '../../src-main/runtime/session.ts';
import { labErrorFrom, labErrorOf } from '../helpers/lab-errors.ts';

/** y = relu(x · w) */
function model(change: (graph: Graph) => Partial<Graph> = () => ({})): Model {
  const g = new GraphBuilder('net');
  const w = g.initializer('w', float32([2, 3], [1, 2, 3, 4, 5, 6]));
  g.output(g.relu(g.matMul(g.input('x', 'float32', ['N', 2]), w)), 'y');
  const built = g.build();
  return { ...built, graph: { ...built.graph, ...change(built.graph) } };
}

function relu(name: string, input: string, output: string): Node {
  return { name, opType: 'Relu', domain: '', inputs: [input], outputs: [output], attributes: {} };
}

test('gives the types of all values', () => {
  expect(Object.fromEntries(checkModel(model()))).toEqual({
    x: { dtype: 'float32', shape: ['N', 2] },
    w: { dtype: 'float32', shape: [2, 3] },
    MatMul: { dtype: 'float32', shape: ['N', 3] },
    y: { dtype: 'float32', shape: ['N', 3] },
  });
});

test('takes initializers that are listed among the inputs, as early files have them', () => {
  const inputs = ({ inputs: given }: Graph): Partial<Graph> => ({
    inputs: [...given, { name: 'w', dtype: 'float32', shape: [2, 3] }],
  });
  expect(checkModel(model(inputs)).get('y')?.shape).toEqual(['N', 3]);
});

const PROBLEMS: readonly (readonly [string, (graph: Graph) => Partial<Graph>])[] = [
  [
    'Node "r" (Relu), input 0 "r2": expected a value defined before it, found nothing.',
    ({ nodes }) => ({ nodes: [...nodes, relu('r', 'r2', 'r1'), relu('q', 'r1', 'r2')] }),
  ],
  [
    'Node "r" (Relu), input 0 "r1": expected a value defined before it, found nothing.',
    ({ nodes }) => ({ nodes: [...nodes, relu('r', 'r1', 'r1')] }),
  ],
  [
    'Node "r" (Relu) defines "y": expected a name of its own, found one that is already taken.',
    ({ nodes }) => ({ nodes: [...nodes, relu('r', 'x', 'y')] }),
  ],
  [
    'Node "r" (Relu) defines "w": expected a name of its own, found one that is already taken.',
    ({ nodes }) => ({ nodes: [relu('r', 'x', 'w'), ...nodes] }),
  ],
  [
    'A graph input defines "x": expected a name of its own, found one that is already taken.',
    ({ inputs }) => ({ inputs: [...inputs, ...inputs] }),
  ],
  ['Graph input "x": expected a shape, found none.', () => ({ inputs: [{ name: 'x', dtype: 'float32' }] })],
  [
    'Graph input "w": expected shape [3, 2], found [2, 3].',
    ({ inputs }) => ({ inputs: [...inputs, { name: 'w', dtype: 'float32', shape: [3, 2] }] }),
  ],
  [
    'Graph output "z": expected a value that a node defines, found none.',
    () => ({ outputs: [{ name: 'z', dtype: 'float32' }] }),
  ],
  [
    'Graph output "y": expected element type int64, found float32.',
    () => ({ outputs: [{ name: 'y', dtype: 'int64' }] }),
  ],
  [
    'Graph output "y": expected shape [N, 4], found [N, 3].',
    () => ({ outputs: [{ name: 'y', dtype: 'float32', shape: ['N', 4] }] }),
  ],
  [
    'Graph output "y": expected a name of its own, found one that is already taken.',
    ({ outputs }) => ({ outputs: [...outputs, ...outputs] }),
  ],
  [
    'Value "MatMul": expected shape [N, 5], found [N, 3].',
    () => ({ valueInfo: [{ name: 'MatMul', dtype: 'float32', shape: ['N', 5] }] }),
  ],
  [
    'Initializer "w": expected 6 elements for its shape [2, 3], found 5.',
    () => ({ initializers: new Map([['w', float32([2, 3], [1, 2, 3, 4, 5])]]) }),
  ],
];

describe('graphs that are not well formed', () => {
  test.each(PROBLEMS)('%s', (message, change) => {
    expect(labErrorOf(() => checkModel(model(change)))).toEqual({ code: 'ONNX_INVALID_GRAPH', message });
  });

  test('shapes that do not fit', () => {
    const initializers = new Map([['w', float32([3, 2], [1, 2, 3, 4, 5, 6])]]);
    expect(labErrorOf(() => checkModel(model(() => ({ initializers }))))).toEqual({
      code: 'ONNX_SHAPE',
      message:
        'Node "MatMul" (MatMul), input 1 "w": expected an inner size of 2, as in [N, 2], found [3, 2].',
    });
  });

  test.each([
    [{ '': 17 }, 'The operator set: expected 20, found 17.'],
    [{ 'com.microsoft': 1 }, 'The operator set: expected 20, found none.'],
    [{}, 'The operator set: expected 20, found none.'],
  ])('operator sets %j', (opsets: Record<string, number>, message) => {
    expect(labErrorOf(() => checkModel({ ...model(), opsets }))).toEqual({
      code: 'ONNX_INVALID_GRAPH',
      message,
    });
  });

  test('onnxruntime refuses the cycle and the second definition too', async () => {
    const refused = PROBLEMS.filter(([text]) => /"r2"|defines "y"/.test(text));
    expect(refused).toHaveLength(2);
    for (const [message, change] of refused) {
      const { code } = await labErrorFrom(createSession(model(change), { name: message }));
      expect(code).toBe('ONNX_INVALID_GRAPH');
    }
  });
});
