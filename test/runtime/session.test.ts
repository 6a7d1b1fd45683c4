import { describe, expect, test } from 'vitest';
import { encodeModel } from '../../src-main/onnx/encode.ts';
import { GraphBuilder } from '../../src-main/onnx/graph-builder.ts';
import { float32, int64, type DataType, type Tensor } from '../../src-main/onnx/tensor.ts';
import type { Model } from '../../src-main/onnx/types.ts';
import { createSession } from '../../src-main/runtime/session.ts';
import { temporaryFolder } from '../data/temporary.ts';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

function affine(): Model {
  const graph = new GraphBuilder('affine');
  const x = graph.input('x', 'float32', ['N', 2]);
  const y = graph.matMul(x, graph.constant(float32([2, 1], [2, 3])));
  graph.output(y, 'y');
  graph.output(graph.reduceSum(y, undefined, false), 'sum');
  return graph.build();
}

function identity(dtype: DataType): Model {
  const graph = new GraphBuilder('identity');
  graph.output(graph.identity(graph.input('x', dtype, ['N'])), 'y');
  return graph.build();
}

const feeds = (tensor: Tensor): Map<string, Tensor> => new Map([['x', tensor]]);

describe('createSession', () => {
  test('runs a model given as a value, as bytes and as a path', async () => {
    const file = path.join(temporaryFolder(), 'affine.onnx');
    await writeFile(file, encodeModel(affine()));
    for (const source of [affine(), encodeModel(affine()), file]) {
      const session = await createSession(source, { threads: 1 });
      expect(session.inputNames).toEqual(['x']);
      expect(session.outputNames).toEqual(['y', 'sum']);
      const results = await session.run(feeds(float32([2, 2], [1, 1, 10, 20])));
      expect(results.get('y')).toEqual(float32([2, 1], [5, 80]));
      expect(results.get('sum')).toEqual(float32([], [85]));
      await session.release();
    }
  });

  test('gives only the wanted outputs, as arrays that later runs leave alone', async () => {
    const session = await createSession(affine());
    const first = await session.run(feeds(float32([1, 2], [1, 0])), ['y']);
    await session.run(feeds(float32([1, 2], [0, 1])), ['y']);
    expect([...first.keys()]).toEqual(['y']);
    expect(Array.from(first.get('y')!.data as Float32Array)).toEqual([2]);
    await session.release();
  });

  test.each([
    ['uint8', Uint8Array.of(1, 255)],
    ['int32', Int32Array.of(-1, 2)],
    ['uint32', Uint32Array.of(1, 2 ** 32 - 1)],
    ['bool', Uint8Array.of(0, 1)],
    ['float64', Float64Array.of(0.1, -2)],
  ] as const)('carries %s', async (dtype, data) => {
    const session = await createSession(identity(dtype));
    expect((await session.run(feeds({ dtype, dims: [2], data }))).get('y')).toEqual({
      dtype,
      dims: [2],
      data,
    });
    await session.release();
  });

  test('names the model that does not load', async () => {
    await expect(createSession(Uint8Array.of(1, 2, 3), { name: 'broken.onnx' })).rejects.toMatchObject({
      code: 'ONNX_INVALID_GRAPH',
      message:
        'Loading broken.onnx into onnxruntime (cpu): Failed to load model because protobuf parsing failed.',
    });
  });

  test('names the model whose input does not fit', async () => {
    const session = await createSession(affine(), { name: 'affine' });
    await expect(session.run(feeds(float32([2], [1, 2])))).rejects.toMatchObject({
      code: 'ONNX_SHAPE',
      message:
        'Running affine: Invalid rank for input: x Got: 1 Expected: 2 ' +
        'Please fix either the inputs/outputs or the model.',
    });
    await expect(session.run(feeds(int64([1])))).rejects.toMatchObject({ code: 'ONNX_SHAPE' });
    await session.release();
  });
});
