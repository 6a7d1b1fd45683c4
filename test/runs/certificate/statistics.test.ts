import { describe, expect, test } from 'vitest';
import { CounterRandom } from '../../../src-main/base/random.ts';
import { testBalance } from '../../../src-main/runs/certificate/balance.ts';
import { testClassRuns } from '../../../src-main/runs/certificate/class-runs.ts';
import { chiSquaredTails, logGamma, normalTails } from '../../../src-main/runs/certificate/distributions.ts';
import { chanceOfOrder, testFileOrder } from '../../../src-main/runs/certificate/file-order.ts';

describe('distributions', () => {
  // Closed forms: Q(1, x) = e^−x; Q(k, x) = e^−x Σ x^i / i! for whole k; factorials.
  test('agree with closed forms', () => {
    for (const x of [0.1, 1, 5, 40, 300]) {
      expect(chiSquaredTails(2 * x, 2).above / Math.exp(-x)).toBeCloseTo(1, 10);
      const four = Math.exp(-x) * (1 + x + x ** 2 / 2 + x ** 3 / 6);
      expect(chiSquaredTails(2 * x, 8).above / four).toBeCloseTo(1, 9);
    }
    expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 12);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 12);
    expect(chiSquaredTails(0, 3)).toEqual({ below: 0, above: 1 });
  });

  // Critical values of the NIST/SEMATECH e-Handbook of Statistical Methods, tables 1.3.6.7.1 and 1.3.6.7.4.
  test.each([
    [3.841, 1, 0.05],
    [18.307, 10, 0.05],
    [29.588, 10, 0.001],
    [124.342, 100, 0.05],
  ])('χ² of %d with %i degrees of freedom leaves %d above', (value, degrees, above) => {
    const tails = chiSquaredTails(value, degrees);
    expect(tails.above / above).toBeCloseTo(1, 2);
    expect(tails.below).toBeCloseTo(1 - tails.above, 12);
  });

  test('normal', () => {
    expect(normalTails(1.959963985)).toBeCloseTo(0.05, 9);
    expect(normalTails(-3.290526731)).toBeCloseTo(0.001, 9);
  });
});

/** Labels of `counts` images in the order of a seed. */
function shuffled(counts: readonly number[], seed: number): number[] {
  const labels = counts.flatMap((count, label) => new Array<number>(count).fill(label));
  return Array.from(new CounterRandom('certificate', seed).permutation(labels.length), (at) => labels[at]!);
}

function batched(labels: readonly number[], size: number, classes: number): number[][] {
  return Array.from({ length: Math.ceil(labels.length / size) }, (_, batch) =>
    Array.from(
      { length: classes },
      (_, label) => labels.slice(batch * size, (batch + 1) * size).filter((found) => found === label).length,
    ),
  );
}

const SETS: [string, number[], number][] = [
  ['three even classes', [90, 90, 90], 32],
  ['many classes, few images of each in a batch', new Array<number>(100).fill(10), 32],
  ['rare classes', [500, 20, 20], 32],
  ['ten classes, small batches', new Array<number>(10).fill(50), 8],
];

describe.each(SETS)('of %s', (_, counts, size) => {
  const sorted = counts.flatMap((count, label) => new Array<number>(count).fill(label));

  test('chance is taken for chance, in the share of orders that the test states', () => {
    const hits = { uneven: 0, even: 0, run: 0, order: 0 };
    const rounds = 400;
    let runs = 0;
    let expected = 0;
    for (let seed = 0; seed < rounds; seed++) {
      const labels = shuffled(counts, seed);
      const balance = testBalance(batched(labels, size, counts.length))!;
      const run = testClassRuns(labels)!;
      const order = testFileOrder([...new CounterRandom('order', seed).permutation(sorted.length)])!;
      hits.uneven += Number(balance.uneven < 0.05);
      hits.even += Number(balance.even < 0.05);
      hits.run += Number(run.p < 0.05);
      hits.order += Number(order.p < 0.05);
      runs += run.length / rounds;
      expected = run.expected;
    }
    // 20 of 400 are expected; more than 40 have a chance of 1e-5. The run's is an upper bound.
    for (const hit of Object.values(hits)) expect(hit).toBeLessThan(40);
    expect(hits.uneven).toBeGreaterThan(5);
    expect(hits.order).toBeGreaterThan(5);
    expect(runs / expected).toBeGreaterThan(0.9);
    expect(runs / expected).toBeLessThan(1.1);
  });

  test('sorted files are not', () => {
    expect(testBalance(batched(sorted, size, counts.length))!.uneven).toBeLessThan(1e-50);
    const run = testClassRuns(sorted)!;
    expect(run).toMatchObject({ length: Math.max(...counts), label: counts.indexOf(Math.max(...counts)) });
    expect(run.p).toBeLessThan(1e-10);
    expect(testFileOrder([...sorted.keys()])).toMatchObject({ correlation: 1, same: true });
    expect(testFileOrder([...sorted.keys()].reverse())).toMatchObject({ correlation: -1, same: false });
  });
});

test("Pearson's statistic of a table by hand", () => {
  // Expected counts are 5 everywhere: 4 · 3² / 5.
  const found = testBalance([
    [8, 2],
    [2, 8],
  ])!;
  expect(found.statistic).toBeCloseTo(7.2, 12);
  expect(found).toMatchObject({ degreesOfFreedom: 1, groups: 2 });
});

test('classes in turn are more even than chance', () => {
  const labels = Array.from({ length: 300 }, (_, at) => at % 3);
  expect(testBalance(batched(labels, 30, 3))!.even).toBeLessThan(1e-6);
});

test('there is nothing to judge in one batch, one class, or rare classes alone', () => {
  expect(testBalance([[3, 4]])).toBeUndefined();
  expect(testBalance([[3], [4]])).toBeUndefined();
  expect(
    testBalance([
      [30, 1],
      [31, 0],
    ]),
  ).toBeUndefined();
  expect(testClassRuns([1])).toBeUndefined();
  expect(testFileOrder([2, 2, 2])).toBeUndefined();
});

test('a run of a small example, counted by hand', () => {
  // Of the 4! / (2! 2!) = 6 orders of aabb, 4 have two of a kind together: aabb, bbaa, abba, baab.
  const run = testClassRuns([0, 0, 1, 1])!;
  expect(run).toMatchObject({ length: 2, label: 0, start: 0 });
  // Λ(2) = 2 · 3 · C(2, 0) / C(4, 2) = 1.
  expect(run.p).toBe(1);
});

test('copies count as one order', () => {
  expect(chanceOfOrder(['a', 'b', 'c'])).toBeCloseTo(1 / 6, 12);
  expect(chanceOfOrder(['a', 'a', 'b'])).toBeCloseTo(1 / 3, 12);
});
