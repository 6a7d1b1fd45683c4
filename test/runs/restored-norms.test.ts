/** Networks from elsewhere that are trained with the batch normalisation put back that was folded away. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { createPipeline } from '../../src-main/data/pipeline.ts';
import { readSafetensors } from '../../src-main/models/weights/safetensors.ts';
import { float32 } from '../../src-main/onnx/tensor.ts';
import { readEvaluationModel } from '../../src-main/runs/artifacts.ts';
import { Classifier } from '../../src-main/runs/classifier.ts';
import type { RunRow } from '../../src-main/runs/rows.ts';
import { readRunFile } from '../../src-main/runs/run-file.ts';
import { createRun, runPaths, type NewRun } from '../../src-main/runs/run-folder.ts';
import type { TrainSettingsInput } from '../../src-main/runs/settings.ts';
import { readInitial, type Weights } from '../../src-main/runs/weights.ts';
import { relativeDifference } from '../helpers/numbers.ts';
import { seededImages } from '../helpers/seeded.ts';
import { classifierBytes, FIRST, PARAMETERS, tailFrom } from '../models/imported/networks.ts';
import { makeFolder } from './folder.ts';
import { CLASSES, eventsOf, outcome, shortSettings, SIZE, train, writePictures } from './support.ts';

// Real trainings, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const RESNET = fileURLToPath(new URL('../fixtures/onnx/classifiers/resnet-opset11.onnx', import.meta.url));

/** Training pictures, all of which are in each batch. */
const TRAINED = 15;

const lab = makeFolder();
let rows: readonly RunRow[];

interface Options {
  readonly source?: string;
  readonly restore?: boolean;
  readonly ownWeights?: boolean;
  readonly weights?: NewRun['weights'];
  readonly settings?: Partial<TrainSettingsInput>;
}

/** A run whose only steps are shown the very pictures that were measured, in batches of another size. */
function runOf({ source = RESNET, restore = true, ownWeights = true, ...options }: Options): Promise<string> {
  return createRun({
    labFolder: lab,
    dataset: { name: 'shapes', classes: CLASSES },
    rows,
    weights: options.weights ?? null,
    network: { source, extension: '.onnx', logits: null, ownWeights, restoreBatchNorm: restore },
    settings: shortSettings({
      ...{ mode: 'full', epochs: 1, batchSize: TRAINED, evaluationBatchSize: 4 },
      pipeline: createPipeline({ imageSize: SIZE, augment: 'none' }),
      ...options.settings,
    }),
  });
}

async function initialOf(folder: string): Promise<Weights> {
  const paths = runPaths(folder);
  return readInitial(paths, await readRunFile(paths.run));
}

async function logitsOf(folder: string): Promise<number[]> {
  const paths = runPaths(folder);
  const model = await readEvaluationModel(paths, await readRunFile(paths.run));
  const classifier = await Classifier.create(model, await initialOf(folder), 'logits', { threads: 1 });
  const labels = [0, 1, 2, 0];
  const logits = await classifier.run(seededImages('others', labels, SIZE), labels.length);
  await classifier.release();
  return logits.flatMap((row) => [...row]);
}

beforeAll(async () => {
  rows = await writePictures(path.join(lab, 'pictures'), { train: TRAINED / CLASSES.length });
});

describe('a ResNet', () => {
  let [plain, restored] = ['', ''];
  let losses: number[];

  beforeAll(async () => {
    [plain, restored] = [await runOf({ restore: false }), await runOf({})];
    const events = [(await train(plain)).events, (await train(restored)).events];
    losses = events.map((found) => eventsOf(found, 'step')[0]!.loss);
    expect(eventsOf(events[0]!, 'measuring')).toEqual([]);
    expect(eventsOf(events[1]!, 'measuring').map(({ done, total }) => [done, total])).toEqual(
      [4, 8, 12, 15].map((done) => [done, TRAINED]),
    );
  });

  test('computes what it computed, on pictures that were not measured', async () => {
    // Each layer rounds twice to float32's 6e-8, twelve layers deep, in sums of other sizes.
    expect(relativeDifference(await logitsOf(restored), await logitsOf(plain), 1)).toBeLessThan(1e-5);
  });

  test('begins its training at the same loss where a batch is what was measured', () => {
    // As above; the batch's statistics and the measured ones are sums in another order.
    expect(relativeDifference([losses[1]!], [losses[0]!])).toBeLessThan(1e-5);
  });

  test('trains its new layers and moves their statistics', async () => {
    const { tensors } = await readSafetensors(path.join(restored, 'epochs/1.safetensors'));
    const initial = await initialOf(restored);
    for (const name of ['weight', 'bias', 'running_mean', 'running_var']) {
      const full = `layer1.0.conv1.norm.${name}`;
      expect(tensors.get(full)!.dims).toEqual(initial.get(full)!.dims);
      expect(tensors.get(full)!.data).not.toEqual(initial.get(full)!.data);
    }
  });

  test('begins with measured layers from weights without them, and with those of weights that have them', async () => {
    const from = async (folder: string): Promise<{ measured: boolean; initial: Weights }> => {
      const file = runPaths(folder).initial;
      const run = await runOf({ ownWeights: false, weights: { name: 'other', file } });
      const { events } = await train(run);
      return { measured: eventsOf(events, 'measuring').length > 0, initial: await initialOf(run) };
    };
    const expected = await initialOf(restored);
    expect(await from(plain)).toEqual({ measured: true, initial: expected });
    expect(await from(restored)).toEqual({ measured: false, initial: expected });
  });
});

test('without weights there is nothing to leave alone: the layers begin as new ones do', async () => {
  const folder = await runOf({ ownWeights: false });
  expect(eventsOf((await train(folder)).events, 'measuring')).toEqual([]);
  const initial = await initialOf(folder);
  for (const [name, value] of Object.entries({ weight: 1, bias: 0, running_mean: 0, running_var: 1 })) {
    const { data } = initial.get(`conv1.norm.${name}`)!;
    expect(new Set(data as Float32Array)).toEqual(new Set([value]));
  }
});

test('a run that is stopped while it measures, and later, ends as one that never was', async () => {
  const settings = { epochs: 2, batchSize: 5, seed: 3 };
  const whole = await runOf({ settings });
  await train(whole);
  const folder = await runOf({ settings });
  for (const event of ['measuring', 'step'] as const) {
    const controller = new AbortController();
    const { result } = await train(folder, {
      signal: controller.signal,
      emit: (found) => {
        if (found.event === event) controller.abort();
      },
    });
    expect(result).toMatchObject({ status: 'stopped', epoch: 0, best: null });
    expect((await readRunFile(runPaths(folder).run)).status).toBe('stopped');
  }
  const { result, events } = await train(folder);
  expect(result.status).toBe('finished');
  expect(eventsOf(events, 'measuring')).toEqual([]);
  expect(await initialOf(folder)).toEqual(await initialOf(whole));
  expect(await outcome(folder)).toEqual(await outcome(whole));
});

test('a channel that is the same everywhere does no harm', async () => {
  const kernel = PARAMETERS['conv.weight']!;
  const values = Float32Array.from(kernel.data as Float32Array, (value, at) => (at < 27 ? 0 : value));
  const source = path.join(lab, 'dead.onnx');
  const nodes = [FIRST, ['Relu', ['h'], ['r']], ...tailFrom('r')] as const;
  const constants = { ...PARAMETERS, 'conv.weight': float32(kernel.dims, values) };
  writeFileSync(source, classifierBytes({ nodes, constants }));
  const folder = await runOf({ source, settings: { epochs: 3, lr: 0.1 } });
  const { result, events } = await train(folder);
  const initial = await initialOf(folder);
  // The mean of equal numbers may be off by a rounding.
  expect(initial.get('conv.norm.running_var')!.data[0]).toBeLessThan(1e-12);
  expect(initial.get('conv.norm.weight')!.data[0]).toBeCloseTo(Math.sqrt(1e-5), 6);
  expect(result.status).toBe('finished');
  const losses = eventsOf(events, 'step').map(({ loss }) => loss);
  expect(losses.at(-1)!).toBeLessThan(losses[0]!);
});
