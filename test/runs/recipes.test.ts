/** Settings that shape a training beyond the usual ones, in real runs of a small network. */
import path from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { createPipeline } from '../../src-main/data/pipeline.ts';
import { readSafetensors } from '../../src-main/models/weights/safetensors.ts';
import { readCheckpoint } from '../../src-main/runs/checkpoint.ts';
import { evaluated } from '../../src-main/runs/evaluated.ts';
import { evaluateRun } from '../../src-main/runs/evaluate.ts';
import { readRecords, type EpochRecord } from '../../src-main/runs/metrics-log.ts';
import type { RunRow } from '../../src-main/runs/rows.ts';
import { runPaths } from '../../src-main/runs/run-folder.ts';
import { trainSettingsSchema, type TrainSettingsInput } from '../../src-main/runs/settings.ts';
import {
  observeLoss,
  scheduledRate,
  UNSEEN,
  type ScheduleOptions,
} from '../../src-main/training/schedulers/index.ts';
import { labErrorOf } from '../helpers/lab-errors.ts';
import { makeFolder } from './folder.ts';
import { BUNDLED, eventsOf, newRun, outcome, shortSettings, SIZE, train, writePictures } from './support.ts';

// Real trainings in real processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const lab = makeFolder();
let rows: readonly RunRow[];

beforeAll(async () => {
  rows = await writePictures(path.join(lab, 'pictures'), { train: 5, validation: 2 });
});

const LR = 0.02;

function smallRun(changes: Partial<TrainSettingsInput>): Promise<string> {
  return newRun(lab, rows, { model: 'mycnn', mode: 'full', epochs: 4, lr: LR, ...changes });
}

async function stopAfterStep(folder: string, steps: number): Promise<void> {
  const controller = new AbortController();
  let seen = 0;
  await train(folder, {
    signal: controller.signal,
    emit: ({ event }) => {
      if (event === 'step' && ++seen === steps) controller.abort();
    },
  });
}

/** The head's learning rate in the first step of each epoch, by the schedule's own functions and the logged losses. */
function expectedRates(given: TrainSettingsInput['schedule'], records: readonly EpochRecord[]): number[] {
  const schedule: ScheduleOptions = trainSettingsSchema.parse(shortSettings({ schedule: given })).schedule;
  let state = UNSEEN;
  return records.map(({ running, validation }, epoch) => {
    const moment = { epoch, epochs: records.length, step: 0, stepsPerEpoch: 4, lr: LR, state };
    const loss = schedule.metric === 'running' ? running.loss : validation!.loss;
    state = observeLoss(schedule, state, { epoch, loss });
    return scheduledRate(schedule, LR, moment);
  });
}

describe('a schedule goes on after a stop as if there had been none', () => {
  test.each<[string, Partial<TrainSettingsInput>]>([
    // Only a loss of 10 less is better: each epoch but the first is bad.
    [
      'reduce-on-plateau',
      {
        schedule: {
          name: 'reduce-on-plateau',
          patience: 0,
          threshold: 10,
          threshold_mode: 'abs',
          factor: 0.5,
        },
      },
    ],
    // Mixed batches make the loss jump about.
    [
      'loss-rise, on mixed batches',
      {
        schedule: { name: 'loss-rise', metric: 'running', factor: 0.95 },
        pipeline: createPipeline({
          imageSize: SIZE,
          augment: [
            { name: 'mixup', alpha: 1, p: 1 },
            { name: 'cutmix', alpha: 1, p: 0.5 },
          ],
        }),
      },
    ],
    [
      'one-cycle, in groups',
      {
        schedule: { name: 'one-cycle' },
        paramGroups: [{ pattern: 'conv1.*', lr_factor: 0.1, weight_decay: 0 }],
      },
    ],
  ])('%s', async (_name, settings) => {
    const straight = await smallRun(settings);
    await train(straight);
    const stopped = await smallRun(settings);
    // In the middle of the second and the fourth epoch of four steps each.
    await stopAfterStep(stopped, 6);
    await stopAfterStep(stopped, 8);
    await train(stopped);
    expect(await outcome(stopped)).toEqual(await outcome(straight));

    const records = await readRecords(runPaths(straight).metrics);
    const rates = records.map(({ learningRates }) => learningRates['head']!);
    expect(rates).toEqual(expectedRates(settings.schedule, records));
    expect(new Set(rates).size).toBeGreaterThan(1);
  });

  test('and what it has seen is in the checkpoint', async () => {
    const folder = await smallRun({
      epochs: 3,
      schedule: { name: 'reduce-on-plateau', patience: 0, threshold: 10, threshold_mode: 'abs' },
    });
    await train(folder);
    const checkpoint = await readCheckpoint(runPaths(folder).checkpoint);
    const records = await readRecords(runPaths(folder).metrics);
    expect(checkpoint?.position.schedule).toEqual({
      ...{ reductions: 2, badEpochs: 0, cooldown: 0 },
      reference: records[0]!.validation!.loss,
    });
  });

  test('the next phase begins anew', async () => {
    const folder = await smallRun({
      mode: 'head-then-full',
      epochs: 1,
      headEpochs: 3,
      schedule: { name: 'reduce-on-plateau', patience: 0, threshold: 10, threshold_mode: 'abs' },
    });
    const { events } = await train(folder);
    expect(eventsOf(events, 'epoch').map(({ learningRates }) => learningRates)).toEqual([
      ...[{ head: LR }, { head: LR }, { head: LR * 0.1 }, { backbone: LR, head: LR }],
    ]);
  });
});

test('groups: frozen layers stay, the others learn at their rates, under their names', async () => {
  const folder = await smallRun({
    epochs: 1,
    schedule: { name: 'constant' },
    paramGroups: [
      { pattern: 'conv1.*', freeze: true },
      { pattern: 'bn1.*', freeze: true },
      { pattern: 'conv2.*', lr: 0.5 },
      { pattern: '*.bias', lr_factor: 2 },
    ],
  });
  const { events } = await train(folder);
  expect(eventsOf(events, 'epoch')[0]!.learningRates).toEqual({
    ...{ backbone: LR, head: LR },
    ...{ 'backbone conv2.*': 0.5, 'backbone *.bias': 2 * LR, 'head *.bias': 2 * LR },
  });
  const { tensors } = await readSafetensors(path.join(folder, 'epochs/1.safetensors'));
  expect([...tensors.keys()]).toEqual([
    ...['conv2.weight', 'conv2.bias', 'bn2.weight', 'bn2.bias', 'bn2.running_mean', 'bn2.running_var'],
    ...['fc.weight', 'fc.bias'],
  ]);
});

test('initialisers are for what is not loaded', async () => {
  const init: TrainSettingsInput['init'] = [{ pattern: '*', init: { name: 'constant', val: 0.5 } }];
  const values = async (folder: string, name: string): Promise<Set<number>> => {
    const { tensors } = await readSafetensors(runPaths(folder).initial);
    return new Set(tensors.get(name)!.data as Float32Array);
  };
  const fresh = await smallRun({ epochs: 1, init });
  await train(fresh);
  expect(await values(fresh, 'conv1.weight')).toEqual(new Set([0.5]));
  expect(await values(fresh, 'bn1.running_mean')).toEqual(new Set([0]));
  const loaded = await newRun(lab, rows, { mode: 'head', epochs: 1, init }, BUNDLED);
  await train(loaded);
  expect(await values(loaded, 'fc.weight')).toEqual(new Set([0.5]));
  expect((await values(loaded, 'conv1.weight')).size).toBeGreaterThan(1000);
});

test('an L2 penalty counts in the loss of the steps, and in no other', async () => {
  const [plain, penalised] = await Promise.all(
    [0, 100].map(async (l2Penalty) => {
      // At so small a rate nothing moves.
      const folder = await smallRun({ epochs: 1, lr: 1e-12, l2Penalty });
      return eventsOf((await train(folder)).events, 'epoch')[0]!;
    }),
  );
  expect(penalised!.running.loss).toBeGreaterThan(plain!.running.loss + 1000);
  expect(Math.abs(penalised!.train.loss - plain!.train.loss)).toBeLessThan(1e-5);
});

describe('dropping the last evaluation batch', () => {
  test('counts whole batches alone, while training and after', async () => {
    const folder = await smallRun({ epochs: 1, evaluationBatchSize: 4, evaluationDropLast: true });
    const { events } = await train(folder);
    const { train: training, validation } = eventsOf(events, 'epoch')[0]!;
    expect([training.count, validation!.count]).toEqual([12, 4]);
    const choice = { folder, epoch: 'best', device: 'cpu', threads: 1 } as const;
    const again = await evaluateRun({ ...choice, data: { split: 'validation' } });
    expect([again.count, again.loss]).toEqual([4, validation!.loss]);
    const files = rows.filter(({ split }) => split === 'validation');
    expect((await evaluateRun({ ...choice, data: { files } })).count).toBe(6);
  });

  test('must leave one', () => {
    const settings = trainSettingsSchema.parse(shortSettings({ evaluationDropLast: true }));
    expect(labErrorOf(() => evaluated([1, 2], settings, 'validation'))).toEqual({
      code: 'INVALID_ARGUMENT',
      message:
        'Dropping the last evaluation batch leaves nothing: there are 2 validation images, and a batch takes 32.',
      hint: 'Use a smaller --evaluation-batch-size, or no --evaluation-drop-last.',
    });
  });
});
