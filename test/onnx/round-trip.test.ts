/** Models written by PyTorch's exporter, read, saved and run again. See test/reference/make_onnx_fixtures.py. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { CounterRandom } from '../../src-main/base/random.ts';
import { decodeModel } from '../../src-main/onnx/decode.ts';
import { encodeModel } from '../../src-main/onnx/encode.ts';
import { elementCount, float32, toBytes, type Tensor } from '../../src-main/onnx/tensor.ts';
import type { Model } from '../../src-main/onnx/types.ts';
import { runOnnx } from '../helpers/ort.ts';

const FOLDER = path.join(import.meta.dirname, '../fixtures/onnx');

/** Random float32 feeds; `sizes` gives numbers for symbolic dimensions. */
function feedsOf(model: Model, sizes: Readonly<Record<string, number>>): Map<string, Tensor> {
  const random = new CounterRandom('round trip', model.graph.name);
  const inputs = model.graph.inputs.filter(({ name }) => !model.graph.initializers.has(name));
  return new Map(
    inputs.map(({ name, shape = [] }) => {
      const dims = shape.map((dim) => (typeof dim === 'number' ? dim : sizes[dim]!));
      return [
        name,
        float32(
          dims,
          Float32Array.from({ length: elementCount(dims) }, () => random.normal()),
        ),
      ];
    }),
  );
}

function bits(outputs: ReadonlyMap<string, Tensor>): Record<string, unknown> {
  return Object.fromEntries(
    [...outputs].map(([name, tensor]) => [
      name,
      { dtype: tensor.dtype, dims: tensor.dims, hex: Buffer.from(toBytes(tensor)).toString('hex') },
    ]),
  );
}

const FIXTURES = [
  { file: 'residual-opset13.onnx', opset: 13, sizes: { batch: 3 }, dims: { logits: [3, 5] } },
  { file: 'perceptron-opset17.onnx', opset: 17, sizes: {}, dims: { probabilities: [3, 4], top: [3] } },
  {
    file: 'sizes-opset15.onnx',
    opset: 15,
    sizes: { batch: 3, height: 7, width: 10 },
    dims: { y: [3, 35, 4] },
  },
] as const;

describe.each(FIXTURES)('$file', ({ file, opset, sizes, dims }) => {
  test('computes the same bits after decoding and encoding', async () => {
    const bytes = await readFile(path.join(FOLDER, file));
    const model = decodeModel(bytes, file);
    expect(model.producerName).toBe('pytorch');
    expect(model.opsets).toEqual({ '': opset });
    const feeds = feedsOf(model, sizes);
    const saved = encodeModel(model);
    for (const optimize of [false, true]) {
      const before = await runOnnx(bytes, feeds, { optimize });
      expect(Object.fromEntries([...before].map(([name, tensor]) => [name, tensor.dims]))).toEqual(dims);
      expect(bits(await runOnnx(saved, feeds, { optimize }))).toEqual(bits(before));
    }
  });

  test('is the same model after a second round', async () => {
    const model = decodeModel(await readFile(path.join(FOLDER, file)), file);
    const again = decodeModel(encodeModel(model));
    expect(again).toEqual(model);
    expect(encodeModel(again)).toEqual(encodeModel(model));
  });
});

test('the fixtures hold trained statistics, symbolic sizes and tensors in attributes', async () => {
  const read = async (file: string): Promise<Model> =>
    decodeModel(await readFile(path.join(FOLDER, file)), file);
  const residual = await read('residual-opset13.onnx');
  expect(residual.graph.nodes.map(({ opType }) => opType)).toContain('BatchNormalization');
  expect(residual.graph.initializers.get('norm.running_var')?.dims).toEqual([8]);
  expect(residual.graph.inputs[0]?.shape).toEqual(['batch', 3, 32, 32]);
  const sizes = await read('sizes-opset15.onnx');
  const constants = sizes.graph.nodes.filter(({ opType }) => opType === 'Constant');
  expect(constants.map(({ attributes }) => attributes['value']?.type)).toContain('tensor');
});
