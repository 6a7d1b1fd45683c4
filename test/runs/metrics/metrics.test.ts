import { describe, expect, test } from 'vitest';
import { classMetrics, SummaryAccumulator } from '../../../src-main/runs/metrics/classification.ts';
import { wilsonInterval } from '../../../src-main/runs/metrics/interval.ts';
import { argMax, crossEntropy, logSumExp, softmax, topK } from '../../../src-main/runs/metrics/softmax.ts';
import { WorstSamples } from '../../../src-main/runs/metrics/worst.ts';

describe('softmax', () => {
  test('gives hand-computed probabilities', () => {
    // exp(0) : exp(ln 3) = 1 : 3
    expect(Array.from(softmax([0, Math.log(3)]))).toEqual([
      expect.closeTo(0.25, 12),
      expect.closeTo(0.75, 12),
    ]);
  });

  test('does not overflow', () => {
    expect(logSumExp([1000, 1000])).toBeCloseTo(1000 + Math.log(2), 9);
    expect(Array.from(softmax([-1e4, 1e4]))).toEqual([0, 1]);
    expect(crossEntropy([-1e4, 1e4], 0)).toBe(2e4);
  });

  test('an undecided classifier of two classes has the loss ln 2', () => {
    expect(crossEntropy([3, 3], 1)).toBeCloseTo(Math.LN2, 12);
  });

  test('the first of equal logits wins, also among the top', () => {
    expect(argMax([1, 5, 5, 2])).toBe(1);
    expect(topK([1, 5, 5, 2], 3).map(({ index }) => index)).toEqual([1, 2, 3]);
    expect(topK([0, Math.log(3)], 5)).toHaveLength(2);
  });
});

describe('summary', () => {
  const accumulator = new SummaryAccumulator(3);
  // Predictions 0, 1, 1, 2, 0 for the labels 0, 0, 1, 2, 2.
  const samples: [number[], number][] = [
    [[9, 0, 0], 0],
    [[0, 9, 0], 0],
    [[0, 9, 0], 1],
    [[0, 0, 9], 2],
    [[9, 0, 0], 2],
  ];
  for (const [logits, label] of samples) accumulator.add(logits, label);
  const summary = accumulator.summary();

  test('counts labels in rows and predictions in columns', () => {
    expect(summary.confusion).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [1, 0, 1],
    ]);
    expect(summary.accuracy).toBe(0.6);
    expect(summary.count).toBe(5);
  });

  test('averages the loss over samples', () => {
    const right = Math.log(1 + 2 * Math.exp(-9));
    // A wrong sample of this kind lies 9 above a right one.
    expect(summary.loss).toBeCloseTo((5 * right + 2 * 9) / 5, 12);
  });

  test('precision, recall and F1 by hand', () => {
    expect(classMetrics(summary.confusion, ['a', 'b', 'c'])).toEqual([
      { class: 'a', precision: 0.5, recall: 0.5, f1: 0.5, support: 2 },
      { class: 'b', precision: 0.5, recall: 1, f1: expect.closeTo(2 / 3, 12) as number, support: 1 },
      { class: 'c', precision: 1, recall: 0.5, f1: expect.closeTo(2 / 3, 12) as number, support: 2 },
    ]);
  });

  test('the published matrix [[677, 73], [61, 689]] is 91.1 % right', () => {
    const confusion = [
      [677, 73],
      [61, 689],
    ];
    const [cat, dog] = classMetrics(confusion, ['cat', 'dog']);
    expect(cat).toMatchObject({ recall: 677 / 750, precision: 677 / 738, support: 750 });
    expect(dog).toMatchObject({ recall: 689 / 750, precision: 689 / 762, support: 750 });
  });

  test('no samples, an unseen and an unpredicted class give zeros, not NaN', () => {
    const empty = new SummaryAccumulator(2).summary();
    expect(empty).toMatchObject({ loss: 0, accuracy: 0, count: 0, accuracyInterval: { low: 0, high: 1 } });
    expect(classMetrics(empty.confusion, ['a', 'b'])[1]).toEqual({
      class: 'b',
      precision: 0,
      recall: 0,
      f1: 0,
      support: 0,
    });
  });
});

describe('wilsonInterval', () => {
  // Published examples: 0 of 20 and 81 of 263 (R. G. Newcombe, Two-sided confidence intervals for the single
  // proportion, 1998, table I), four decimals.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%i of %i', (successes, trials, low, high) => {
    const interval = wilsonInterval(successes, trials);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  test('stays within 0 and 1', () => {
    expect(wilsonInterval(5, 5).high).toBe(1);
    expect(wilsonInterval(0, 5).low).toBe(0);
  });
});

test('the worst samples are kept in order, the earlier of equals first', () => {
  const worst = new WorstSamples<{ loss: number; name: string }>(3);
  for (const [index, loss] of [1, 5, 3, 5, 2, 0].entries()) worst.add({ loss, name: String(index) });
  expect(worst.list().map(({ name }) => name)).toEqual(['1', '3', '2']);
});
