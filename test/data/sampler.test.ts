import { describe, expect, test } from 'vitest';
import { batchSizes, epochOrder } from '../../src-main/data/sampler.ts';

describe('epochOrder', () => {
  test('is a permutation, the same for the same seed and epoch and for no other', () => {
    const order = (seed: number, epoch: number): number[] => [
      ...epochOrder(100, { seed, epoch, shuffle: true }),
    ];
    expect([...order(0, 1)].sort((a, b) => a - b)).toEqual([...Array(100).keys()]);
    expect(order(0, 1)).toEqual(order(0, 1));
    expect(order(0, 1)).not.toEqual(order(0, 2));
    expect(order(0, 1)).not.toEqual(order(1, 1));
    expect(order(0, 1)).not.toEqual([...Array(100).keys()]);
  });

  test('every place is reached by every sample about equally often', () => {
    const first = new Array<number>(5).fill(0);
    for (let epoch = 0; epoch < 2000; epoch++) first[epochOrder(5, { seed: 7, epoch, shuffle: true })[0]!]!++;
    // 400 expected of 2,000, five standard deviations are 89.
    for (const count of first) expect(Math.abs(count - 400)).toBeLessThan(89);
  });

  test('without shuffling samples come in order', () => {
    expect([...epochOrder(4, { seed: 9, epoch: 3, shuffle: false })]).toEqual([0, 1, 2, 3]);
    expect(epochOrder(0, { seed: 9, epoch: 3, shuffle: true })).toHaveLength(0);
  });
});

describe('batchSizes', () => {
  test.each([
    [10, 4, false, false, [4, 4, 2]],
    [10, 4, true, false, [4, 4]],
    [9, 4, false, false, [4, 4, 1]],
    [9, 4, false, true, [4, 5]],
    [9, 4, true, true, [4, 4]],
    [1, 4, false, true, [1]],
    [8, 4, false, true, [4, 4]],
    [3, 4, true, false, []],
    [3, 1, false, true, [1, 1, 1]],
    [0, 4, false, true, []],
  ])('%i samples by %i (drop last %s, join single %s)', (count, size, dropLast, joinSingle, sizes) => {
    expect(batchSizes(count, size, { dropLast, joinSingle })).toEqual(sizes);
  });
});
