/** Classifiers of other tools, asked by the lab and by onnxruntime itself. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { decodeModel } from '../../src-main/onnx/decode.ts';
import { encodeModel } from '../../src-main/onnx/encode.ts';
import type { Tensor } from '../../src-main/onnx/tensor.ts';
import { softmax } from '../../src-main/runs/metrics/softmax.ts';
import { openPredictor } from '../../src-main/runs/predictor.ts';
import { createSession } from '../../src-main/runtime/session.ts';
import { CounterRandom } from '../../src-main/base/random.ts';
import { classifierBytes } from '../models/imported/networks.ts';
import { makeFolder } from './folder.ts';

const folder = makeFolder();
const [MEAN, STD] = [
  [0.485, 0.456, 0.406],
  [0.229, 0.224, 0.225],
];

function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/onnx/classifiers/${name}.onnx`, import.meta.url));
}

/** Noise uint8 `[N, S, S, 3]`. */
function noise(count: number, size: number): Uint8Array {
  const random = new CounterRandom('foreign', count, size);
  return Uint8Array.from({ length: count * size * size * 3 }, () => random.integer(256));
}

/** One picture as torchvision gives it to a network. */
function planes(pixels: Uint8Array, size: number): Tensor {
  const area = size * size;
  const data = Float32Array.from({ length: 3 * area }, (_, at) => {
    const channel = Math.floor(at / area);
    return (pixels[(at % area) * 3 + channel]! / 255 - MEAN[channel]!) / STD[channel]!;
  });
  return { dtype: 'float32', dims: [1, 3, size, size], data };
}

/** What the file itself answers to one picture. */
async function answer(file: string, pixels: Uint8Array, size: number): Promise<number[]> {
  const session = await createSession(file);
  const input = planes(pixels, size);
  // Files whose batch size is fixed want as many pictures as that.
  const batch = decodeModel(readFileSync(file)).graph.inputs[0]!.shape![0];
  const count = typeof batch === 'number' ? batch : 1;
  const data = new Float32Array(count * input.data.length);
  for (let at = 0; at < count; at++) data.set(input.data as Float32Array, at * input.data.length);
  const feeds = new Map([[session.inputNames[0]!, { ...input, dims: [count, 3, size, size], data }]]);
  const output = (await session.run(feeds)).get(session.outputNames[0]!)!;
  await session.release();
  return Array.from(output.data as Float32Array).slice(0, output.data.length / count);
}

describe('classifiers of other tools', () => {
  test.each([
    'mobilenet-v2-opset17',
    'resnet-opset7',
    'vit-fixed-opset13',
    'attention-fixed-opset13',
    'convnext-opset17',
  ])('%s gives the logits that onnxruntime finds', async (name) => {
    const predictor = await openPredictor({ model: fixture(name), device: 'cpu' });
    const { imageSize } = predictor.pipeline;
    const pixels = noise(3, imageSize);
    const logits = await predictor.logits(pixels, 3);
    expect(logits).toHaveLength(3);
    const bytes = pixels.length / 3;
    for (const [at, found] of logits.entries()) {
      const expected = await answer(fixture(name), pixels.subarray(at * bytes, (at + 1) * bytes), imageSize);
      expect(found).toHaveLength(expected.length);
      for (const [place, logit] of expected.entries()) expect(found[place]).toBeCloseTo(logit, 4);
    }
    expect(predictor.origin).toEqual({ kind: 'foreign' });
    expect(predictor.classes.slice(0, 2)).toEqual(['0', '1']);
    expect(predictor.assumed[0]).toBe('class-names');
    await predictor.release();
  });

  test('one that ends in a softmax is read before it: its probabilities are not made probabilities again', async () => {
    const file = fixture('shufflenet-softmax-opset13');
    const predictor = await openPredictor({ model: file, device: 'cpu' });
    const pixels = noise(1, predictor.pipeline.imageSize);
    const [logits] = await predictor.logits(pixels, 1);
    const expected = await answer(file, pixels, predictor.pipeline.imageSize);
    expect(expected.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    softmax(logits!).forEach((probability, at) => expect(probability).toBeCloseTo(expected[at]!, 5));
    await predictor.release();
  });

  test('of any size: 224 pixels, and what had to be assumed is told', async () => {
    const file = path.join(folder, 'any-size.onnx');
    writeFileSync(file, classifierBytes({ x: ['n', 3, 'h', 'w'] }));
    const predictor = await openPredictor({ model: file, device: 'cpu' });
    expect(predictor.pipeline.imageSize).toBe(224);
    expect(predictor.assumed).toEqual(['class-names', 'image-size', 'normalization', 'resize']);
    await predictor.release();
  });

  test('what is no classifier is refused', async () => {
    const file = path.join(folder, 'flat.onnx');
    writeFileSync(file, classifierBytes({ x: ['n', 12], nodes: [['Relu', ['x'], ['y']]] }));
    await expect(openPredictor({ model: file })).rejects.toMatchObject({ code: 'MODEL_FILE' });
    await expect(openPredictor({ model: `${file}x` })).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: `Reading the model ${file}x: there is no such file.`,
    });
  });

  test("a file of the lab whose notes are spoiled is not taken for someone else's", async () => {
    const file = path.join(folder, 'spoiled.onnx');
    const model = decodeModel(classifierBytes());
    writeFileSync(file, encodeModel({ ...model, metadata: { 'vitrine.classes': 'none' } }));
    await expect(openPredictor({ model: file })).rejects.toMatchObject({
      code: 'ONNX_UNSUPPORTED',
      message: `Reading the model ${file}: it does not say which classes and preprocessing it has.`,
    });
  });
});
