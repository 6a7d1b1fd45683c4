/** What is known of a training before it begins. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { suggestSettings, type TrainingFacts } from '../../src-main/lab/suggest.ts';
import { TrainingClock } from '../../src-main/lab/training-clock.ts';
import type { TrainEvent } from '../../src-main/runs/train-context.ts';
import { ended, errorOf, importStripes, openLab, SHORT } from './small-lab.ts';

function facts(counts: Record<string, number>, changes: Partial<TrainingFacts> = {}): TrainingFacts {
  return {
    dataset: 'pets',
    counts: Object.entries(counts).map(([className, count]) => ({ className, split: null, count })),
    leftOut: { excluded: 0, unlabelled: 0, conflicts: 0 },
    ...{ side: 300, device: 'cpu', deviceReason: 'no other', imageNet: false },
    ...changes,
  };
}

function keysOf(given: TrainingFacts): string[] {
  return suggestSettings(given).advice.map(({ key }) => key);
}

describe('a suggestion', () => {
  test('for an ordinary data set: the shipped weights, the last layer first, then everything', () => {
    const { settings, split, advice } = suggestSettings(facts({ cat: 500, dog: 600 }));
    expect(split).toEqual({ validation: 0.2, test: 0.1 });
    expect(settings).toMatchObject({
      ...{ model: 'resnet18', weights: 'bundled', imageSize: 96, mode: 'head-then-full' },
      ...{ epochs: 8, headEpochs: 3, batchSize: 32, augment: 'crop-flip', classWeights: null },
    });
    expect(advice.map(({ key, warning }) => [key, warning])).toEqual([
      ['split-missing', false],
      ['weights-bundled', false],
      ['mode-head-then-full', false],
      ['device', false],
    ]);
  });

  test('for few images: the last layer alone, small batches, more epochs, and a warning', () => {
    const given = facts({ cat: 30, dog: 8 });
    const { settings, split, advice } = suggestSettings(given);
    expect(split).toEqual({ validation: 0.2, test: 0 });
    expect(settings).toMatchObject({ mode: 'head', epochs: 12, batchSize: 4, classWeights: 'balanced' });
    expect(advice.filter(({ warning }) => warning)).toEqual([
      { key: 'few-images', warning: true, values: { class: 'dog', count: 6 } },
    ]);
  });

  test('for many images: the last layer alone on a processor, everything on a graphics card', () => {
    const counts = { cat: 40_000, dog: 40_000 };
    expect(suggestSettings(facts(counts)).settings).toMatchObject({ mode: 'head', epochs: 8 });
    expect(suggestSettings(facts(counts, { device: 'cuda' })).settings.mode).toBe('head-then-full');
  });

  test('keeps a split that is there, and says when there is nothing to validate with', () => {
    const counts = [
      { className: 'cat', split: 'train' as const, count: 100 },
      { className: 'dog', split: 'train' as const, count: 100 },
      { className: 'dog', split: 'validation' as const, count: 20 },
    ];
    const kept = suggestSettings(facts({}, { counts }));
    expect(kept.split).toBeNull();
    expect(kept.advice[0]).toEqual({
      ...{ key: 'split-given', warning: false },
      values: { train: 200, validation: 20, test: 0 },
    });
    // A published test set stays; validation is taken from the training images.
    const published = [counts[0]!, { ...counts[1]!, split: 'test' as const }];
    expect(suggestSettings(facts({}, { counts: published })).split).toEqual({ validation: 0.2, test: 0.5 });
    expect(keysOf(facts({ cat: 4, dog: 4 }))).toContain('split-no-validation');
  });

  test('small pictures, symbols, other weights and what is left out', () => {
    expect(suggestSettings(facts({ cat: 500, dog: 500 }, { side: 28 })).settings.imageSize).toBe(64);
    const digits = suggestSettings(facts({ 0: 500, 1: 500, 7: 500 }));
    expect(digits.settings.augment).toMatchObject([{ name: 'random-affine' }]);
    expect(digits.advice.map(({ key }) => key)).toContain('augment-symbols');
    const imageNet = suggestSettings(facts({ cat: 500, dog: 500 }, { imageNet: true, device: 'cuda' }));
    expect(imageNet.settings).toMatchObject({ weights: 'imagenet', imageSize: 224 });
    const leftOut = { excluded: 1, unlabelled: 2, conflicts: 0 };
    expect(suggestSettings(facts({ cat: 500, dog: 500 }, { leftOut })).advice.at(-1)).toEqual({
      ...{ key: 'left-out', warning: true, values: leftOut },
    });
  });

  test('comes from what the lab has, and refuses what cannot be trained on', async () => {
    const small = openLab();
    await importStripes(small, { count: 40, split: false });
    const { settings, split, advice } = await small.client.training.suggest({ dataset: 'stripes' });
    expect(split).toEqual({ validation: 0.2, test: 0 });
    expect(settings).toMatchObject({ mode: 'head-then-full', imageSize: 64 });
    expect(advice.map(({ key }) => key)).toContain('image-size-small');
    await small.client.datasets.label({
      ...{ dataset: 'stripes', change: { excluded: true } },
      samples: (await small.client.samples.page({ dataset: 'stripes', className: 'down' })).samples.map(
        ({ id }) => id,
      ),
    });
    expect(await errorOf(small.client.training.suggest({ dataset: 'stripes' }))).toEqual({
      code: 'DATASET_ONE_CLASS',
      message:
        'The data set "stripes" has only one class: all 40 usable images belong to "across". At least two are needed.',
      hint: 'Import the folder that holds the class folders, not one of them, or add images of another class.',
    });
  });
});

test('an estimate needs a speed: measured by a calibration, later taken from an earlier run', async () => {
  const small = openLab();
  const { client, lab } = small;
  await importStripes(small);
  const planned = { ...SHORT, epochs: 6 };
  const unknown = await client.training.estimate(planned);
  expect(unknown).toMatchObject({
    ...{ basis: null, epoch: null, total: null, device: 'cpu', mode: 'full', epochs: 6, steps: 5 },
    ...{ train: 18, validation: 6, imageSize: 32 },
  });
  const events = await ended(client, await client.training.calibrate(planned));
  expect(events.at(-1)).toMatchObject({ event: 'done', result: { kind: 'calibrate', device: 'cpu' } });
  const calibrated = await client.training.estimate(planned);
  expect(calibrated.basis).toMatchObject({ kind: 'calibration', dataset: 'stripes' });
  const { low, expected, high } = calibrated.total!;
  expect(low).toBeLessThan(expected);
  expect(high).toBeGreaterThan(expected);
  expect((await client.training.estimate({ ...planned, epochs: 60 })).total!.low).toBeGreaterThan(low);
  const divided = await client.training.estimate({ ...planned, split: { validation: 0.5, test: 0.25 } });
  expect(divided).toMatchObject({ train: 6, validation: 12, steps: 2 });
  expect(divided.total!.expected).toBeLessThan(expected);
  // Nothing but the times is kept, and it is no run of the lab.
  const folder = path.join(lab.cacheFolder, 'calibration', 'runs', calibrated.basis!.run);
  expect(readdirSync(folder).sort()).toEqual(['log.jsonl', 'metrics.jsonl', 'run.json']);
  expect(await client.training.runs()).toEqual([]);
  expect((await client.training.estimate({ ...planned, imageSize: 64 })).basis).toBeNull();

  await ended(client, await client.training.start(SHORT));
  const [run] = await client.training.runs();
  const known = await client.training.estimate(planned);
  expect(known.basis).toMatchObject({ kind: 'run', run: run!.id });
  expect(existsSync(folder)).toBe(true);
});

test('an estimate of the last layer alone counts the features of every augmented version', async () => {
  const small = openLab();
  await importStripes(small);
  await ended(small.client, await small.client.training.calibrate(SHORT));
  const head = { ...SHORT, mode: 'head', draws: 1 } as const;
  const [one, many] = [
    await small.client.training.estimate(head),
    await small.client.training.estimate({ ...head, augment: 'crop-flip', draws: 8, epochs: 8 }),
  ];
  // 18 training and 6 validation images once; with 8 versions more of each training image.
  expect(many.features!.expected / one.features!.expected).toBeCloseTo((18 * 9 + 6) / 24);
});

describe('a clock', () => {
  const step = (epoch: number, epochStep: number): Extract<TrainEvent, { event: 'step' }> => ({
    ...{ event: 'step', step: 0, epoch, epochStep, epochSteps: 10, loss: 1, accuracy: 0, learningRates: {} },
  });

  test('knows what is left from the steps so far, and guesses the evaluation until there was one', () => {
    const clock = new TrainingClock([{ name: 'full', epochs: 3 }], { train: 100, validation: 50 });
    clock.step(step(1, 1), 0);
    expect(clock.secondsLeft()).toBeNull();
    clock.step(step(1, 2), 2000);
    // 8 steps of 2 s, an evaluation of half as long as an epoch's 20 s, and two epochs like that.
    expect(clock.secondsLeft()).toBeCloseTo(16 + 10 + 2 * (20 + 10));
    clock.step(step(1, 10), 18_000);
    clock.epoch({ epochs: 3 }, 23_000);
    clock.step(step(2, 1), 25_000);
    expect(clock.secondsLeft()).toBeCloseTo(18 + 5 + 25);
  });

  test('says nothing about a phase that has not begun, unless it was told', () => {
    const phases = [{ name: 'head', epochs: 1 } as const, { name: 'full', epochs: 2 } as const];
    const clock = new TrainingClock(phases, { train: 100, validation: 0 });
    clock.step(step(1, 1), 0);
    clock.step(step(1, 2), 10);
    expect(clock.secondsLeft()).toBeNull();
    clock.expect({ step: 2, evaluation: 3 });
    expect(clock.secondsLeft()).toBeCloseTo(0.08 + 2 * 23);
  });

  test('follows a phase that ended early', () => {
    const phases = [{ name: 'head', epochs: 5 } as const, { name: 'full', epochs: 2 } as const];
    const clock = new TrainingClock(phases, { train: 100, validation: 0 });
    clock.expect({ step: 1, evaluation: 0 });
    clock.step(step(2, 10), 0);
    clock.epoch({ epochs: 4 }, 1000);
    clock.step(step(3, 5), 2000);
    expect(clock.secondsLeft()).toBeCloseTo(5 + 10);
  });
});
