/** Certificates of batches that a real loader made, and of those a faulty one would have made. */
import path from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { createLoader, type Batch } from '../../../src-main/data/loader.ts';
import { createPipeline } from '../../../src-main/data/pipeline.ts';
import { epochOrder } from '../../../src-main/data/sampler.ts';
import { int64, type Tensor } from '../../../src-main/onnx/tensor.ts';
import type { Certificate } from '../../../src-main/runs/certificate/certificate.ts';
import { certify } from '../../../src-main/runs/certificate/certify.ts';
import { demonstrate, type DemonstrateOptions } from '../../../src-main/runs/certificate/demonstrate.ts';
import { attest, contentName, type FedBatch } from '../../../src-main/runs/certificate/fed-batch.ts';
import { expectedRows, labelledRows, type RunRow } from '../../../src-main/runs/rows.ts';
import { makeFolder } from '../folder.ts';
import { CLASSES, writePictures } from '../support.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const SIDE = 16;
const pipeline = createPipeline({ imageSize: SIDE, augment: 'crop-flip' });
const folder = makeFolder();
let rows: RunRow[];

beforeAll(async () => {
  rows = await writePictures(path.join(folder, 'pictures'), { train: 20 });
});

function shown(order: DemonstrateOptions['order'], epochs = 2): Promise<Certificate[]> {
  return demonstrate({ rows, classes: CLASSES, pipeline, seed: 3, batchSize: 8, order, epochs });
}

describe('of batches that are really loaded', () => {
  test('a shuffled epoch passes', async () => {
    const [first, second] = await shown('shuffled');
    expect(first).toMatchObject({
      ...{ epoch: 1, fed: 'images', verdict: 'pass', images: 60, steps: 8, witnessed: 8 },
      balance: { verdict: 'pass', groups: 3, degreesOfFreedom: 14 },
      classRun: { verdict: 'pass' },
      fileOrder: { verdict: 'pass', same: false },
      repeat: { verdict: 'unknown', epoch: null, compared: 0 },
      labels: { verdict: 'pass', attached: 60, wrong: 0, unknown: 0, examples: [] },
      coverage: { verdict: 'pass', missing: 0, repeated: 0 },
    });
    expect(second!.repeat).toEqual({ verdict: 'pass', epoch: null, compared: 1 });
    expect(second!.order).not.toBe(first!.order);
    const counts = first!.batches.map((batch) => batch.counts);
    expect(counts.flat().reduce((sum, count) => sum + count)).toBe(60);
    expect(counts.map((batch) => batch.reduce((sum, count) => sum + count))).toEqual([
      ...[8, 8, 8, 8, 8, 8, 8, 4],
    ]);
  });

  test('no shuffle fails, on every count', async () => {
    const [first, second] = await shown('file-order');
    expect(first).toMatchObject({
      verdict: 'fail',
      balance: { verdict: 'fail' },
      classRun: { verdict: 'fail', length: 20 },
      fileOrder: { verdict: 'fail', correlation: 1, same: true },
      labels: { verdict: 'pass' },
    });
    expect(second!.repeat).toMatchObject({ verdict: 'fail', epoch: 1 });
  });

  test('the same random order in every epoch fails by its repetition alone', async () => {
    const [first, second, third] = await shown('same-order', 3);
    expect(first!.verdict).toBe('pass');
    expect(second).toMatchObject({ verdict: 'fail', repeat: { verdict: 'fail', epoch: 1, compared: 1 } });
    expect(second!.fileOrder!.verdict).toBe('pass');
    expect(third!.repeat).toMatchObject({ epoch: 2, compared: 2 });
  });

  test('labels shifted against their images fail, and the first are named', async () => {
    const [first] = await shown('shifted-labels');
    const { labels, fileOrder, coverage } = first!;
    expect(first!.verdict).toBe('fail');
    expect([fileOrder!.verdict, coverage.verdict]).toEqual(['pass', 'pass']);
    expect(labels.verdict).toBe('fail');
    expect(labels.wrong).toBeGreaterThan(20);
    expect(labels.wrong + labels.attached).toBe(60);
    expect(labels.examples).toHaveLength(5);
    for (const { row, fed, expected } of labels.examples) {
      expect(CLASSES[expected]).toBe(rows[row]!.label);
      expect(fed).not.toBe(expected);
    }
  });
});

describe('of batches that something damaged after they were made', () => {
  const pictureBytes = SIDE * SIDE * 3;
  let batches: Batch[];

  beforeAll(async () => {
    const loader = createLoader({ rows: labelledRows(rows, CLASSES), pipeline, seed: 3 });
    const order = epochOrder(60, { seed: 3, epoch: 1, shuffle: true });
    batches = [];
    for await (const batch of loader.batches({
      ...{ order, sizes: [20, 20, 20], epoch: 1, augment: true, witness: 'bytes' },
    })) {
      batches.push(batch);
    }
    await loader.close();
  });

  function attested(damage: (pixels: Uint8Array, batch: number) => void): FedBatch[] {
    return batches.map(({ pixels, labels, witness }, batch) => {
      const data = pixels.slice();
      damage(data, batch);
      const images: Tensor = { dtype: 'uint8', dims: [labels.length, SIDE, SIDE, 3], data };
      return attest(batch + 1, images, int64([...labels]), witness!);
    });
  }

  function certified(fed: readonly FedBatch[], steps = 3): Certificate {
    const expected = expectedRows(rows, CLASSES);
    const plan = { epoch: 1, fed: 'images', classes: 3, steps, planned: 60, earlier: [] } as const;
    return certify(fed, { ...plan, rows: expected });
  }

  test('images that change places are found where they are', () => {
    const before = attested(() => undefined);
    const after = attested((pixels) => {
      pixels.set(pixels.slice(0, pictureBytes), pictureBytes);
      pixels.set(batches[0]!.pixels.slice(pictureBytes, 2 * pictureBytes), 0);
    });
    expect(before[0]!.contents).toEqual(batches[0]!.witness!.sources.map(contentName));
    const [one, two, ...rest] = before[0]!.contents;
    expect(after[0]!.contents).toEqual([two, one, ...rest]);
  });

  test('images rolled by one within each batch no longer have their labels', () => {
    const fed = attested((pixels) => {
      const last = pixels.slice(-pictureBytes);
      pixels.copyWithin(pictureBytes, 0);
      pixels.set(last, 0);
    });
    const { labels, coverage } = certified(fed);
    expect(coverage.verdict).toBe('pass');
    expect(labels.verdict).toBe('fail');
    expect(labels.unknown).toBe(0);
    expect(labels.wrong).toBeGreaterThan(20);
  });

  test('an image fed twice, another not at all, and bytes of no image are told', () => {
    const fed = attested((pixels, batch) => {
      if (batch === 0) pixels.copyWithin(pictureBytes, 0, pictureBytes);
      if (batch === 1) pixels.fill(7, 0, pictureBytes);
    });
    const certificate = certified(fed);
    expect(fed[1]!.contents[0]).toBeNull();
    expect(certificate).toMatchObject({
      labels: { verdict: 'fail', unknown: 1 },
      coverage: { verdict: 'fail', missing: 2, repeated: 1 },
    });
  });

  test('mean and deviation are those of the bytes in the tensor', () => {
    const [fed] = attested((pixels, batch) => void (batch === 0 && pixels.fill(7, 0, pictureBytes)));
    const green = batches[0]!.pixels
      .slice()
      .fill(7, 0, pictureBytes)
      .filter((_, at) => at % 3 === 1);
    const mean = green.reduce((sum, value) => sum + value / 255, 0) / green.length;
    const square = green.reduce((sum, value) => sum + (value / 255 - mean) ** 2, 0) / green.length;
    expect(fed!.mean[1]).toBeCloseTo(mean, 10);
    expect(fed!.std[1]).toBeCloseTo(Math.sqrt(square), 10);
  });

  test('of a part of an epoch only what was witnessed is stated', () => {
    const certificate = certified(attested(() => undefined).slice(1));
    expect(certificate).toMatchObject({
      ...{ verdict: 'pass', images: 40, steps: 3, witnessed: 2, order: null },
      repeat: { verdict: 'unknown' },
      coverage: { verdict: 'unknown', missing: 20, repeated: 0 },
    });
  });

  test('copies of one content are each other, and a label of any of them is right', () => {
    const fed = attested(() => undefined);
    const twice = fed.map((batch) => ({ ...batch, contents: [...batch.contents] }));
    twice[0]!.contents[0] = twice[2]!.contents[0]!;
    const copied = expectedRows(rows, CLASSES);
    const named = (content: string | null): number =>
      copied.findIndex(({ sha256 }) => contentName(sha256) === content);
    const from = named(fed[2]!.contents[0]!);
    const to = named(fed[0]!.contents[0]!);
    copied[to] = { ...copied[to]!, sha256: copied[from]!.sha256 };
    const plan = { epoch: 1, fed: 'images', classes: 3, steps: 3, planned: 60, earlier: [] } as const;
    expect(certify(twice, { ...plan, rows: copied })).toMatchObject({
      ...{ labels: { wrong: 0, unknown: 0 }, coverage: { verdict: 'pass' } },
    });
  });
});
