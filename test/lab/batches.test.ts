/** What a page is shown of the batches, against what a real training was fed. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { BatchPreview } from '../../src-shared/contract/batches.ts';
import { decodeImage } from '../../src-main/data/image.ts';
import { servePicture } from '../../src-main/lab/index.ts';
import { normalisedSpread } from '../../src-main/lab/batches/spread.ts';
import { PreparedPictures } from '../../src-main/lab/batches/prepared.ts';
import { contentName } from '../../src-main/runs/certificate/fed-batch.ts';
import { ended, errorOf, importStripes, openLab, SHORT } from './small-lab.ts';
import { sharedLab } from './small-run.ts';

// A real training, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 });

const small = sharedLab();
const { client, lab } = small;
let run: string;

const SETTINGS = {
  mode: 'head-then-full',
  ...{ headEpochs: 2, epochs: 2, draws: 2, seed: 5, dropLast: true },
  augment: [
    { name: 'random-resized-crop', scale: [0.5, 1] },
    { name: 'horizontal-flip' },
    { name: 'mixup', alpha: 1 },
  ],
} as const;

beforeAll(async () => {
  await importStripes(small);
  await ended(client, await client.training.start({ ...SHORT, ...SETTINGS, augment: [...SETTINGS.augment] }));
  run = (await client.training.runs())[0]!.id;
});

async function bytesOf({ picture }: BatchPreview['items'][number]): Promise<Uint8Array> {
  const reply = await servePicture(lab, picture);
  expect(reply).toMatchObject({ type: 'image/png', immutable: true });
  return (await decodeImage(reply!.body)).data;
}

describe("a run's batches", () => {
  test('are those that the certificate of their epoch tells of', async () => {
    const { certificates, classes, shuffle } = await client.batches.certificates({ run });
    expect([classes, shuffle]).toEqual([['across', 'down'], true]);
    expect(certificates.map(({ fed, labels }) => [fed, labels.attached])).toEqual([
      ...([
        ['features', 16],
        ['features', 16],
        ['images', 16],
        ['images', 16],
      ] as const),
    ]);
    for (const { epoch, fed, batches } of certificates) {
      for (const { step, counts, mean, std } of batches) {
        const shown = await client.batches.preview({ of: { run }, epoch, batch: step });
        expect(shown).toMatchObject({ run, fed, epoch, epochs: 4, batches: 4, counts, imageSize: 32 });
        expect(shown.mix === null).toBe(fed === 'features');
        // The features' own mean is not that of the pictures behind them.
        if (fed === 'features') continue;
        for (const channel of [0, 1, 2]) {
          expect(shown.tensor.mean[channel]).toBeCloseTo(mean[channel]!, 5);
          expect(shown.tensor.std[channel]).toBeCloseTo(std[channel]!, 5);
        }
      }
    }
  });

  test('hold the contents, in their slots, that the training was fed', async () => {
    const log = readFileSync(path.join(lab.folder, 'runs', run, 'fed.jsonl'), 'utf8');
    const fed = log
      .trim()
      .split('\n')
      .map(
        (line) => JSON.parse(line) as { epoch: number; step: number; contents: string[]; labels: number[] },
      );
    expect(fed).toHaveLength(4);
    for (const { epoch, step, contents, labels } of fed) {
      const { items } = await client.batches.preview({ of: { run }, epoch, batch: step });
      const samples = lab.store.training.read(items.map(({ sample }) => sample!));
      expect(samples.map(({ sha256 }) => contentName(sha256))).toEqual(contents);
      expect(samples.map((sample) => sample.path)).toEqual(items.map((item) => item.path));
      expect(items.map(({ label }) => label)).toEqual(labels);
    }
  });

  test('are shown as pictures whose pixels are those of the tensor, with what was drawn', async () => {
    const shown = await client.batches.preview({ of: { run }, epoch: 3, batch: 2 });
    const pixels = Buffer.concat(await Promise.all(shown.items.map(bytesOf)));
    const red = pixels.filter((_, at) => at % 3 === 0);
    expect(red.reduce((sum, value) => sum + value / 255, 0) / red.length).toBeCloseTo(
      shown.tensor.mean[0]!,
      10,
    );
    for (const { draws, drawnFor } of shown.items) {
      expect(drawnFor).toBe(3);
      expect(draws.map(({ name }) => name)).toEqual(['random-resized-crop', 'horizontal-flip']);
      expect(draws[1]!.draw).toEqual({ flip: expect.any(Boolean) as boolean });
    }
    expect(shown.mix!.ownShare).toBeGreaterThan(0);
  });

  test("of a training that has not begun are the run's, given its settings", async () => {
    const { batchSize, imageSize } = SHORT;
    const { seed, dropLast, augment } = SETTINGS;
    const settings = { batchSize, imageSize, seed, dropLast, augment: [...augment] };
    const planned = await client.batches.preview({
      of: { dataset: 'stripes', ...settings },
      epoch: 4,
      batch: 3,
    });
    const trained = await client.batches.preview({ of: { run }, epoch: 4, batch: 3 });
    expect(await Promise.all(planned.items.map(bytesOf))).toEqual(
      await Promise.all(trained.items.map(bytesOf)),
    );
    const withoutAddress = ({ items, ...rest }: BatchPreview): unknown => ({
      ...{ ...rest, run: null, epochs: null },
      items: items.map((item) => ({ ...item, picture: '' })),
    });
    expect(withoutAddress(planned)).toEqual(withoutAddress(trained));
  });

  test('beyond the last epoch or batch there is none', async () => {
    expect(await errorOf(client.batches.preview({ of: { run }, epoch: 5 }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'Looking at epoch 5: the training has 4.',
    });
    expect(await errorOf(client.batches.preview({ of: { run }, epoch: 1, batch: 5 }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'Looking at batch 5: epoch 1 has 4.',
    });
    expect(await errorOf(client.batches.preview({ of: { run: 'none' } }))).toMatchObject({
      code: 'RUN_NOT_FOUND',
    });
  });

  test('a file is not read for a list of augmentations', async () => {
    const of = { dataset: 'stripes', augment: '/etc/hostname' };
    expect(await errorOf(client.batches.preview({ of }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message:
        'augment: expected a list, or one of none, crop-flip, pad-crop-flip, pad-affine-color, color, not "/etc/hostname".',
    });
  });
});

describe('orders that are shown', () => {
  test.each([
    ['shuffled', ['pass', 'pass'], {}],
    ['file-order', ['fail', 'fail'], { fileOrder: { verdict: 'fail', same: true } }],
    ['same-order', ['pass', 'fail'], { repeat: { verdict: 'fail', epoch: 1 } }],
    ['shifted-labels', ['fail', 'fail'], { labels: { verdict: 'fail', unknown: 0 } }],
  ] as const)('%s: %s', async (order, verdicts, last) => {
    const started = await client.batches.showOrder({
      dataset: 'stripes',
      order,
      batchSize: 4,
      imageSize: 16,
    });
    const done = (await ended(client, started)).at(-1)!;
    expect(done).toMatchObject({
      event: 'done',
      result: { kind: 'certify', dataset: 'stripes', order, images: 18, of: 18 },
    });
    if (done.event !== 'done' || done.result.kind !== 'certify') throw new Error('no certificates');
    const { certificates } = done.result;
    expect(certificates.map(({ verdict }) => verdict)).toEqual(verdicts);
    expect(certificates.at(-1)).toMatchObject(last);
  });

  test('of a large data set take images from all of it, in its order', async () => {
    const started = await client.batches.showOrder({
      ...{ dataset: 'stripes', order: 'file-order', batchSize: 4, imageSize: 16, limit: 6, epochs: 1 },
    });
    const done = (await ended(client, started)).at(-1)!;
    expect(done).toMatchObject({
      event: 'done',
      result: { images: 6, of: 18, certificates: [{ classRun: { length: 3 }, fileOrder: { same: true } }] },
    });
  });

  test('need images', async () => {
    const empty = openLab();
    expect(await errorOf(empty.client.batches.showOrder({ dataset: 'x', order: 'shuffled' }))).toMatchObject({
      code: 'DATASET_NOT_FOUND',
    });
  });
});

describe('what the network sees', () => {
  const grey = Uint8Array.from({ length: 300 }, (_, at) => (at % 2 === 0 ? 60 : 190));
  const tensor = { mean: [125, 125, 125].map((v) => v / 255), std: [65, 65, 65].map((v) => v / 255) };
  const spread = (mean: number, std: number) =>
    normalisedSpread(grey, tensor, { mean: [mean, mean, mean], std: [std, std, std] });

  test('is told as numbers', () => {
    const found = spread(0.5, 0.25);
    expect(found).toMatchObject({ verdict: 'fits', limits: { mean: 1, narrow: 0.5, wide: 2 } });
    expect(found.mean[1]).toBeCloseTo((125 / 255 - 0.5) / 0.25, 12);
    expect(found.std[1]).toBeCloseTo(65 / 255 / 0.25, 12);
    expect([found.min, found.max]).toEqual([(60 / 255 - 0.5) / 0.25, (190 / 255 - 0.5) / 0.25]);
  });

  test.each([
    ['unnormalised', 0, 1],
    ['unnormalised', 0, 1 / 255],
    ['off-centre', 0.9, 0.25],
    ['narrow', 0.5, 1],
    ['wide', 0.5, 1 / 255],
  ])('is called %s with mean %d and deviation %d', (verdict, mean, std) => {
    expect(spread(mean, std).verdict).toBe(verdict);
  });
});

test('prepared pictures give way to later ones', async () => {
  const prepared = new PreparedPictures();
  const large = { width: 4096, height: 4096, data: new Uint8Array(4096 * 4096 * 3) };
  const first = prepared.keep([large]);
  const second = prepared.keep([large]);
  expect(prepared.find(first, 0)).toBe(large);
  const third = prepared.keep([large]);
  expect(prepared.find(first, 0)).toBeUndefined();
  expect([prepared.find(second, 0), prepared.find(third, 0)]).toEqual([large, large]);
  expect(prepared.find(second, 1)).toBeUndefined();
  for (const address of [`batches/${first}/0`, `batches/${first}/x`, 'augment', `augment/${first}/0/0`]) {
    expect(await servePicture(lab, address)).toBeUndefined();
  }
});
