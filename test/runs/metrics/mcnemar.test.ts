import { expect, test } from 'vitest';
import { mcnemarTest } from '../../../src-main/runs/metrics/mcnemar.ts';

test('is the two-sided binomial test of the pairs that differ', () => {
  // By hand: 2 (C(10,0) + C(10,1) + C(10,2)) / 2^10.
  expect(mcnemarTest(8, 2)).toBeCloseTo((2 * (1 + 10 + 45)) / 1024, 12);
  expect(mcnemarTest(2, 8)).toBe(mcnemarTest(8, 2));
  expect(mcnemarTest(6, 0)).toBeCloseTo(2 / 64, 12);
  expect([mcnemarTest(0, 0), mcnemarTest(5, 5), mcnemarTest(5, 4)]).toEqual([1, 1, 1]);
});

test('stays finite for many samples', () => {
  expect(mcnemarTest(60_000, 40_000)).toBe(0);
  // The normal approximation with continuity correction: z = 199 / sqrt(20 000) = 1.407, p = 0.159.
  expect(mcnemarTest(10_100, 9_900)).toBeCloseTo(0.159, 3);
});
