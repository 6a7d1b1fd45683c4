/** What a finished run is used for: evaluation, prediction and export, all by one shared run. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { sha256 } from '../../src-main/base/hash.ts';
import { decodeModel } from '../../src-main/onnx/decode.ts';
import { encodeModel } from '../../src-main/onnx/encode.ts';
import { toBytes, type Tensor } from '../../src-main/onnx/tensor.ts';
import { readSafetensors } from '../../src-main/models/weights/safetensors.ts';
import { createPipeline } from '../../src-main/data/pipeline.ts';
import { callOnce, exportRun } from '../../src-main/runs/compute-client.ts';
import { evaluateRun } from '../../src-main/runs/evaluate.ts';
import { buildExport } from '../../src-main/runs/export.ts';
import { decodeMetadata } from '../../src-main/runs/export-metadata.ts';
import { readRecords } from '../../src-main/runs/metrics-log.ts';
import { nodeHost } from '../../src-main/runs/node-host.ts';
import { predictFiles, type Prediction } from '../../src-main/runs/predict.ts';
import { openPredictor, type PredictSource } from '../../src-main/runs/predictor.ts';
import type { RunRow } from '../../src-main/runs/rows.ts';
import { runPaths } from '../../src-main/runs/run-folder.ts';
import { createSession } from '../../src-main/runtime/session.ts';
import { compareLogits } from '../../src-main/runs/verify-export.ts';
import { makeFolder } from './folder.ts';
import { BUNDLED, CLASSES, newRun, SIZE, train, writePictures } from './support.ts';

// Real trainings in real processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const lab = makeFolder();
let rows: readonly RunRow[];
let folder: string;
let id: string;

beforeAll(async () => {
  rows = await writePictures(path.join(lab, 'pictures'), { train: 5, validation: 3, test: 2 });
  // Pictures larger than the network's input, so that every reader has to resize and crop the same way.
  const pipeline = createPipeline({ imageSize: SIZE, resize: 'crop', augment: 'crop-flip' });
  folder = await newRun(lab, rows, { pipeline, epochs: 2 }, BUNDLED);
  id = path.basename(folder);
  await train(folder);
});

describe('evaluateRun', () => {
  test('agrees with the figures of the epoch, in the head as in the whole network', async () => {
    for (const record of await readRecords(runPaths(folder).metrics)) {
      const evaluation = await evaluateRun({ folder, epoch: record.epoch, data: { split: 'validation' } });
      expect(evaluation).toMatchObject({ run: id, epoch: record.epoch, classes: CLASSES, count: 9 });
      expect(evaluation.confusion).toEqual(record.validation!.confusion);
      // The head's figures came from cached features, another graph: sums may be rounded in another order.
      expect(evaluation.loss).toBeCloseTo(record.validation!.loss, 5);
    }
  });

  test('lists classes and the worst samples', async () => {
    const evaluation = await evaluateRun({ folder, epoch: 'best', data: { split: 'test' }, worst: 4 });
    expect(evaluation.perClass.map(({ class: name, support }) => [name, support])).toEqual(
      CLASSES.map((name) => [name, 2]),
    );
    const losses = evaluation.worst.map(({ loss }) => loss);
    expect(losses).toHaveLength(4);
    expect(losses).toEqual(losses.toSorted((a, b) => b - a));
    const [worst] = evaluation.worst;
    expect(worst!.probability).toBeCloseTo(Math.exp(-worst!.loss), 9);
    expect(rows.find((row) => row.path === worst!.path)).toMatchObject({
      label: worst!.label,
      split: 'test',
    });
  });

  test('takes pictures from elsewhere, if their classes are known', async () => {
    const files = rows.filter(({ split }) => split === 'test');
    const evaluation = await evaluateRun({ folder, epoch: 'best', data: { files } });
    const split = await evaluateRun({ folder, epoch: 'best', data: { split: 'test' } });
    expect({ ...evaluation }).toEqual({ ...split });
    const [first] = files;
    await expect(
      evaluateRun({ folder, epoch: 'best', data: { files: [{ ...first!, label: 'moon' }] } }),
    ).rejects.toMatchObject({
      code: 'CLASS_UNKNOWN',
      message: `The image ${first!.path} is of the class "moon", which the run does not know; it knows circle, square, star.`,
    });
  });

  test('an empty split, and an epoch that is not there', async () => {
    await expect(evaluateRun({ folder, epoch: 'best', data: { files: [] } })).rejects.toMatchObject({
      code: 'SPLIT_EMPTY',
      message: `Evaluating the run ${id}: there is no image.`,
      hint: 'The run has 15 images in train, 9 images in validation, 6 images in test; --data takes any other folder.',
    });
    await expect(evaluateRun({ folder, epoch: 9, data: { split: 'test' } })).rejects.toMatchObject({
      code: 'RUN_STATE',
      message: `The run ${id} has no weights of epoch 9; the epochs it keeps: 1, 2, 3, 4.`,
    });
    const fresh = await newRun(lab, rows);
    await expect(
      evaluateRun({ folder: fresh, epoch: 'best', data: { split: 'test' } }),
    ).rejects.toMatchObject({
      code: 'RUN_STATE',
      message: `The run ${path.basename(fresh)} has no finished epoch; the epochs it keeps: none.`,
    });
  });
});

describe('predictFiles', () => {
  test('gives the top classes and the logits, and goes on after a file it cannot read', async () => {
    const broken = path.join(lab, 'broken.png');
    writeFileSync(broken, readFileSync(rows[0]!.path).subarray(0, 200));
    const files = [rows[0]!.path, broken, rows[1]!.path];
    const { predictions, failed } = await predict({ folder, epoch: 'best' }, files, 2);
    expect(failed).toBe(1);
    expect(predictions.map(({ file }) => file)).toEqual(files);
    expect(predictions[1]).toMatchObject({ error: { code: 'IMAGE_UNREADABLE' } });
    const first = predictions[0] as Extract<Prediction, { top: unknown }>;
    expect(first.logits).toHaveLength(3);
    expect(first.top).toHaveLength(2);
    expect(first.top[0]!.class).toBe(CLASSES[first.logits.indexOf(Math.max(...first.logits))]);
  });

  test('says how long the reading and the answer took', async () => {
    const { predictions } = await predict({ folder, epoch: 'best' }, [rows[0]!.path]);
    const { times } = predictions[0] as Extract<Prediction, { top: unknown }>;
    expect(times.decode).toBeGreaterThan(0);
    expect(times.inference).toBeGreaterThan(0);
  });
});

describe('export', () => {
  test.each(['image', 'tensor'] as const)('%s: a fresh process finds the same logits', async (input) => {
    const out = path.join(lab, `${input}.onnx`);
    const { file, parity } = await exportRun(nodeHost, { folder, epoch: 'best', out, input });
    expect(file).toBe(out);
    expect(parity).toMatchObject({ images: 9, argmaxAgreement: 1 });
    expect(parity.maxAbsLogitDifference).toBeLessThan(1e-4);
    const model = decodeModel(readFileSync(out));
    expect(decodeMetadata(model.metadata, out)).toMatchObject({
      classes: CLASSES,
      input,
      run: id,
      parity,
      dataset: { name: 'shapes' },
      pipeline: { imageSize: SIZE, augmentations: [] },
    });
    expect(model.graph.inputs.map(({ dtype, shape }) => [dtype, shape])).toEqual([
      input === 'image' ? ['uint8', ['N', SIZE, SIZE, 3]] : ['float32', ['N', 3, SIZE, SIZE]],
    ]);
    expect(model.graph.outputs.map(({ name }) => name)).toEqual(['logits']);
    expect(leftovers()).toEqual([]);

    const files = rows.map((row) => row.path);
    const byFile = await predict({ model: out }, files);
    const byRun = await predict({ folder, epoch: 'best' }, files);
    const apart = compareLogits(byRun.predictions.map(logitsOf), byFile.predictions.map(logitsOf));
    expect(apart.maxAbsLogitDifference).toBeLessThan(1e-4);
    const session = await createSession(readFileSync(out));
    const count = 5;
    const tensor: Tensor =
      input === 'image'
        ? { dtype: 'uint8', dims: [count, SIZE, SIZE, 3], data: new Uint8Array(count * SIZE * SIZE * 3) }
        : { dtype: 'float32', dims: [count, 3, SIZE, SIZE], data: new Float32Array(count * SIZE * SIZE * 3) };
    const results = await session.run(new Map([[session.inputNames[0]!, tensor]]));
    expect(results.get('logits')!.dims).toEqual([count, 3]);
    await session.release();
  });

  test('pictures out of an archive, whose paths are no files, were read from the archive itself', async () => {
    const stored = rows.map((row): RunRow => ({ ...row, path: `/archive.tar/${row.path}`, file: row.path }));
    const folder = await newRun(lab, stored, { model: 'mycnn', mode: 'full', epochs: 1 });
    await train(folder);
    const out = path.join(lab, 'archive.onnx');
    const { parity } = await exportRun(nodeHost, { folder, epoch: 'best', out, input: 'image' });
    expect(parity).toMatchObject({ images: 9, argmaxAgreement: 1 });
  });

  test('one altered weight is refused, and no file is written', async () => {
    const out = path.join(lab, 'altered.onnx');
    const unverified = await buildExport({ folder, epoch: 'best', out, input: 'image' });
    const model = decodeModel(readFileSync(unverified.temporary));
    const bias = model.graph.initializers.get('fc.bias')!;
    const altered = Float32Array.from(bias.data as Float32Array);
    altered[1]! += 0.001;
    const initializers = new Map(model.graph.initializers).set('fc.bias', { ...bias, data: altered });
    writeFileSync(unverified.temporary, encodeModel({ ...model, graph: { ...model.graph, initializers } }));
    await expect(callOnce(nodeHost, 'verify-export', unverified)).rejects.toMatchObject({
      code: 'EXPORT_PARITY',
      message:
        `Exporting ${out}: on 9 images the file's logits differ from the run's by up to 0.00100 ` +
        '(allowed: 0.0001), and 9 of 9 predictions agree. No file was written.',
    });
    expect(existsSync(out)).toBe(false);
    expect(leftovers()).toEqual([]);
  });

  test('an existing file stays when the export fails', async () => {
    const out = path.join(lab, 'missing', 'model.onnx');
    await expect(exportRun(nodeHost, { folder, epoch: 'best', out, input: 'image' })).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
    });
    mkdirSync(path.dirname(out));
    writeFileSync(out, 'old');
    await expect(exportRun(nodeHost, { folder, epoch: 99, out, input: 'image' })).rejects.toMatchObject({
      code: 'RUN_STATE',
    });
    expect(readFileSync(out, 'utf8')).toBe('old');
  });

  test("weights carry torchvision's names", async () => {
    const out = path.join(lab, 'weights.safetensors');
    await callOnce(nodeHost, 'export-weights', { folder, epoch: 3, out });
    const { tensors, metadata } = await readSafetensors(out);
    const bundled = await readSafetensors(BUNDLED.file);
    expect([...tensors.keys()].toSorted()).toEqual([...bundled.tensors.keys()].toSorted());
    expect(tensors.get('fc.weight')!.dims).toEqual([3, 512]);
    expect(metadata).toMatchObject({ architecture: 'resnet18', run: id, epoch: '3' });
    // The epoch's own weights, not the first ones.
    const epoch = await readSafetensors(path.join(folder, 'epochs/3.safetensors'));
    const hash = (tensor: Tensor): string => sha256(toBytes(tensor));
    expect(hash(tensors.get('conv1.weight')!)).toBe(hash(epoch.tensors.get('conv1.weight')!));
  });

  test('a difference that is no number counts as infinite', () => {
    const parity = compareLogits([Float32Array.of(1, 2)], [Float32Array.of(1, NaN)]);
    expect(parity).toMatchObject({ maxAbsLogitDifference: Infinity });
  });

  /** Hidden files beside the destinations. */
  function leftovers(): string[] {
    return readdirSync(lab).filter((name) => name.startsWith('.'));
  }
});

async function predict(source: PredictSource, files: readonly string[], top?: number) {
  const predictions: Prediction[] = [];
  const onPrediction = (prediction: Prediction): void => void predictions.push(prediction);
  const predictor = await openPredictor(source);
  const { failed } = await predictFiles(predictor, { files, top, onPrediction });
  await predictor.release();
  return { predictions, failed };
}

function logitsOf(prediction: Prediction): Float32Array {
  return Float32Array.from('logits' in prediction ? prediction.logits : []);
}
