import { describe, expect, test } from 'vitest';
import type { RunSeries } from '../../src-shared/contract/run-series.ts';
import { figureCurves, lastOf, rateCurves, speedCurves } from '../../src-renderer/panels/train/curves.ts';
import {
  numbersToText,
  ratesToText,
  textToNumbers,
  textToRates,
} from '../../src-renderer/panels/train/texts.ts';

const WORDS = {
  ...{ train: 'training', validation: 'validation', steps: 'steps' },
  groups: { head: 'last layer', backbone: 'others' },
};

/** Two epochs of two steps: the last layer alone, then everything. */
const SERIES: RunSeries = {
  ...{ run: 'x', stepsPerEpoch: 2, stride: 1 },
  steps: [1, 2, 3, 4].map((step) => ({
    ...{ step, epoch: Math.ceil(step / 2), time: 0, loss: 1 / step, accuracy: step / 10 },
    learningRates: step > 2 ? { backbone: 0.1, 'fc.*': 0.3, head: 0.2 } : { head: 0.2 },
  })),
  epochs: [1, 2].map((epoch) => ({
    ...{ epoch, step: 2 * epoch, time: 0, imagesPerSecond: epoch === 1 ? 9000 : 12 },
    running: { loss: 0, accuracy: 0 },
    train: { loss: 0.5 / epoch, accuracy: 0.8 },
    validation: { loss: 0.7 / epoch, accuracy: 0.6 },
    learningRates: epoch === 1 ? { head: 0.2 } : { head: 0.2, backbone: 0.1 },
  })),
};

describe('curves', () => {
  test('of one run: both parts and every step, by epochs', () => {
    const curves = figureCurves([{ name: 'a', series: SERIES }], 'loss', WORDS);
    expect(curves.map(({ label, points }) => [label, points])).toEqual([
      [
        'training',
        [
          [1, 0.5],
          [2, 0.25],
        ],
      ],
      [
        'validation',
        [
          [1, 0.7],
          [2, 0.35],
        ],
      ],
      [
        'steps',
        [
          [0.5, 1],
          [1, 0.5],
          [1.5, 1 / 3],
          [2, 0.25],
        ],
      ],
    ]);
    expect(lastOf(curves[1]!)).toBe(0.35);
  });

  test('of several runs: validation in a colour each, training dashed in the same', () => {
    const plain = { ...SERIES, epochs: SERIES.epochs.map((epoch) => ({ ...epoch, validation: null })) };
    const runs = [
      { name: 'a', series: SERIES },
      { name: 'b', series: plain },
    ];
    const curves = figureCurves(runs, 'accuracy', WORDS);
    expect(curves.map(({ label, color, dashed = false }) => [label, color, dashed])).toEqual([
      ['a', 1, false],
      ['', 1, true],
      ['b', 2, true],
    ]);
  });

  test('of learning rates name the groups, the usual ones first', () => {
    const curves = rateCurves([{ name: 'a', series: SERIES }], WORDS);
    expect(curves.map(({ label, points }) => [label, points[0]])).toEqual([
      ['last layer', [0.5, 0.2]],
      ['others', [1.5, 0.1]],
      ['fc.*', [1.5, 0.3]],
    ]);
  });

  test('of the speed leave out the epochs of the last layer where others follow', () => {
    expect(speedCurves([{ name: 'a', series: SERIES }])[0]?.points).toEqual([[2, 12]]);
    expect(speedCurves([{ name: 'a', series: { ...SERIES, epochs: [] } }])[0]?.points).toEqual([]);
  });
});

describe('lists of numbers as text', () => {
  test('come back as they were', () => {
    expect(textToNumbers(numbersToText([3, 7]))).toEqual([3, 7]);
    const rates = [
      { epoch: 0, lr: 0.01 },
      { epoch: 5, lr: 1e-4 },
    ];
    expect(textToRates(ratesToText(rates))).toEqual(rates);
    expect([textToNumbers(numbersToText(null)), textToRates(ratesToText(null))]).toEqual([null, null]);
  });

  test('take what people type, in both languages', () => {
    expect(textToNumbers(' 3，7、9 ')).toEqual([3, 7, 9]);
    expect(textToRates('0：0.1；5: 1e-3')).toEqual([
      { epoch: 0, lr: 0.1 },
      { epoch: 5, lr: 0.001 },
    ]);
  });

  test.each(['3, x', '0.1', '0: ', '0: 1: 2'])('%s is no list yet', (text) => {
    expect(text.includes(':') || text === '0.1' ? textToRates(text) : textToNumbers(text)).toBeUndefined();
  });
});
