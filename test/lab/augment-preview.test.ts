/** Augmentations to look at, against the pixels that a training's loader makes. */
import { expect, test, vi } from 'vitest';
import type { AugmentPreview } from '../../src-shared/contract/augment.ts';
import { decodeImage } from '../../src-main/data/image.ts';
import { createLoader } from '../../src-main/data/loader.ts';
import { createPipeline } from '../../src-main/data/pipeline.ts';
import { trainableRows } from '../../src-main/data/trainable.ts';
import { type Lab, servePicture } from '../../src-main/lab/index.ts';
import { errorOf, importStripes, openLab } from './small-lab.ts';

vi.setConfig({ testTimeout: 60_000 });

const AUGMENT = [
  { name: 'random-resized-crop' },
  { name: 'color-jitter', brightness: 0.5, hue: 0.2 },
  { name: 'random-erasing' },
];

async function shown(lab: Lab, picture: string): Promise<Uint8Array> {
  return (await decodeImage((await servePicture(lab, picture))!.body)).data;
}

test('each variant is what the training of its epoch is fed', async () => {
  const small = openLab();
  await importStripes(small);
  const { client, lab } = small;
  const { rows } = trainableRows(lab.store, 'stripes');
  const chosen = [rows[7]!, rows[2]!];
  const preview = await client.augment.preview({
    ...{ dataset: 'stripes', samples: chosen.map(({ id }) => id), augment: AUGMENT, imageSize: 24 },
    ...{ seed: 9, epoch: 3, variants: 4 },
  });
  expect(preview.items.map(({ row }) => row)).toEqual([7, 2]);
  expect(preview.items.map(({ path, className }) => [path, className])).toEqual(
    chosen.map(({ path, className }) => [path, className]),
  );
  expect(preview.augmentations.map(({ name, size }) => [name, size])).toEqual([
    ['random-resized-crop', 24],
    ['color-jitter', undefined],
    ['random-erasing', undefined],
  ]);

  const pipeline = createPipeline({
    imageSize: 24,
    augment: preview.augmentations as never,
  });
  const loader = createLoader({ rows, pipeline, seed: 9 });
  const order = Uint32Array.from(rows.keys());
  for (const [at, epoch] of [3, 4, 5, 6].entries()) {
    for await (const { pixels, witness } of loader.batches({
      ...{ order, sizes: [rows.length], epoch, augment: true, witness: 'draws' },
    })) {
      const area = 24 * 24 * 3;
      for (const { row, variants } of preview.items) {
        expect(variants[at]!.epoch).toBe(epoch);
        expect(await shown(lab, variants[at]!.picture)).toEqual(
          new Uint8Array(pixels.subarray(row! * area, (row! + 1) * area)),
        );
        expect(variants[at]!.draws).toEqual(witness!.draws[row!]);
      }
    }
  }
  for await (const { pixels } of loader.batches({ order, sizes: [8], epoch: 0, augment: false })) {
    const area = 24 * 24 * 3;
    expect(await shown(lab, preview.items[0]!.plain)).toEqual(
      new Uint8Array(pixels.subarray(7 * area, 8 * area)),
    );
  }
  await loader.close();
});

test('the first training images are taken when none is named; one that is left out has no number', async () => {
  const small = openLab();
  await importStripes(small, { split: false });
  const { client, lab } = small;
  const [first] = trainableRows(lab.store, 'stripes').rows;
  const preview = (changes: object): Promise<AugmentPreview> =>
    client.augment.preview({ dataset: 'stripes', variants: 2, imageSize: 16, ...changes });
  expect((await preview({ count: 3 })).items.map(({ row }) => row)).toEqual([0, 1, 2]);
  expect(await preview({ count: 3, first: 22 })).toMatchObject({
    total: 24,
    items: [{ row: 22 }, { row: 23 }],
  });
  const excluded = { dataset: 'stripes', samples: [first!.id], change: { excluded: true } };
  await client.datasets.label(excluded);
  expect((await preview({ samples: [first!.id] })).items[0]).toMatchObject({ row: null, sample: first!.id });
  expect((await preview({})).items[0]!.sample).not.toBe(first!.id);
});

test('what cannot be shown is told', async () => {
  const small = openLab();
  await importStripes(small);
  const { client } = small;
  const preview = (changes: object): Promise<unknown> =>
    errorOf(client.augment.preview({ dataset: 'stripes', ...changes }));
  expect(await preview({ samples: [99] })).toMatchObject({
    ...{ code: 'SAMPLE_NOT_FOUND', message: 'The lab has no sample 99.' },
  });
  expect(await preview({ count: 16, variants: 64 })).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(
      /^Previewing augmentations: 16 samples in 64 variants are 1024 pictures; at most 256 are shown\.$/,
    ) as string,
  });
  expect(await preview({ first: 99 })).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: 'Previewing augmentations from training image 99 on: there are 18, the first is 0.',
  });
  expect(await preview({ augment: [{ name: 'sparkle' }] })).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('augment[0]: expected the name to be one of') as string,
  });
});
