import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { LabError } from '../../src-shared/errors.ts';
import { float32, type Tensor } from '../../src-main/onnx/tensor.ts';
import { classWeights } from '../../src-main/runs/artifacts.ts';
import { START, type Position } from '../../src-main/runs/checkpoint.ts';
import { advance, nextPhase } from '../../src-main/runs/early-stopping.ts';
import { backboneHash } from '../../src-main/runs/feature-cache.ts';
import { drawOf } from '../../src-main/runs/epoch-plan.ts';
import type { EpochRecord } from '../../src-main/runs/metrics-log.ts';
import { appendRecord, cutRecords, readRecords } from '../../src-main/runs/metrics-log.ts';
import { SummaryAccumulator } from '../../src-main/runs/metrics/classification.ts';
import { datasetHash, encodeRows, readRows, type RunRow } from '../../src-main/runs/rows.ts';
import { createRun, findRun, listRuns, runsFolder } from '../../src-main/runs/run-folder.ts';
import { newRunId } from '../../src-main/runs/run-id.ts';
import { drawCount, phasesOf, trainSettingsSchema } from '../../src-main/runs/settings.ts';
import { checkFinite } from '../../src-main/runs/step-runner.ts';
import { temporaryFolder } from '../data/temporary.ts';
import { makeFolder } from './folder.ts';
import { shortSettings } from './support.ts';

const row = (label: string, split: RunRow['split'] = 'train', path = `/p/${label}`): RunRow => ({
  path,
  sha256: label.padEnd(64, '0'),
  label,
  split,
});

function record(epoch: number, validationLoss: number | null): EpochRecord {
  const summary = new SummaryAccumulator(2).summary();
  return {
    epoch,
    phase: 'full',
    running: { loss: 1, accuracy: 0 },
    train: summary,
    validation: validationLoss === null ? null : { ...summary, loss: validationLoss, accuracy: 0.5 },
    learningRates: { head: 0.1 },
    imagesPerSecond: 1,
  };
}

describe('early stopping', () => {
  const run = (losses: readonly (number | null)[], patience: number | null): Position =>
    losses.reduce<Position>((position, loss, at) => advance(position, record(at + 1, loss), patience), START);

  test('the lowest validation loss is the best epoch; the first of equals', () => {
    expect(run([3, 1, 2, 1], null).best).toEqual({ epoch: 2, loss: 1, accuracy: 0.5 });
  });

  test('patience counts epochs without a better one', () => {
    expect(run([3, 1, 2], 2).phaseEnded).toBe(false);
    expect(run([3, 1, 2, 1], 2).phaseEnded).toBe(true);
    expect(run([3, 1, 2, 0.9], 2).phaseEnded).toBe(false);
    expect(run([3, 4, 5, 6], null).phaseEnded).toBe(false);
  });

  test('without validation data the last epoch is the best and nothing ends early', () => {
    expect(run([null, null, null], 1)).toMatchObject({ best: { epoch: 3, loss: null }, phaseEnded: false });
  });

  test('a new phase counts afresh, but the best epoch remains', () => {
    const head = run([3, 1, 2, 2], 2);
    const full = advance(nextPhase(head), record(5, 1.5), 2);
    expect(full).toMatchObject({ best: { epoch: 2 }, phaseBestLoss: 1.5, phaseEnded: false, phase: 1 });
  });
});

describe('draws', () => {
  test('there are no more than epochs, and none without augmentation', () => {
    expect([drawCount(4, 3, 2), drawCount(4, 9, 2), drawCount(4, 9, 0)]).toEqual([3, 4, 0]);
  });

  test('a row goes through all of them, from one of its own on', () => {
    const shown = (row: number) => [0, 1, 2, 3, 4, 5].map((epoch) => drawOf(7, row, epoch, 3));
    for (let row = 0; row < 20; row++) {
      expect(new Set(shown(row).slice(0, 3))).toEqual(new Set([0, 1, 2]));
      expect(shown(row).slice(3)).toEqual(shown(row).slice(0, 3));
    }
    expect(new Set(Array.from({ length: 20 }, (_, row) => shown(row)[0]))).toEqual(new Set([0, 1, 2]));
  });
});

test("the features' key depends on graph, weights and machine", () => {
  const weights = (value: number): Map<string, Tensor> => new Map([['w', float32([1], [value])]]);
  const keys = [
    backboneHash('a', weights(1), [1]),
    backboneHash('b', weights(1), [1]),
    backboneHash('a', weights(2), [1]),
    backboneHash('a', weights(1), [2]),
  ];
  expect(new Set(keys).size).toBe(4);
  expect(backboneHash('a', weights(1), [1])).toBe(keys[0]);
});

describe('class weights', () => {
  const rows = [row('a'), row('a'), row('a'), row('b'), row('b', 'test')];

  test("balanced ones are scikit-learn's", () => {
    // 4 / (2 × 3) and 4 / (2 × 1)
    expect(classWeights('balanced', ['a', 'b'], rows)).toEqual([2 / 3, 2]);
    expect(classWeights(null, ['a', 'b'], rows)).toBeUndefined();
  });

  test('must be one a class', () => {
    expect(() => classWeights([1], ['a', 'b'], rows)).toThrow(
      new LabError('INVALID_ARGUMENT', 'Class weights: expected 2, one for each of a, b; found 1.'),
    );
  });
});

describe('rows', () => {
  const lab = makeFolder();
  const rows = [row('a'), row('b', 'validation')];

  test('read back as they were written', async () => {
    const file = path.join(lab, 'rows.jsonl');
    writeFileSync(file, encodeRows(rows));
    expect(await readRows(file, datasetHash(rows))).toEqual(rows);
    writeFileSync(file, '{"path":1}\n');
    await expect(readRows(file, datasetHash(rows))).rejects.toMatchObject({
      code: 'RUN_STATE',
      message: `Reading the rows of the run, ${file}: a line is malformed.`,
    });
  });

  test('the hash is of contents, labels, splits and order, wherever the files lie', () => {
    const elsewhere = rows.map((each) => ({ ...each, path: `/other${each.path}` }));
    expect(datasetHash(elsewhere)).toBe(datasetHash(rows));
    expect(datasetHash([row('a'), row('b', 'test')])).not.toBe(datasetHash(rows));
    expect(datasetHash(rows.toReversed())).not.toBe(datasetHash(rows));
  });
});

describe('runs of a lab', () => {
  const lab = makeFolder();
  const make = (rows: readonly RunRow[]) =>
    createRun({
      labFolder: lab,
      dataset: { name: 'Cats & dogs', classes: ['a', 'b'] },
      rows,
      weights: null,
      settings: shortSettings(),
    });

  test('refuses data sets that cannot be trained on', async () => {
    await expect(make([])).rejects.toMatchObject({
      code: 'DATASET_EMPTY',
      message: 'Training on Cats & dogs: the data set has no usable image.',
    });
    await expect(make([row('a', 'test')])).rejects.toMatchObject({
      code: 'SPLIT_EMPTY',
      message: 'Training on Cats & dogs: its training split is empty.',
    });
    await expect(make([row('a'), row('b', 'test')])).rejects.toMatchObject({
      code: 'DATASET_ONE_CLASS',
      message: 'Training on Cats & dogs: its training split has one class, a; a classifier needs two.',
    });
    expect(await listRuns(lab)).toEqual([]);
  });

  test('are listed and found by parts of their ids', async () => {
    await expect(findRun(lab, 'x')).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
      message: 'Looking for the run "x": there is none.',
      hint: 'The lab has no runs yet.',
    });
    const first = await make([row('a'), row('b')]);
    // Runs of one millisecond have no order.
    await setTimeout(2);
    const ids = [first, await make([row('a'), row('b')])].map((folder) => path.basename(folder));
    mkdirSync(path.join(runsFolder(lab), 'no-run'));
    expect((await listRuns(lab)).map(({ id, status }) => [id, status])).toEqual(
      ids.map((id) => [id, 'created']),
    );
    expect(await findRun(lab, ids[0]!)).toBe(path.join(runsFolder(lab), ids[0]!));
    expect(await findRun(lab, ids[1]!.slice(-4))).toBe(path.join(runsFolder(lab), ids[1]!));
    expect(await findRun(lab, 'last')).toBe(path.join(runsFolder(lab), ids[1]!));
    await expect(findRun(lab, '20')).rejects.toMatchObject({
      message: `Looking for the run "20": it fits ${ids.join(', ')}.`,
      hint: `The lab's latest runs: ${ids.join(', ')}.`,
    });
  });
});

test('ids are readable and sort by time', () => {
  const id = newRunId('Cats & dogs/2024', new Date('2026-11-22T05:14:59Z'));
  expect(id).toMatch(/^20261122-0514-cats-dogs-2024-[0-9a-f]{4}$/);
  expect(newRunId('猫と犬', new Date(0))).toMatch(/^19700101-0000-猫と犬-/);
  expect(newRunId('../..', new Date(0))).toMatch(/^19700101-0000-run-/);
});

test('metrics: a torn last line is no record, and cutting keeps the rest', async () => {
  const file = path.join(temporaryFolder(), 'metrics.jsonl');
  for (const epoch of [1, 2, 3]) await appendRecord(file, record(epoch, 1));
  writeFileSync(file, '{"epoch":4,', { flag: 'a' });
  expect((await readRecords(file)).map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  await cutRecords(file, 2);
  expect((await readRecords(file)).map(({ epoch }) => epoch)).toEqual([1, 2]);
});

test('a state that is not finite names the tensor', () => {
  checkFinite(new Map([['w', float32([2], [1, -1e38])]]), 'epoch 1');
  expect(() => checkFinite(new Map([['w', float32([2], [1, NaN])]]), 'epoch 2, step 31')).toThrow(
    'The training diverged in epoch 2, step 31: w holds numbers that are not finite.',
  );
});

test('settings: phases, defaults, and unknown names refused', () => {
  const settings = trainSettingsSchema.parse(shortSettings({ epochs: 5, headEpochs: 2 }));
  expect(phasesOf(settings)).toEqual([
    { name: 'head', epochs: 2 },
    { name: 'full', epochs: 5 },
  ]);
  expect(phasesOf({ ...settings, mode: 'head' })).toEqual([{ name: 'head', epochs: 5 }]);
  expect(phasesOf({ ...settings, mode: 'full' })).toEqual([{ name: 'full', epochs: 5 }]);
  expect(trainSettingsSchema.parse(settings)).toEqual(settings);
  expect(trainSettingsSchema.safeParse({ ...settings, learningRate: 1 }).success).toBe(false);
});
