import { describe, expect, it } from 'vitest';
import { backward } from '../../src-main/autograd/backward.ts';
import { dropout, dropoutOfParts } from '../../src-main/models/layers/dropout.ts';
import { GraphBuilder } from '../../src-main/onnx/graph-builder.ts';
import { float32, type Tensor } from '../../src-main/onnx/tensor.ts';
import { createSession } from '../../src-main/runtime/session.ts';

const COUNT = 20_000;

function word(value: number): Tensor {
  return { dtype: 'uint32', dims: [1], data: Uint32Array.of(value) };
}

/** Dropout and its gradient on ones, so that both are the mask divided by 1 − p. */
async function mask(
  p: number,
  seed: number,
  step: number,
  layer = 0,
): Promise<{ y: number[]; dx: number[] }> {
  const g = new GraphBuilder('dropout');
  const x = g.input('x', 'float32', ['N', 100]);
  const key = { seed: g.input('seed', 'uint32', [1]), step: g.input('step', 'uint32', [1]), layer };
  const y = dropout(g, x, p, key);
  const ones = g.input('dy', 'float32', ['N', 100]);
  g.output(y, 'y');
  g.output(backward(g, y, [x], { cotangent: ones }).get('x') ?? y, 'dx');
  const session = await createSession(g.build());
  const tensor = float32([COUNT / 100, 100], new Float32Array(COUNT).fill(1));
  const outputs = await session.run(
    new Map([
      ['x', tensor],
      ['dy', tensor],
      ['seed', word(seed)],
      ['step', word(step)],
    ]),
  );
  await session.release();
  const list = (name: string): number[] => Array.from(outputs.get(name)?.data as Float32Array);
  return { y: list('y'), dx: list('dx') };
}

function dropped(values: readonly number[]): number {
  return values.filter((value) => value === 0).length / values.length;
}

describe('dropout', () => {
  it.each([0.1, 0.5, 0.9])(
    'zeroes a share of %d and scales the rest; the gradient has the same mask',
    async (p) => {
      const { y, dx } = await mask(p, 1, 1);
      // Five standard errors of a share over 20,000 draws.
      expect(Math.abs(dropped(y) - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / COUNT));
      expect(new Set(y)).toEqual(new Set([0, Math.fround(1 / (1 - p))]));
      expect(dx).toEqual(y);
    },
  );

  it('gives the same mask again for the same seed, step and layer, in another session', async () => {
    expect((await mask(0.5, 3, 17)).y).toEqual((await mask(0.5, 3, 17)).y);
  });

  it('gives masks that have nothing to do with each other for other seeds, steps and layers', async () => {
    const { y } = await mask(0.5, 3, 17);
    for (const other of [await mask(0.5, 4, 17), await mask(0.5, 3, 18), await mask(0.5, 3, 17, 1)]) {
      const same = y.filter((value, i) => value === other.y[i]).length / COUNT;
      expect(Math.abs(same - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / COUNT));
    }
  });

  it('shows no pattern along rows or columns', async () => {
    const { y } = await mask(0.5, 0, 0);
    for (const lag of [1, 2, 3, 99, 100, 101, 128, 256]) {
      const pairs = y.slice(lag).filter((value, i) => value === y[i]).length / (COUNT - lag);
      expect(Math.abs(pairs - 0.5), `lag ${lag}`).toBeLessThan(5 * Math.sqrt(0.25 / (COUNT - lag)));
    }
  });

  it('drops whole channels of each sample, and their gradients', async () => {
    const g = new GraphBuilder('dropout2d');
    const x = g.input('x', 'float32', ['N', 50, 3, 2]);
    const key = { seed: g.input('seed', 'uint32', [1]), step: g.input('step', 'uint32', [1]), layer: 0 };
    const y = dropoutOfParts(g, x, 0.4, key, 2);
    g.output(y, 'y');
    g.output(backward(g, y, [x], { cotangent: x }).get('x') ?? y, 'dx');
    const session = await createSession(g.build());
    const ones = float32([40, 50, 3, 2], new Float32Array(40 * 50 * 6).fill(1));
    const outputs = await session.run(
      new Map([
        ['x', ones],
        ['seed', word(1)],
        ['step', word(1)],
      ]),
    );
    await session.release();
    const values = outputs.get('y')?.data as Float32Array;
    const channels = Array.from({ length: 40 * 50 }, (_, i) => values.subarray(6 * i, 6 * i + 6));
    for (const channel of channels) expect(new Set(channel).size).toBe(1);
    // Five standard errors of a share over 2,000 draws.
    const share = dropped(channels.map((channel) => channel[0]!));
    expect(Math.abs(share - 0.4)).toBeLessThan(5 * Math.sqrt((0.4 * 0.6) / 2000));
    expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / 0.6)]));
    expect(outputs.get('dx')?.data).toEqual(values);
  });

  it('is the identity for p = 0 and refuses p outside [0, 1)', () => {
    const g = new GraphBuilder('dropout');
    const x = g.input('x', 'float32', [4]);
    const key = { seed: g.input('seed', 'uint32', [1]), step: g.input('step', 'uint32', [1]), layer: 0 };
    expect(dropout(g, x, 0, key)).toBe(x);
    expect(() => dropout(g, x, 1, key)).toThrow('Dropout with p = 1: expected 0 ≤ p < 1.');
  });
});
