/** A run's log as event files, read back by the format's own rules. */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { decodeImage } from '../../../src-main/data/image.ts';
import { createPipeline, renderSample } from '../../../src-main/data/pipeline.ts';
import { readRecords } from '../../../src-main/runs/metrics-log.ts';
import { readLog } from '../../../src-main/runs/run-log.ts';
import { runPaths, type RunPaths } from '../../../src-main/runs/run-folder.ts';
import type { RunRow } from '../../../src-main/runs/rows.ts';
import { exportLog } from '../../../src-main/runs/tensorboard/export-log.ts';
import type { TrainEvent } from '../../../src-main/runs/train-context.ts';
import { makeFolder } from '../folder.ts';
import { CLASSES, eventsOf, newRun, SIZE, train, writePictures } from '../support.ts';
import { readOnlyFile, series, type ReadEvents } from './event-reader.ts';

// Real trainings, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const lab = makeFolder();
const pipeline = createPipeline({ imageSize: SIZE, augment: 'pad-crop-flip' });
let rows: readonly RunRow[];
let folder: string;
let id: string;
let paths: RunPaths;
let events: readonly TrainEvent[];
/** Trained with `tensorboard`. */
let live: string;
let exported: string;

beforeAll(async () => {
  rows = await writePictures(path.join(lab, 'pictures'), { train: 5, validation: 3 });
  folder = await newRun(lab, rows, { epochs: 1, headEpochs: 2, pipeline });
  id = path.basename(folder);
  paths = runPaths(folder);
  live = path.join(lab, 'logs', 'live');
  exported = path.join(lab, 'logs', 'exported');
  ({ events } = await train(folder, { tensorboard: live }));
  await exportLog({ folder, out: exported });
});

describe.each(['live', 'exported'])('the events of a run, %s', (which) => {
  let read: ReadEvents;

  beforeAll(() => {
    read = readOnlyFile(which === 'live' ? live : exported);
  });

  test('begin with the version of the format', () => {
    expect(read.versions).toEqual(['brain.Event:2']);
  });

  test('hold the figures of every step', () => {
    const steps = eventsOf(events, 'step');
    expect(steps).toHaveLength(12);
    const points = (value: (step: (typeof steps)[number]) => number): unknown =>
      steps.map((step) => ({ step: step.step, value: Math.fround(value(step)) }));
    expect(series(read, 'loss/running_by_step')).toEqual(points(({ loss }) => loss));
    expect(series(read, 'accuracy/running_by_step')).toEqual(points(({ accuracy }) => accuracy));
    expect(series(read, 'learning_rate_by_step/head')).toEqual(
      points(({ learningRates }) => learningRates['head']!),
    );
    expect(read.starts).toEqual([1]);
  });

  test('hold the figures of every epoch', async () => {
    const records = await readRecords(paths.metrics);
    expect(records).toHaveLength(3);
    const points = (value: (record: (typeof records)[number]) => number): unknown =>
      records.map((record) => ({ step: record.epoch, value: Math.fround(value(record)) }));
    expect(series(read, 'loss/train')).toEqual(points(({ train }) => train.loss));
    expect(series(read, 'loss/validation')).toEqual(points(({ validation }) => validation!.loss));
    expect(series(read, 'loss/running')).toEqual(points(({ running }) => running.loss));
    expect(series(read, 'accuracy/train')).toEqual(points(({ train }) => train.accuracy));
    expect(series(read, 'accuracy/validation')).toEqual(points(({ validation }) => validation!.accuracy));
    expect(series(read, 'accuracy/running')).toEqual(points(({ running }) => running.accuracy));
    expect(series(read, 'speed/images_per_second')).toEqual(points(({ imagesPerSecond }) => imagesPerSecond));
  });

  test('hold the learning rate of every group', async () => {
    const log = (await readLog(paths.log)).filter((line) => line.event === 'epoch');
    for (const [group, epochs] of Object.entries({ head: [1, 2, 3], backbone: [3] })) {
      const rates = epochs.map((epoch) => ({
        step: epoch,
        value: Math.fround(log[epoch - 1]!.learningRates[group]!),
      }));
      expect(series(read, `learning_rate/${group}`)).toEqual(rates);
    }
  });

  test('carry the times of the log', async () => {
    const log = await readLog(paths.log);
    const times = (event: string): number[] =>
      log.filter((line) => line.event === event).map(({ time }) => time / 1000);
    const wallTimes = (tag: string): number[] =>
      read.values.filter((value) => value.tag === tag).map(({ wallTime }) => wallTime);
    expect(wallTimes('loss/running_by_step')).toEqual(times('step'));
    expect(wallTimes('loss/train')).toEqual(times('epoch'));
  });

  test('say what each figure is, once', () => {
    const described = read.values.filter(({ description }) => description !== '');
    const tags = described.map(({ tag }) => tag);
    expect(new Set(tags).size).toBe(tags.length);
    const scalars = new Set(read.values.filter(({ scalar }) => scalar !== undefined).map(({ tag }) => tag));
    for (const tag of scalars) expect(tags).toContain(tag);
    expect(described.find(({ tag }) => tag === 'loss/running_by_step')).toMatchObject({
      plugin: 'scalars',
      description: 'Loss of the batch that each step was shown, before it changed the weights, by step.',
    });
  });

  test('show training pictures as the network sees them', async () => {
    const pictures = read.values.filter(({ image }) => image !== undefined);
    const training = rows.filter(({ split }) => split === 'train');
    expect(pictures).toHaveLength(12);
    for (const { tag, image } of pictures) {
      const [group, label] = tag.split('/');
      expect([group, image!.width, image!.height]).toEqual(['samples', SIZE, SIZE]);
      expect(CLASSES).toContain(label);
    }
    const row = rows.indexOf(training[0]!);
    const mode = { augment: true, seed: 0, epoch: 1, key: row } as const;
    const shown = await renderSample(training[0]!.path, pipeline, mode);
    expect((await decodeImage(pictures[0]!.image!.bytes)).data).toEqual(shown.data);
    expect(pictures[0]!.tag).toBe(`samples/${training[0]!.label}/1`);
  });

  test('hold the network with every node once and no dangling input', () => {
    const [graph, ...others] = read.graphs;
    expect(others).toEqual([]);
    const names = graph!.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { inputs } of graph!) {
      for (const input of inputs) expect(names).toContain(input.replace(/:\d+$/, ''));
    }
    const node = (name: string): (typeof graph & object)[number] | undefined =>
      graph!.find((node) => node.name === name);
    expect(node('layer1/0/conv1/Conv')).toEqual({
      name: 'layer1/0/conv1/Conv',
      op: 'Conv',
      inputs: [expect.stringMatching(/^MaxPool/), 'layer1/0/conv1/weight'],
      shapes: [[-1, 64, 8, 8]],
    });
    expect(node('layer4/1/conv2/weight')).toMatchObject({ op: 'Placeholder', shapes: [[512, 512, 3, 3]] });
    // Every block holds its activations and its sum; the last pooling belongs to none.
    const inBlock = names.filter((name) => /^layer4\/1\/(Relu|Add)/.test(name));
    expect(inBlock).toHaveLength(3);
    expect(names.filter((name) => name.includes('GlobalAveragePool'))).toEqual(['GlobalAveragePool']);
  });

  test('tell the settings as a table', () => {
    const table = read.values.find(({ tag }) => tag === 'settings')!;
    const { dims, strings } = table.tensor!;
    expect([table.plugin, dims[1], strings.length]).toEqual(['text', 2, dims[0]! * 2]);
    const value = (name: string): string | undefined => strings[strings.indexOf(name) + 1];
    expect(value('run')).toBe(`\` ${id} \``);
    expect(value('batchSize')).toBe('` 4 `');
    expect(value('classes')).toBe('` ["circle","square","star"] `');
  });
});

test('epochs that the log lacks come from the records', async () => {
  const log = readFileSync(paths.log);
  rmSync(paths.log);
  try {
    const out = path.join(lab, 'logs', 'records');
    expect(await exportLog({ folder, out })).toMatchObject({ epochs: 3, steps: 0 });
    expect(series(readOnlyFile(out), 'loss/train')).toEqual(series(readOnlyFile(exported), 'loss/train'));
  } finally {
    writeFileSync(paths.log, log);
  }
});

test('a log that a crash cut off, or that holds something else, is read as far as it goes', async () => {
  const log = readFileSync(paths.log, 'utf8');
  appendFileSync(paths.log, '{"event":"epoch","time":1}\n\0\0\n{"event":"step","ti');
  expect(await readLog(paths.log)).toHaveLength(15);
  writeFileSync(paths.log, log);
});

test('pictures that have gone are left out', async () => {
  const [first] = rows;
  const bytes = readFileSync(first!.path);
  rmSync(first!.path);
  try {
    const { images, notes } = await exportLog({ folder, out: path.join(lab, 'logs', 'gone') });
    expect(images).toBe(11);
    expect(notes).toEqual([
      `1 of TensorBoard's sample pictures was left out: Cannot read the image ${first!.path}: there is no such file.`,
    ]);
  } finally {
    writeFileSync(first!.path, bytes);
  }
});
