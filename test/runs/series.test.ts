import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { EpochLine, StepLine } from '../../src-main/runs/run-log.ts';
import { SeriesReader, Thinned } from '../../src-main/runs/series.ts';
import { temporaryFolder } from '../data/temporary.ts';

function step(number: number): StepLine {
  return {
    ...{ event: 'step', time: 1000 * number, step: number, epoch: Math.ceil(number / 10) },
    ...{ epochStep: ((number - 1) % 10) + 1, loss: number, accuracy: 0.5, learningRates: { head: 0.1 } },
  };
}

function epoch(number: number): EpochLine {
  const figures = { loss: number, accuracy: 1 };
  return {
    ...{ event: 'epoch', time: 10_000 * number + 500, epoch: number, running: figures, train: figures },
    ...{ validation: null, learningRates: { head: 0.1 }, imagesPerSecond: 3 },
  };
}

function text(...lines: readonly object[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

test('a long log becomes few points that keep its mean and its end', () => {
  const thinned = new Thinned();
  const count = 123_457;
  for (let number = 1; number <= count; number++) thinned.add(step(number));
  const { stride, steps } = thinned.series;
  expect(stride).toBe(128);
  expect(steps.length).toBeLessThanOrEqual(1000);
  expect(steps.length).toBeGreaterThan(500);
  // Steps 1 to 128 have losses 1 to 128.
  expect(steps[0]).toMatchObject({ step: 128, loss: 64.5, time: 128_000 });
  expect(steps.at(-1)?.step).toBe(count);
});

test('epochs stand at their last step, and many of them are thinned up to the last', () => {
  const thinned = new Thinned();
  for (let number = 1; number <= 2500; number++) {
    for (let at = 1; at <= 10; at++) thinned.add(step(10 * (number - 1) + at));
    thinned.add(epoch(number));
  }
  const { epochs } = thinned.series;
  expect(epochs.length).toBeLessThanOrEqual(1000);
  expect(epochs.at(-1)).toMatchObject({ epoch: 2500, step: 25_000, stepTime: 25_000_000 });
});

test('a log is read on as it grows, line by whole line, and anew when it was written anew', async () => {
  const file = path.join(temporaryFolder(), 'log.jsonl');
  const reader = new SeriesReader(file);
  expect(await reader.read()).toEqual({ stride: 1, steps: [], epochs: [] });
  const second = text(step(2));
  writeFileSync(file, text(step(1)) + second.slice(0, 20));
  expect((await reader.read()).steps.map((point) => point.step)).toEqual([1]);
  appendFileSync(file, `${second.slice(20)}spoiled\n${text(step(3), epoch(1))}`);
  const whole = await reader.read();
  expect(whole.steps.map((point) => point.step)).toEqual([1, 2, 3]);
  expect(whole.epochs.map((point) => point.step)).toEqual([3]);
  expect((await Promise.all([reader.read(), reader.read()]))[1]).toEqual(whole);
  // A resumed training drops what it will repeat: another file of the same name, and longer.
  writeFileSync(`${file}.new`, text(step(1), step(2), step(4), step(5), step(6), step(7)));
  renameSync(`${file}.new`, file);
  expect((await reader.read()).steps.map((point) => point.step)).toEqual([1, 2, 4, 5, 6, 7]);
});
