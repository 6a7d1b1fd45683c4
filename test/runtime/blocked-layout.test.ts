import { describe, expect, test } from 'vitest';
import { GraphBuilder, type Value, type WindowOptions } from '../../src-main/onnx/graph-builder.ts';
import { float32, type Tensor } from '../../src-main/onnx/tensor.ts';
import type { Model } from '../../src-main/onnx/types.ts';
import { blockSize } from '../../src-main/runtime/block-size.ts';
import { withBlockedConvolutions } from '../../src-main/runtime/blocked-layout.ts';
import { createSession } from '../../src-main/runtime/session.ts';
import { createTrainingSession } from '../../src-main/runtime/training-session.ts';
import { uniform } from '../helpers/seeded.ts';

const BLOCK = 16;

type Build = (g: GraphBuilder, x: Value, w: Value, b: Value) => Value;

function model(build: Build, x: readonly number[], w: readonly number[], bias: number): Model {
  const g = new GraphBuilder('convolutions');
  g.output(
    build(g, g.input('x', 'float32', x), g.input('w', 'float32', w), g.input('b', 'float32', [bias])),
    'y',
  );
  return g.build();
}

function feeds(model: Model): Map<string, Tensor> {
  return new Map(
    model.graph.inputs.map(({ name, shape }) => {
      const dims = shape as number[];
      return [
        name,
        float32(
          dims,
          uniform(
            name,
            dims.reduce((product, size) => product * size, 1),
          ),
        ),
      ];
    }),
  );
}

const conv =
  (options: WindowOptions): Build =>
  (g, x, w, b) =>
    g.conv(x, w, b, options);
const turned =
  (options: WindowOptions & { output_padding?: readonly number[] }): Build =>
  (g, x, w, b) =>
    g.convTranspose(x, w, b, options);

/** What becomes blocked: the op, and shapes of x, w and b. */
const BLOCKED: readonly (readonly [string, Build, readonly number[], readonly number[], number])[] = [
  ['padding', conv({ pads: [1, 1, 1, 1] }), [2, 16, 7, 5], [32, 16, 3, 3], 32],
  ['stride', conv({ pads: [1, 1, 1, 1], strides: [2, 2] }), [2, 16, 7, 5], [32, 16, 3, 3], 32],
  [
    'dilation and uneven padding',
    conv({ pads: [1, 0, 2, 1], dilations: [2, 1] }),
    [1, 48, 9, 8],
    [16, 48, 3, 3],
    16,
  ],
  ['a kernel of one', conv({}), [2, 32, 4, 4], [48, 32, 1, 1], 48],
  ['transposed', turned({ pads: [1, 1, 1, 1] }), [2, 32, 7, 5], [32, 16, 3, 3], 16],
  [
    'transposed, uneven and dilated',
    turned({ pads: [2, 0, 1, 1], dilations: [1, 2] }),
    [2, 32, 7, 6],
    [32, 16, 5, 3],
    16,
  ],
];

/** What stays as it is. */
const PLAIN: readonly (readonly [string, Build, readonly number[], readonly number[], number])[] = [
  ['channels that fill no block', conv({}), [1, 3, 5, 5], [16, 3, 3, 3], 16],
  ['filters that fill no block', conv({}), [1, 16, 5, 5], [10, 16, 3, 3], 10],
  ['a weight that is computed', (g, x, w, b) => g.conv(x, g.neg(w), b), [1, 16, 5, 5], [16, 16, 3, 3], 16],
  ['groups', (g, x, w, b) => g.conv(x, w, b, { group: 2 }), [1, 32, 5, 5], [32, 16, 3, 3], 32],
  [
    'transposed with a stride',
    turned({ strides: [2, 2], output_padding: [1, 1] }),
    [1, 16, 4, 4],
    [16, 16, 3, 3],
    16,
  ],
  [
    'transposed with padding beyond its reach',
    turned({ pads: [3, 3, 3, 3] }),
    [1, 16, 9, 9],
    [16, 16, 3, 3],
    16,
  ],
];

function domains({ graph }: Model): string[] {
  return graph.nodes.map(({ domain }) => domain).filter((domain) => domain !== '');
}

describe('withBlockedConvolutions', () => {
  test.each(BLOCKED)('%s: the same numbers', async (_, build, x, w, b) => {
    const plain = model(build, x, w, b);
    expect(domains(withBlockedConvolutions(plain, BLOCK))).toHaveLength(3);
    const [one, other] = [await createSession(plain), await createTrainingSession(plain, {})];
    const expected = (await one.run(feeds(plain))).get('y')!;
    const found = (await other.run(feeds(plain))).get('y')!;
    expect(found.dims).toEqual(expected.dims);
    const far = (found.data as Float32Array).map((v, i) => Math.abs(v - (expected.data[i] as number)));
    // Sums of up to 432 products of numbers below 1, added in another order.
    expect(Math.max(...far)).toBeLessThan(1e-4);
    await one.release();
    await other.release();
  });

  test.each(PLAIN)('%s: left alone', (_, build, x, w, b) => {
    const plain = model(build, x, w, b);
    expect(withBlockedConvolutions(plain, BLOCK).graph.nodes).toEqual(plain.graph.nodes);
  });

  test('convolutions of one image or one weight share its changed layout', () => {
    const twice: Build = (g, x, w, b) => g.add(g.conv(x, w, b), g.conv(x, w));
    const { nodes } = withBlockedConvolutions(model(twice, [1, 16, 5, 5], [16, 16, 3, 3], 16), BLOCK).graph;
    const count = (opType: string): number => nodes.filter((node) => node.opType === opType).length;
    expect([count('ReorderInput'), count('Transpose'), count('Conv'), count('ReorderOutput')]).toEqual([
      1, 1, 2, 2,
    ]);
  });
});

test.runIf(process.arch === 'x64')('the kernels are found', async () => {
  expect([8, 16]).toContain(await blockSize());
});
