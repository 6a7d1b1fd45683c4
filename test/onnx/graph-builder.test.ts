import { describe, expect, test } from 'vitest';
import { checkModel } from '../../src-main/onnx/check.ts';
import { GraphBuilder } from '../../src-main/onnx/graph-builder.ts';
import { float32 } from '../../src-main/onnx/tensor.ts';
import { labErrorOf } from '../helpers/lab-errors.ts';
import { runOnnx } from '../helpers/ort.ts';

describe('names', () => {
  test('nodes are named after their op, their scope and their number', () => {
    const g = new GraphBuilder('g');
    const x = g.input('x', 'float32', ['N']);
    g.scope('layer1', () => g.scope('0', () => g.relu(x)));
    g.relu(x);
    g.relu(x);
    expect(g.nodes.map(({ name }) => name)).toEqual(['layer1.0/Relu', 'Relu', 'Relu_1']);
  });

  test('a scope ends when its body throws', () => {
    const g = new GraphBuilder('g');
    expect(() =>
      g.scope('inner', () => {
        throw new Error('x');
      }),
    ).toThrow('x');
    g.relu(g.input('x', 'float32', []));
    expect(g.nodes[0]?.name).toBe('Relu');
  });

  test('a name that is taken is a defect of the caller', () => {
    const g = new GraphBuilder('g');
    const x = g.input('x', 'float32', []);
    expect(() => g.input('x', 'float32', [])).toThrow('The graph "g" has two values named "x".');
    expect(() => {
      g.output(g.relu(x), 'x');
    }).toThrow('The graph "g" has two values named "x".');
    expect(() => g.value('y')).toThrow('The graph "g" has no value "y".');
  });
});

describe('constants', () => {
  test('small equal ones are shared; types, shapes and signs of zero are told apart', () => {
    const g = new GraphBuilder('g');
    const names = [
      g.scalar(1),
      g.scalar(1),
      g.floats([1]),
      g.ints(1),
      g.scalar(0),
      g.scalar(-0),
      g.scalar(NaN),
      g.scalar(NaN),
    ].map(({ name }) => name);
    expect(names[0]).toBe(names[1]);
    expect(names[6]).toBe(names[7]);
    expect(new Set(names).size).toBe(6);
  });

  test('large ones are not compared', () => {
    const g = new GraphBuilder('g');
    const large = float32([65], new Float32Array(65));
    expect(g.constant(large).name).not.toBe(g.constant(large).name);
  });
});

describe('outputs', () => {
  test('inputs, constants and one value under two names', async () => {
    const g = new GraphBuilder('g');
    const x = g.input('x', 'float32', ['N']);
    const y = g.neg(x);
    g.output(x, 'input');
    g.output(g.floats([5]), 'constant');
    g.output(y, 'first');
    g.output(y, 'second');
    g.output(g.abs(y), 'abs');
    const model = g.build();
    checkModel(model);
    const results = await runOnnx(model, new Map([['x', float32([2], [1, 2])]]));
    expect([...results].map(([name, { data }]) => [name, Array.from(data as Float32Array)])).toEqual([
      ['input', [1, 2]],
      ['constant', [5]],
      ['first', [-1, -2]],
      ['second', [-1, -2]],
      ['abs', [1, 2]],
    ]);
  });

  test('an optional output is asked for once', () => {
    const g = new GraphBuilder('g');
    g.maxPool(g.input('x', 'float32', ['N', 1, 4, 4]), { kernel_shape: [2, 2] });
    const node = g.nodes[0]!;
    const indices = g.optionalOutput(node, 1);
    expect(indices).toEqual({ name: 'MaxPool:1', dtype: 'int64', shape: ['N', 1, 3, 3] });
    expect(g.optionalOutput(node, 1)).toEqual(indices);
    expect(g.nodes).toHaveLength(1);
  });

  test('optional outputs are asked for in any order', () => {
    const g = new GraphBuilder('g');
    g.layerNormalization(g.input('x', 'float32', ['N', 4]), g.floats([1, 1, 1, 1]));
    const node = g.nodes[0]!;
    expect(g.optionalOutput(node, 2).name).toBe('LayerNormalization:2');
    expect(g.optionalOutput(node, 1).shape).toEqual(['N', 1]);
  });
});

describe('GraphBuilder.from', () => {
  test('goes on from a model', async () => {
    const g = new GraphBuilder('g');
    g.output(g.add(g.input('x', 'float32', ['N']), g.scalar(1)), 'y');
    const more = GraphBuilder.from(g.build());
    more.output(more.mul(more.value('y'), more.scalar(3)), 'z');
    const model = more.build();
    checkModel(model);
    expect((await runOnnx(model, new Map([['x', float32([1], [4])]]))).get('z')).toEqual(float32([1], [15]));
  });

  test('refuses an input of unknown rank', () => {
    const g = new GraphBuilder('g');
    g.output(g.relu(g.input('x', 'float32', ['N'])), 'y');
    const model = g.build();
    const inputs = [{ name: 'x', dtype: 'float32' }] as const;
    expect(labErrorOf(() => GraphBuilder.from({ ...model, graph: { ...model.graph, inputs } }))).toEqual({
      code: 'ONNX_INVALID_GRAPH',
      message: 'Graph input "x": expected a shape, found none.',
    });
  });
});

test('a node whose inference fails leaves the graph as it was', () => {
  const g = new GraphBuilder('g');
  const x = g.input('x', 'float32', ['N', 3]);
  expect(() => g.matMul(x, g.initializer('w', float32([2, 2], [1, 2, 3, 4])))).toThrow('an inner size of 3');
  expect(g.nodes).toHaveLength(0);
  expect(g.shape(x)).toMatchObject({ dtype: 'int64', shape: [2] });
});
