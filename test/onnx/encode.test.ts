import { describe, expect, test } from 'vitest';
import { decodeModel } from '../../src-main/onnx/decode.ts';
import { encodeModel } from '../../src-main/onnx/encode.ts';
import { GraphBuilder } from '../../src-main/onnx/graph-builder.ts';
import { float32, int64 } from '../../src-main/onnx/tensor.ts';
import type { AttributeValue, Model } from '../../src-main/onnx/types.ts';
import { labErrorOf } from '../helpers/lab-errors.ts';
import { runOnnx } from '../helpers/ort.ts';

const METADATA = { labels: '["cat","狗"]', empty: '', 'vitrine.run': 'r1', multiline: 'a\nb' };

function model(): Model {
  const g = new GraphBuilder('net');
  const x = g.input('x', 'float32', ['N', 3, 8, 8]);
  const w = g.initializer('conv.weight', float32([2, 3, 3, 3], new Float32Array(54).fill(0.1)));
  const pooled = g.maxPool(g.relu(g.conv(x, w)), { kernel_shape: [2, 2], strides: [2, 2] });
  g.output(g.softmax(g.flatten(pooled)), 'y');
  return g.build(METADATA);
}

describe('encodeModel', () => {
  test('gives the same bytes for the same model', () => {
    expect(encodeModel(model())).toEqual(encodeModel(model()));
  });

  test('loses nothing that decoding reads', () => {
    const { graph, ...rest } = decodeModel(encodeModel(model()));
    expect(rest).toEqual({
      irVersion: 9,
      opsets: { '': 20 },
      producerName: 'vitrine',
      producerVersion: '',
      metadata: METADATA,
    });
    expect(graph).toEqual(model().graph);
    expect([...graph.initializers.keys()]).toEqual([...model().graph.initializers.keys()]);
  });

  test('keeps metadata_props and their order', () => {
    expect(Object.entries(decodeModel(encodeModel(model())).metadata)).toEqual(Object.entries(METADATA));
  });

  test('keeps every kind of attribute', () => {
    const attributes: Record<string, AttributeValue> = {
      int: { type: 'int', value: -(2 ** 53) + 1 },
      float: { type: 'float', value: 0.5 },
      string: { type: 'string', value: 'Größe' },
      tensor: { type: 'tensor', value: int64([1, -1]) },
      graph: { type: 'graph', value: model().graph },
      ints: { type: 'ints', value: [1, 0, -3] },
      floats: { type: 'floats', value: [1.5, -2] },
      strings: { type: 'strings', value: ['a', '', '猫'] },
      none: { type: 'ints', value: [] },
    };
    const base = model();
    const node = { name: 'n', opType: 'Op', domain: 'test', inputs: ['x', ''], outputs: ['z'], attributes };
    const whole = { ...base, graph: { ...base.graph, nodes: [node] } };
    expect(decodeModel(encodeModel(whole)).graph.nodes).toEqual([node]);
  });

  test('keeps unknown sizes and unknown ranks apart from scalars', () => {
    const base = model();
    const inputs = [
      { name: 'a', dtype: 'float32', shape: ['', 3] },
      { name: 'b', dtype: 'float32' },
      { name: 'c', dtype: 'float32', shape: [] },
    ] as const;
    const decoded = decodeModel(encodeModel({ ...base, graph: { ...base.graph, inputs } }));
    expect(decoded.graph.inputs).toEqual(inputs);
    expect('shape' in decoded.graph.inputs[1]!).toBe(false);
  });

  test('writes constants without elements, which onnxruntime reads', async () => {
    const g = new GraphBuilder('empty');
    g.output(g.concat([g.input('x', 'float32', ['N', 2]), g.constant(float32([0, 2], []))], 0), 'y');
    const results = await runOnnx(encodeModel(g.build()), new Map([['x', float32([1, 2], [3, 4])]]));
    expect(results.get('y')).toEqual(float32([1, 2], [3, 4]));
  });

  test('refuses weights over 2 GB before it copies them', () => {
    const shared = float32([2 ** 24], new Float32Array(2 ** 24));
    const base = model();
    const initializers = new Map(Array.from({ length: 32 }, (_, i) => [`w${i}`, shared]));
    expect(
      labErrorOf(() => encodeModel({ ...base, graph: { ...base.graph, initializers } }, 'big.onnx')),
    ).toEqual({
      code: 'ONNX_TOO_LARGE',
      message: 'The ONNX model big.onnx has 2147483648 bytes; an ONNX file holds at most 2147483647 (2 GB).',
      hint: 'Use a smaller network, or store its weights as float16.',
    });
  });
});
