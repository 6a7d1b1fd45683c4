import { describe, expect, test } from 'vitest';
import { CounterRandom } from '../../src-main/base/random.ts';
import { type BatchMixSpec, sampleBatchMix, sampleBeta } from '../../src-main/data/batch-mix.ts';

const SIZE = 16;

function mixes(specs: readonly BatchMixSpec[], count: number): ReturnType<typeof sampleBatchMix>[] {
  return Array.from({ length: count }, (_, batch) =>
    sampleBatchMix(specs, SIZE, { seed: 1, epoch: 2, batch }),
  );
}

const MIXUP = { name: 'mixup', alpha: 1, p: 1 } as const;
const CUTMIX = { name: 'cutmix', alpha: 1, p: 1 } as const;

describe('sampleBeta', () => {
  test.each([0.01, 0.2, 0.5, 1, 2, 8])('Beta(%d, %d) has the mean and variance of its formula', (a) => {
    const random = new CounterRandom('beta', a);
    const count = 20_000;
    const values = Array.from({ length: count }, () => sampleBeta(a, random));
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    const variance = values.reduce((sum, value) => sum + (value - 0.5) ** 2, 0) / count;
    const exact = 1 / (4 * (2 * a + 1));
    // Five standard errors of the mean; the second moment's spread is no larger than that of 0.25 or 0.
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(exact / count));
    expect(Math.abs(variance - exact)).toBeLessThan((5 * 0.125) / Math.sqrt(count));
  });

  test('Beta(0.5, 0.5) follows the arcsine law', () => {
    const random = new CounterRandom('arcsine');
    const count = 20_000;
    const values = Array.from({ length: count }, () => sampleBeta(0.5, random));
    for (const at of [0.01, 0.1, 0.3, 0.5, 0.9]) {
      const share = values.filter((value) => value < at).length / count;
      // Five standard errors are at most 0.018.
      expect(Math.abs(share - (2 / Math.PI) * Math.asin(Math.sqrt(at)))).toBeLessThan(0.018);
    }
  });

  test('an alpha for which both parts underflow still gives numbers', () => {
    const random = new CounterRandom('tiny');
    const values = Array.from({ length: 100 }, () => sampleBeta(1e-4, random));
    expect(values.every((value) => value === 0 || value === 1 || (value > 0 && value < 1))).toBe(true);
    expect(new Set(values.map(Math.round)).size).toBe(2);
  });
});

describe('sampleBatchMix', () => {
  test('depends on seed, epoch and batch, and on nothing else', () => {
    const key = { seed: 1, epoch: 2, batch: 3 };
    const mix = sampleBatchMix([MIXUP], SIZE, key);
    expect(sampleBatchMix([MIXUP], SIZE, key)).toEqual(mix);
    for (const change of [{ seed: 2 }, { epoch: 3 }, { batch: 4 }]) {
      expect(sampleBatchMix([MIXUP], SIZE, { ...key, ...change }).weight).not.toBe(mix.weight);
    }
  });

  test('mixup gives every pixel the share of the label', () => {
    for (const { mask, weight } of mixes([MIXUP], 50)) {
      expect(mask).toEqual(new Float32Array(SIZE * SIZE).fill(weight));
      expect(weight > 0 && weight < 1).toBe(true);
    }
  });

  test("cutmix cuts a box, and the label's share is what is left of the area", () => {
    const found = mixes([CUTMIX], 200);
    for (const { mask, weight } of found) {
      const cut = Array.from(mask.keys()).filter((at) => mask[at] === 0);
      expect(mask.every((share) => share === 0 || share === 1)).toBe(true);
      expect(weight).toBe(1 - cut.length / (SIZE * SIZE));
      const columns = cut.map((at) => at % SIZE);
      const rows = cut.map((at) => Math.floor(at / SIZE));
      const span = (places: number[]): number => Math.max(...places) - Math.min(...places) + 1;
      if (cut.length > 0) expect(span(columns) * span(rows)).toBe(cut.length);
    }
    // A box that reaches beyond the picture is cut off there, on every side.
    const touches = (at: (edge: number) => number): boolean =>
      found.some(({ mask }) => Array.from({ length: SIZE }, (_, edge) => mask[at(edge)]).includes(0));
    expect(touches((edge) => edge)).toBe(true);
    expect(touches((edge) => edge * SIZE)).toBe(true);
    expect(touches((edge) => (SIZE - 1) * SIZE + edge)).toBe(true);
    expect(touches((edge) => edge * SIZE + SIZE - 1)).toBe(true);
  });

  test('the box of a share of 0 with its centre in the middle is the whole picture', () => {
    // With so small an alpha the share is 0 or 1 to the last bit, and half the side is 8 or 0.
    const found = mixes([{ ...CUTMIX, alpha: 1e-4 }], 400);
    const areas = found.map(({ weight }) => weight);
    expect(Math.max(...areas)).toBe(1);
    expect(Math.min(...areas)).toBe(0);
    // The centre is uniform: of boxes as large as the picture a quarter is left on average, less what is
    // nearer than half a side, Σ min(x + 8, 16) − max(x − 8, 0) = 192 of 16 · 16 on each axis.
    const cut = areas.filter((weight) => weight < 1);
    const mean = cut.reduce((sum, weight) => sum + 1 - weight, 0) / cut.length;
    // Five standard errors of about 200 areas with a deviation of 0.17.
    expect(Math.abs(mean - (192 / 256) ** 2)).toBeLessThan(0.06);
  });

  test('p is the share of batches that are mixed; the rest have a mask of ones', () => {
    const plain = { mask: new Float32Array(SIZE * SIZE).fill(1), weight: 1 };
    const left = mixes([{ ...MIXUP, p: 0.3 }], 1000).filter(({ weight }) => weight === 1);
    // Five standard deviations of a share of 1,000.
    expect(Math.abs(left.length / 1000 - 0.7)).toBeLessThan(0.073);
    expect(left[0]).toEqual(plain);
  });

  test('of two augmentations each is chosen about equally often', () => {
    const found = mixes([MIXUP, CUTMIX], 1000);
    const blended = found.filter(({ mask, weight }) => mask.every((share) => share === Math.fround(weight)));
    // Cutmix with an empty box looks like neither; five standard deviations of a share of 1,000 are 0.08.
    expect(Math.abs(blended.filter(({ weight }) => weight < 1).length / 1000 - 0.5)).toBeLessThan(0.08);
  });
});
