import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { sha256 } from '../../src-main/base/hash.ts';
import { readSafetensors } from '../../src-main/models/weights/safetensors.ts';
import { readRecords } from '../../src-main/runs/metrics-log.ts';
import type { RunRow } from '../../src-main/runs/rows.ts';
import { readRunFile } from '../../src-main/runs/run-file.ts';
import { runPaths } from '../../src-main/runs/run-folder.ts';
import { lockRun, requestStop } from '../../src-main/runs/stop.ts';
import { keptEpochs } from '../../src-main/runs/weights.ts';
import { makeFolder } from './folder.ts';
import { BUNDLED, eventsOf, newRun, outcome, train, writePictures } from './support.ts';

// Real trainings in real processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const lab = makeFolder();
let rows: readonly RunRow[];

beforeAll(async () => {
  rows = await writePictures(path.join(lab, 'pictures'), { train: 5, validation: 2 });
});

describe('head', () => {
  test('computes features once, then trains on them', async () => {
    const first = await newRun(lab, rows, { mode: 'head', epochs: 3, draws: 2 });
    const { result, events } = await train(first);
    expect(result).toMatchObject({ status: 'finished', epoch: 3 });
    const progress = eventsOf(events, 'progress');
    // 15 training pictures plain and in two augmented versions, and 6 for validation.
    expect(progress.at(-1)).toMatchObject({ what: 'features', draws: 2, done: 51, total: 51 });

    const second = await newRun(lab, rows, { mode: 'head', epochs: 3, draws: 2 });
    await train(second);
    expect(await outcome(second)).toEqual(await outcome(first));
  });

  test('leaves the backbone and its statistics alone', async () => {
    const folder = await newRun(lab, rows, { mode: 'head', epochs: 1 });
    await train(folder);
    const { tensors } = await readSafetensors(path.join(folder, 'epochs/1.safetensors'));
    expect([...tensors.keys()]).toEqual(['fc.weight', 'fc.bias']);
  });
});

describe('head-then-full', () => {
  test('learns, names its figures for what they are, and keeps the best epoch', async () => {
    const folder = await newRun(lab, rows, { epochs: 4, headEpochs: 2 }, BUNDLED);
    const { result, events } = await train(folder);
    const epochs = eventsOf(events, 'epoch');
    expect(epochs.map(({ phase }) => phase)).toEqual(['head', 'head', 'full', 'full', 'full', 'full']);
    expect(epochs.map(({ epoch, epochs: all }) => [epoch, all])).toEqual(
      [1, 2, 3, 4, 5, 6].map((epoch) => [epoch, 6]),
    );
    expect(eventsOf(events, 'start')[0]).toMatchObject({ headLoaded: false, resumedFrom: null });
    // Patterns this plain are learnt at once; an untrained network sits at a third.
    expect(epochs.at(-1)!.train.accuracy).toBeGreaterThan(0.9);
    expect(
      epochs
        .at(-1)!
        .train.confusion.flat()
        .reduce((sum, count) => sum + count),
    ).toBe(15);
    const losses = epochs.map(({ validation }) => validation!.loss);
    expect(result.best).toMatchObject({ epoch: losses.indexOf(Math.min(...losses)) + 1 });
    expect(epochs[1]!.learningRates).not.toHaveProperty('backbone');
    expect(epochs[2]!.learningRates).toEqual({ backbone: 0.01, head: 0.01 });
    // The cosine of each phase begins anew.
    expect(epochs.map(({ learningRates }) => learningRates['head'])).toEqual([
      0.01,
      expect.closeTo(0.005, 12),
      0.01,
      expect.closeTo(0.01 * (0.5 + Math.SQRT1_2 / 2), 12),
      expect.closeTo(0.005, 12),
      expect.closeTo(0.01 * (0.5 - Math.SQRT1_2 / 2), 12),
    ]);
    expect(await readRecords(runPaths(folder).metrics)).toHaveLength(6);
    expect(await readRunFile(runPaths(folder).run)).toMatchObject({
      status: 'finished',
      epoch: 6,
      best: result.best,
      machine: { device: 'cpu', threads: 1 },
    });
    // 15 pictures in batches of 4: four steps, the last of three.
    expect(eventsOf(events, 'step')).toHaveLength(6 * 4);
  });

  test('without validation data the last epoch is the best', async () => {
    const folder = await newRun(
      lab,
      rows.filter(({ split }) => split === 'train'),
      { mode: 'head', epochs: 2 },
    );
    const { result, events } = await train(folder);
    expect(result.best).toEqual({ epoch: 2, loss: null, accuracy: null });
    expect(eventsOf(events, 'epoch')[0]!.validation).toBeNull();
  });

  test('keeps only the best and the last epoch when asked', async () => {
    const folder = await newRun(lab, rows, { mode: 'head', epochs: 5, keepEpochs: 'best' });
    const { result } = await train(folder);
    expect(await keptEpochs(runPaths(folder))).toEqual(
      [...new Set([result.best!.epoch, 5])].sort((a, b) => a - b),
    );
  });
});

describe('stop and resume', () => {
  test('a stop at any step, then a resume, ends like an uninterrupted run', async () => {
    const settings = { epochs: 1, headEpochs: 1 };
    const straight = await newRun(lab, rows, settings);
    await train(straight);

    const stopped = await newRun(lab, rows, settings);
    let result = await stopAfterStep(stopped, 2);
    expect(result).toMatchObject({ status: 'stopped', epoch: 0 });
    expect(await readRunFile(runPaths(stopped).run)).toMatchObject({ status: 'stopped' });
    result = await stopAfterStep(stopped, 3);
    expect(result).toMatchObject({ status: 'stopped', epoch: 1 });
    const { events, result: last } = await train(stopped);
    expect(eventsOf(events, 'start')[0]).toMatchObject({ resumedFrom: { epoch: 1, step: 1 } });
    expect(last).toMatchObject({ status: 'finished', epoch: 2 });
    expect(await outcome(stopped)).toEqual(await outcome(straight));
  });

  test('another process asks through a file', async () => {
    const folder = await newRun(lab, rows, { mode: 'head' });
    const { result } = await train(folder, {
      emit: (event) => {
        if (event.event === 'step') void requestStop(folder);
      },
    });
    expect(result.status).toBe('stopped');
    const { result: resumed } = await train(folder);
    expect(resumed.status).toBe('finished');
  });

  test('a stop while features are computed', async () => {
    const controller = new AbortController();
    const folder = await newRun(lab, rows, { mode: 'head', seed: 77 });
    const { result } = await train(folder, {
      signal: controller.signal,
      emit: (event) => {
        if (event.event === 'progress') controller.abort();
      },
    });
    expect(result).toMatchObject({ status: 'stopped', epoch: 0, best: null });
    expect((await train(folder)).result.status).toBe('finished');
  });

  test('only one process trains a run', async () => {
    const folder = await newRun(lab, rows);
    const lock = lockRun(runPaths(folder));
    await expect(train(folder)).rejects.toMatchObject({
      code: 'RUN_BUSY',
      message: `The run ${folder} is being trained by process ${process.pid}.`,
    });
    lock.release();
  });

  test('stopping what nobody trains', async () => {
    const folder = await newRun(lab, rows);
    await expect(requestStop(folder)).rejects.toMatchObject({
      code: 'RUN_STATE',
      message: `Stopping the run ${path.basename(folder)}: no process is training it.`,
    });
  });

  test('a finished run is not resumed', async () => {
    const folder = await newRun(lab, rows, { mode: 'head', epochs: 1 });
    await train(folder);
    await expect(train(folder)).rejects.toMatchObject({
      code: 'RUN_FINISHED',
      message: `The run ${path.basename(folder)} has finished its 1 epochs.`,
    });
  });

  async function stopAfterStep(folder: string, steps: number) {
    const controller = new AbortController();
    let seen = 0;
    const { result } = await train(folder, {
      signal: controller.signal,
      emit: ({ event }) => {
        if (event === 'step' && ++seen === steps) controller.abort();
      },
    });
    return result;
  }
});

describe('what a resume refuses', () => {
  let stopped: string;

  beforeAll(async () => {
    stopped = await newRun(lab, rows, { mode: 'head', epochs: 2 });
    const controller = new AbortController();
    await train(stopped, {
      signal: controller.signal,
      emit: (event) => {
        if (event.event === 'step' && event.epoch === 2) controller.abort();
      },
    });
  });

  test.each([
    ['artifacts/head/training_model.onnx'],
    ['artifacts/head/optimizer_model.onnx'],
    ['artifacts/head/eval_model.onnx'],
    ['artifacts/head/features_model.onnx'],
    ['initial.safetensors'],
  ])('%s with a spoiled byte', async (relative) => {
    const folder = copyOfStopped();
    const file = path.join(folder, relative);
    const bytes = readFileSync(file);
    const before = sha256(bytes);
    const middle = bytes.length >> 1;
    bytes[middle] = bytes[middle]! ^ 1;
    writeFileSync(file, bytes);
    await expect(train(folder)).rejects.toMatchObject({
      code: 'ARTIFACT_CHANGED',
      message: `The run's file ${relative} has changed: its SHA-256 was ${before} and is ${sha256(bytes)}.`,
    });
    expect(await readRunFile(runPaths(folder).run)).toMatchObject({
      status: 'failed',
      error: { code: 'ARTIFACT_CHANGED' },
    });
  });

  test('an artifact that is gone', async () => {
    const folder = copyOfStopped();
    const relative = 'artifacts/head/training_model.onnx';
    const before = sha256(readFileSync(path.join(folder, relative)));
    rmSync(path.join(folder, relative));
    await expect(train(folder)).rejects.toMatchObject({
      message: `The run's file ${relative} has changed: its SHA-256 was ${before} and is missing.`,
    });
  });

  test('a checkpoint that was cut off', async () => {
    const folder = copyOfStopped();
    const { checkpoint } = runPaths(folder);
    truncateSync(checkpoint, 1000);
    await expect(train(folder)).rejects.toMatchObject({
      code: 'CHECKPOINT_CORRUPT',
      message: expect.stringContaining(`Reading the checkpoint ${checkpoint}: `) as string,
    });
  });

  test('rows that were changed', async () => {
    const folder = copyOfStopped();
    const { rows: file } = runPaths(folder);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"circle"', '"square"'));
    await expect(train(folder)).rejects.toMatchObject({
      code: 'RUN_STATE',
      message: expect.stringMatching(
        /^Reading the rows of the run, .*rows\.jsonl: their hash was [0-9a-f]{64} and is [0-9a-f]{64}\.$/,
      ) as string,
    });
  });

  test('a description that is none', async () => {
    const folder = copyOfStopped();
    const { run: file } = runPaths(folder);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"status": "stopped"', '"status": "odd"'));
    await expect(train(folder)).rejects.toMatchObject({
      code: 'RUN_STATE',
      message: expect.stringContaining(`Reading the description of a run, ${file}: status: `) as string,
    });
    writeFileSync(file, '{');
    await expect(train(folder)).rejects.toMatchObject({
      message: `Reading the description of a run, ${file}: it is no JSON.`,
    });
  });

  test('figures of epochs after the checkpoint are not counted twice', async () => {
    const folder = copyOfStopped();
    const { metrics } = runPaths(folder);
    const [first] = await readRecords(metrics);
    appendFileSync(metrics, `${JSON.stringify({ ...first!, epoch: 2 })}\n{"epoch":3,"pha`);
    await train(folder);
    expect((await readRecords(metrics)).map(({ epoch }) => epoch)).toEqual([1, 2]);
  });

  function copyOfStopped(): string {
    const folder = mkdtempSync(`${stopped}-`);
    cpSync(stopped, folder, { recursive: true });
    return folder;
  }
});

test('a picture that was changed is refused', async () => {
  const own = await writePictures(path.join(lab, 'own'), { train: 2 });
  const folder = await newRun(lab, own, { mode: 'head', epochs: 1 });
  const { path: file, sha256: before } = own[3]!;
  appendFileSync(file, 'x');
  await expect(train(folder)).rejects.toMatchObject({
    code: 'SAMPLE_CHANGED',
    message:
      `The image ${file} has changed since its import: its SHA-256 was ${before} ` +
      `and is ${sha256(readFileSync(file))}.`,
  });
});

test('weights that were changed after the run was made are refused', async () => {
  const file = path.join(lab, 'own.safetensors');
  cpSync(BUNDLED.file, file);
  const folder = await newRun(lab, rows, { mode: 'head', epochs: 1 }, { name: file, file });
  const before = sha256(readFileSync(file));
  appendFileSync(file, 'x');
  await expect(train(folder)).rejects.toMatchObject({
    code: 'WEIGHTS_HASH',
    message:
      `The weights ${file} have changed since the run was made: their SHA-256 was ${before} ` +
      `and is ${sha256(readFileSync(file))}.`,
  });
});

describe('a training that diverges', () => {
  test('says where, and keeps its last checkpoint', async () => {
    const folder = await newRun(lab, rows, {
      mode: 'full',
      lr: 1e12,
      schedule: { name: 'constant' },
      checkpointSteps: 1,
    });
    await expect(train(folder)).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      message: expect.stringMatching(/^The training diverged in epoch 1(, step \d+)?: /) as string,
      hint:
        'Lower the learning rate (--lr, --backbone-lr), clip gradients (--max-norm) or warm up ' +
        '(--warmup-epochs), in a new run; the last checkpoint is kept.',
    });
    expect(await readRunFile(runPaths(folder).run)).toMatchObject({ status: 'failed' });
    expect(existsSync(runPaths(folder).stop)).toBe(false);
  });
});

test('dropping the last batch must leave one', async () => {
  const folder = await newRun(lab, rows, { mode: 'head', batchSize: 64, dropLast: true });
  await expect(train(folder)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: 'Dropping the last batch leaves nothing: there are 15 training images, and a batch takes 64.',
  });
});
