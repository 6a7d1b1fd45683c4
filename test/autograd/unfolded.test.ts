import { describe, expect, it } from 'vitest';
import { backward } from '../../src-main/autograd/backward.ts';
import { trainableConvolution } from '../../src-main/autograd/lowering/convolution.ts';
import { GraphBuilder } from '../../src-main/onnx/graph-builder.ts';
import { elementCount, float32, type Tensor } from '../../src-main/onnx/tensor.ts';
import { createSession } from '../../src-main/runtime/session.ts';
import { hashes } from '../helpers/seeded.ts';

interface Case {
  readonly image: readonly [number, number];
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
}

const CASES: readonly Case[] = [
  { image: [2, 2], kernel: 3, stride: 1, padding: 1, dilation: 1 },
  { image: [3, 3], kernel: 3, stride: 1, padding: 1, dilation: 1 },
  { image: [1, 5], kernel: 3, stride: 2, padding: 1, dilation: 1 },
  { image: [5, 6], kernel: 3, stride: 2, padding: 1, dilation: 1 },
  { image: [4, 4], kernel: 1, stride: 2, padding: 0, dilation: 1 },
  { image: [5, 5], kernel: 3, stride: 1, padding: 1, dilation: 2 },
];

/** Small integers: sums of their products are exact in float32. */
function integers(name: string, dims: readonly number[]): Tensor {
  return float32(
    dims,
    Float32Array.from(hashes(name, elementCount(dims)), (hash) => (hash % 7) - 3),
  );
}

/** Result, dx, dw and dbias of a convolution with bias in either form. */
async function run(test: Case, form: 'plain' | 'trainable'): Promise<{ ops: Set<string>; values: Tensor[] }> {
  const { kernel, stride, padding, dilation } = test;
  const g = new GraphBuilder(form);
  const x = g.input('x', 'float32', ['N', 2, ...test.image]);
  const w = g.input('w', 'float32', [3, 2, kernel, kernel]);
  const b = g.input('b', 'float32', [3]);
  const attributes = {
    strides: [stride, stride],
    dilations: [dilation, dilation],
    pads: [padding, padding, padding, padding],
  };
  const y =
    form === 'plain'
      ? g.conv(x, w, b, attributes)
      : trainableConvolution(g, x, w, b, { window: { kernel: [kernel, kernel], ...attributes }, group: 1 });
  const ops = new Set(g.nodes.map((node) => node.opType));
  const dy = g.input('dy', 'float32', y.shape);
  const gradients = backward(g, y, [x, w, b], { cotangent: dy });
  g.output(y, 'y');
  for (const [name, value] of gradients) g.output(value, `d${name}`);
  const session = await createSession(g.build());
  const feeds = new Map<string, Tensor>();
  for (const value of [x, w, b, dy]) {
    const dims = value.shape.map((dim) => (dim === 'N' ? 4 : dim)) as number[];
    feeds.set(value.name, integers(value.name, dims));
  }
  const outputs = await session.run(feeds);
  await session.release();
  return { ops, values: ['y', 'dx', 'dw', 'db'].map((name) => outputs.get(name) as Tensor) };
}

describe('convolutions of small images', () => {
  it.each(CASES)('$image kernel $kernel stride $stride dilation $dilation: exactly as Conv', async (test) => {
    const [plain, unfolded] = [await run(test, 'plain'), await run(test, 'trainable')];
    expect(unfolded.ops.has('Conv')).toBe(false);
    unfolded.values.forEach((tensor, i) => {
      expect(tensor.dims).toEqual(plain.values[i]?.dims);
      expect(Array.from(tensor.data as Float32Array)).toEqual(
        Array.from(plain.values[i]?.data as Float32Array),
      );
    });
  });

  it('leaves larger images to Conv', async () => {
    const larger: Case = { image: [4, 4], kernel: 3, stride: 1, padding: 1, dilation: 1 };
    expect((await run(larger, 'trainable')).ops.has('Conv')).toBe(true);
  });
});
