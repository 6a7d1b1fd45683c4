import { describe, expect, test } from 'vitest';
import { checkModel } from '../../src-main/onnx/check.ts';
import { bindInitializers, joinModels, keepOutputs, specialise } from '../../src-main/onnx/edit.ts';
import { GraphBuilder } from '../../src-main/onnx/graph-builder.ts';
import { float32, int64 } from '../../src-main/onnx/tensor.ts';
import type { Model } from '../../src-main/onnx/types.ts';
import { labErrorOf } from '../helpers/lab-errors.ts';
import { runOnnx } from '../helpers/ort.ts';

/** double = 2 · x · w, and flat = double as one row; `unused` feeds only a third output. */
function model(): Model {
  const g = new GraphBuilder('first');
  const x = g.input('x', 'float32', ['N', 2]);
  const w = g.input('w', 'float32', [2, 2]);
  const unused = g.input('unused', 'float32', ['N', 'M']);
  const double = g.mul(g.matMul(x, w), g.scalar(2));
  g.output(double, 'double');
  g.output(g.reshape(double, [-1]), 'flat');
  g.output(g.add(unused, g.scalar(7)), 'other');
  return g.build({ run: 'r1' });
}

const W = float32([2, 2], [1, 0, 0, 1]);
const X = float32([1, 2], [3, 4]);

describe('specialise', () => {
  test('puts numbers into inputs and outputs, also into products', () => {
    const { graph } = specialise(model(), { N: 3 });
    expect(graph.inputs.map(({ shape }) => shape)).toEqual([
      [3, 2],
      [2, 2],
      [3, 'M'],
    ]);
    expect(graph.outputs.map(({ shape }) => shape)).toEqual([[3, 2], [6], [3, 'M']]);
    expect(checkModel(specialise(model(), { N: 3 })).get('flat')?.shape).toEqual([6]);
  });

  test('leaves the model it was given alone', () => {
    const before = model();
    specialise(before, { N: 3 });
    expect(before).toEqual(model());
  });
});

describe('bindInitializers', () => {
  test('turns inputs into constants and ignores other tensors', async () => {
    const bound = bindInitializers(
      keepOutputs(model(), ['double']),
      new Map([
        ['w', W],
        ['elsewhere', X],
      ]),
    );
    expect(bound.graph.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(bound.graph.initializers.get('w')).toBe(W);
    expect(bound.graph.initializers.has('elsewhere')).toBe(false);
    const results = await runOnnx(bound, new Map([['x', X]]));
    expect(results.get('double')).toEqual(float32([1, 2], [6, 8]));
  });

  test('takes any size for a symbol and any shape for an unknown rank', () => {
    const base = model();
    const inputs = base.graph.inputs.map((info) =>
      info.name === 'w' ? { name: 'w', dtype: info.dtype } : info,
    );
    const bound = bindInitializers(
      { ...base, graph: { ...base.graph, inputs } },
      new Map([
        ['w', W],
        ['x', X],
      ]),
    );
    expect([...bound.graph.initializers.keys()]).toEqual(expect.arrayContaining(['w', 'x']));
  });

  test.each([
    [float32([2, 3], new Float32Array(6)), 'float32 [2, 3]'],
    [float32([4], new Float32Array(4)), 'float32 [4]'],
    [{ ...int64([1, 2, 3, 4]), dims: [2, 2] }, 'int64 [2, 2]'],
  ])('refuses a tensor that does not fit', (tensor, found) => {
    expect(labErrorOf(() => bindInitializers(model(), new Map([['w', tensor]])))).toEqual({
      code: 'ONNX_SHAPE',
      message: `Binding the input "w": expected float32 [2, 2], found ${found}.`,
    });
  });
});

describe('keepOutputs', () => {
  test('drops the nodes, inputs and constants that only other outputs needed', async () => {
    const kept = keepOutputs(model(), ['flat']);
    expect(kept.graph.outputs.map(({ name }) => name)).toEqual(['flat']);
    expect(kept.graph.inputs.map(({ name }) => name)).toEqual(['x', 'w']);
    expect(kept.graph.nodes.map(({ opType }) => opType)).toEqual(['MatMul', 'Mul', 'Reshape']);
    expect(kept.graph.initializers.size).toBe(2);
    expect(
      (
        await runOnnx(
          kept,
          new Map([
            ['x', X],
            ['w', W],
          ]),
        )
      ).get('flat'),
    ).toEqual(float32([2], [6, 8]));
  });

  test('an omitted input keeps no node with an omitted output', () => {
    const g = new GraphBuilder('g');
    const x = g.input('x', 'float32', ['N', 1, 4, 4]);
    const attributes = { kernel_shape: { type: 'ints', value: [2, 2] } } as const;
    g.append({
      name: 'pool',
      opType: 'MaxPool',
      domain: '',
      inputs: ['x'],
      outputs: ['pooled', ''],
      attributes,
    });
    g.output(g.clip(x, undefined, g.scalar(1)), 'y');
    expect(keepOutputs(g.build(), ['y']).graph.nodes.map(({ opType }) => opType)).toEqual(['Clip']);
  });
});

describe('joinModels', () => {
  /** sum = double + x, and double again, with names inside that the first model has too */
  function second(): Model {
    const g = new GraphBuilder('second');
    const double = g.input('double', 'float32', ['N', 2]);
    const x = g.input('x', 'float32', ['N', 2]);
    const own = g.input('own', 'float32', [2]);
    g.output(g.add(g.mul(double, g.scalar(10)), g.mul(x, own)), 'sum');
    return g.build();
  }

  test('feeds outputs of the first into the second, shares inputs and keeps inner names apart', async () => {
    const joined = joinModels(keepOutputs(model(), ['double']), second(), ['sum', 'double'], 'second/');
    expect(joined.graph.inputs.map(({ name }) => name)).toEqual(['x', 'w', 'own']);
    expect(joined.graph.outputs.map(({ name }) => name)).toEqual(['double', 'sum']);
    expect(joined.metadata).toEqual({ run: 'r1' });
    checkModel(joined);
    const feeds = new Map([
      ['x', X],
      ['w', W],
      ['own', float32([2], [1, 100])],
    ]);
    const results = await runOnnx(joined, feeds);
    expect(results.get('sum')).toEqual(float32([1, 2], [63, 480]));
    expect(results.get('double')).toEqual(float32([1, 2], [6, 8]));
  });

  test('an inner value of the first is no output unless it is asked for', () => {
    const joined = joinModels(keepOutputs(model(), ['double']), second(), ['sum'], 'second/');
    expect(joined.graph.outputs.map(({ name }) => name)).toEqual(['sum']);
  });
});
