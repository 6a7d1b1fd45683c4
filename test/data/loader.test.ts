import { renameSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../src-main/base/hash.ts';
import { augment, batchSpecs, sampleSpecs } from '../../src-main/data/augmentations/index.ts';
import { parseAugmentations } from '../../src-main/data/augmentations/parse.ts';
import { sampleBatchMix } from '../../src-main/data/batch-mix.ts';
import { decodeImage, encodeImage, filledPixels } from '../../src-main/data/image.ts';
import {
  type Batch,
  type Loader,
  type LoaderOptions,
  type LoaderRow,
  createLoader,
} from '../../src-main/data/loader.ts';
import { createPipeline, renderSample } from '../../src-main/data/pipeline.ts';
import { batchSizes, epochOrder } from '../../src-main/data/sampler.ts';
import { SUMS, checksum } from '../../src-main/data/witness.ts';
import { uniform } from '../helpers/seeded.ts';
import { labErrorFrom } from '../helpers/lab-errors.ts';

const COUNT = 23;
const pipeline = createPipeline({ imageSize: 16, augment: 'color' });

let folder: string;
const rows: LoaderRow[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-loader-'));
  for (let index = 0; index < COUNT; index++) {
    const pixels = filledPixels(24 + index, 40 - index, [0, 0, 0]);
    uniform(`loader.${index}`, pixels.data.length).forEach((u, at) => (pixels.data[at] = 128 + 127 * u));
    rows.push(await saveRow(`${index}.jpg`, await encodeImage(pixels, 'jpeg'), index % 3));
  }
});
afterAll(() => rm(folder, { recursive: true }));

async function saveRow(name: string, bytes: Uint8Array, label = 0): Promise<LoaderRow> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return { path, sha256: sha256(bytes), label };
}

async function collect(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const found: Batch[] = [];
  for await (const batch of batches) found.push(batch);
  return found;
}

function iterate(batches: AsyncIterable<Batch>): AsyncIterator<Batch, undefined> {
  return batches[Symbol.asyncIterator]() as AsyncIterator<Batch, undefined>;
}

/** Runs `use` with a loader and closes it. */
async function withLoader<T>(
  options: Partial<LoaderOptions>,
  use: (loader: Loader) => Promise<T>,
): Promise<T> {
  const loader = createLoader({ rows, pipeline, seed: 5, ...options });
  try {
    return await use(loader);
  } finally {
    await loader.close();
  }
}

interface EpochOptions {
  readonly epoch?: number;
  readonly batchSize?: number;
  readonly augment?: boolean;
  readonly shuffle?: boolean;
  readonly count?: number;
}

async function readBatches(loader: Loader, options: EpochOptions = {}): Promise<Batch[]> {
  const { epoch = 1, batchSize = 4, augment = true, shuffle = true, count = COUNT } = options;
  const order = epochOrder(count, { seed: 5, epoch, shuffle });
  const sizes = batchSizes(count, batchSize, { dropLast: false, joinSingle: false });
  return collect(loader.batches({ order, sizes, epoch, augment }));
}

/** Pixels of all batches by row, so that passes of other batch sizes can be compared. */
async function readByRow(loader: Loader, options: EpochOptions = {}): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for (const { pixels, rows: batchRows } of await readBatches(loader, options)) {
    const bytes = pixels.length / batchRows.length;
    batchRows.forEach((row, at) => found.set(row, sha256(pixels.subarray(at * bytes, (at + 1) * bytes))));
  }
  return found;
}

describe('batches', () => {
  test('hold the rows of the order, their labels and NHWC pixels', async () => {
    const batches = await withLoader({}, (loader) => readBatches(loader));
    expect(batches.map(({ rows: { length } }) => length)).toEqual([4, 4, 4, 4, 4, 3]);
    expect(batches.flatMap((batch) => [...batch.rows])).toEqual([
      ...epochOrder(COUNT, { seed: 5, epoch: 1, shuffle: true }),
    ]);
    for (const batch of batches) {
      expect([...batch.labels]).toEqual([...batch.rows].map((row) => rows[row]!.label));
      expect(batch.pixels).toHaveLength(batch.rows.length * 16 * 16 * 3);
    }
  });

  test.each([false, true])('are the pixels that renderSample gives (augment: %s)', async (augment) => {
    const found = await withLoader({}, (loader) => readByRow(loader, { augment, epoch: 4 }));
    expect(found.size).toBe(COUNT);
    for (const [row, hash] of found) {
      const mode = augment ? ({ augment, seed: 5, epoch: 4, key: row } as const) : ({ augment } as const);
      expect(sha256((await renderSample(rows[row]!.path, pipeline, mode)).data)).toBe(hash);
    }
  });

  test('are the same bytes whatever the workers, the prefetch, the batch size and the cache', async () => {
    const expected = await withLoader({ workers: 1 }, (loader) => readByRow(loader));
    const variants: [Partial<LoaderOptions>, EpochOptions][] = [
      [{ workers: 3 }, {}],
      [{ workers: 2, prefetch: 5 }, { batchSize: 7 }],
      [{ workers: 1, cacheBytes: 0 }, { batchSize: 1 }],
      [{ workers: 1, prefetch: 2, cacheBytes: 20_000 }, { shuffle: false }],
    ];
    for (const [options, epoch] of variants) {
      const twice = await withLoader(options, async (loader) => [
        await readByRow(loader, epoch),
        await readByRow(loader, epoch),
      ]);
      for (const found of twice) expect([...found].sort()).toEqual([...expected].sort());
    }
  });

  test('come with what their makers know of the bytes', async () => {
    const read = (workers: number): Promise<Batch[]> =>
      withLoader({ workers }, (loader) => {
        const order = epochOrder(COUNT, { seed: 5, epoch: 2, shuffle: true });
        return collect(loader.batches({ order, sizes: [9, 14], epoch: 2, augment: true, witness: 'draws' }));
      });
    const batches = await read(3);
    for (const { pixels, rows: batchRows, witness } of batches) {
      expect(witness!.sources).toEqual(Array.from(batchRows, (row) => rows[row]!.sha256));
      for (const [at, row] of batchRows.entries()) {
        const bytes = pixels.subarray(at * 16 * 16 * 3, (at + 1) * 16 * 16 * 3);
        expect(witness!.checksums[at]).toBe(checksum(bytes));
        const red = bytes.filter((_, place) => place % 3 === 0);
        const sums = [...witness!.sums.subarray(at * SUMS, (at + 1) * SUMS)];
        expect(sums[0]).toBe(red.reduce((sum, value) => sum + value, 0));
        expect(sums[3]).toBe(Array.from(red).reduce((sum, value) => sum + value ** 2, 0));
        const drawn = augment(await decodeImage(rows[row]!.path), sampleSpecs(pipeline.augmentations), {
          seed: 5,
          epoch: 2,
          key: row,
        });
        expect(witness!.draws[at]).toEqual(drawn.draws);
        expect(sha256(bytes)).toBe(sha256(drawn.pixels.data));
      }
    }
    expect(await read(1)).toEqual(batches);
    expect((await withLoader({}, (loader) => readBatches(loader)))[0]).not.toHaveProperty('witness');
  });

  test('are keyed by the number that a row is given, whatever its place', async () => {
    const whole = await withLoader({}, (loader) => readByRow(loader, { epoch: 3 }));
    const some = [17, 4].map((key) => ({ ...rows[key]!, key }));
    const found = await withLoader({ rows: some }, (loader) =>
      collect(loader.batches({ order: Uint32Array.of(0, 1), sizes: [2], epoch: 3, augment: true })),
    );
    const bytes = 16 * 16 * 3;
    expect(sha256(found[0]!.pixels.subarray(0, bytes))).toBe(whole.get(17));
    expect(sha256(found[0]!.pixels.subarray(bytes))).toBe(whole.get(4));
  });

  test('differ between epochs and seeds when augmented, and not when plain', async () => {
    await withLoader({}, async (loader) => {
      const first = await readByRow(loader, { epoch: 1 });
      const second = await readByRow(loader, { epoch: 2 });
      const other = await withLoader({ seed: 6 }, (another) => readByRow(another, { epoch: 1 }));
      for (const [row, hash] of first) {
        expect(second.get(row)).not.toBe(hash);
        expect(other.get(row)).not.toBe(hash);
      }
      const plain = (epoch: number): Promise<Map<number, string>> =>
        readByRow(loader, { epoch, augment: false, shuffle: false });
      expect(await plain(1)).toEqual(await plain(2));
    });
  });

  test('are not read again for evaluation when augmentation begins with the transformed picture', async () => {
    const row = await saveRow('once.png', await encodeImage(filledPixels(16, 16, [1, 2, 3]), 'png'));
    const options = { rows: [row], pipeline: createPipeline({ imageSize: 16, augment: 'pad-crop-flip' }) };
    await withLoader(options, async (loader) => {
      await readBatches(loader, { count: 1 });
      await rm(row.path);
      expect((await readBatches(loader, { count: 1, augment: false }))[0]!.pixels).toEqual(
        filledPixels(16, 16, [1, 2, 3]).data,
      );
    });
  });

  test('say how they are mixed when the pipeline lists mixup or cutmix and the pass augments', async () => {
    const mixing = createPipeline({
      imageSize: 16,
      augment: [
        { name: 'horizontal-flip', p: 0.5 },
        { name: 'mixup', alpha: 1, p: 1 },
        { name: 'cutmix', alpha: 1, p: 1 },
      ],
    });
    await withLoader({ pipeline: mixing }, async (loader) => {
      const mixes = (await readBatches(loader, { epoch: 3 })).map(({ mix }) => mix);
      expect(mixes).toEqual(
        mixes.map((_, batch) =>
          sampleBatchMix(batchSpecs(mixing.augmentations), 16, { seed: 5, epoch: 3, batch }),
        ),
      );
      const plain = await readBatches(loader, { augment: false });
      expect(plain.every((batch) => !('mix' in batch))).toBe(true);
      // A pass that goes on after two batches mixes as the whole epoch would have.
      const order = epochOrder(COUNT, { seed: 5, epoch: 3, shuffle: true }).subarray(8);
      const rest = await collect(
        loader.batches({ order, sizes: [4, 4, 4, 3], epoch: 3, augment: true, firstBatch: 2 }),
      );
      expect(rest.map(({ mix }) => mix)).toEqual(mixes.slice(2));
    });
    expect((await withLoader({}, (loader) => readBatches(loader))).every((batch) => !('mix' in batch))).toBe(
      true,
    );
  });

  test('of two passes at once do not mix', async () => {
    await withLoader({ workers: 2 }, async (loader) => {
      const [a, b] = await Promise.all([
        readByRow(loader, { augment: false }),
        readByRow(loader, { augment: true, batchSize: 5 }),
      ]);
      expect(a).toEqual(await readByRow(loader, { augment: false }));
      expect(b).toEqual(await readByRow(loader, { augment: true, batchSize: 5 }));
    });
  });

  test('of an empty pass are none', async () => {
    expect(await withLoader({}, (loader) => readBatches(loader, { count: 0 }))).toEqual([]);
  });

  test('are made ahead while the caller blocks its thread', async () => {
    await withLoader({ workers: 1, prefetch: 3 }, async (loader) => {
      const order = epochOrder(COUNT, { seed: 5, epoch: 1, shuffle: false });
      const iterator = iterate(loader.batches({ order, sizes: [2, 2, 2, 2], epoch: 1, augment: true }));
      await iterator.next();
      // Three more batches are under way. The originals go away while this thread stands still, so a worker
      // that only read on request would find nothing afterwards.
      const block = new Int32Array(new SharedArrayBuffer(4));
      Atomics.wait(block, 0, 0, 2000);
      const moved = rows.slice(2, 8).map(({ path }) => path);
      for (const path of moved) renameSync(path, `${path}.moved`);
      try {
        for (let batch = 1; batch < 4; batch++) expect((await iterator.next()).done).toBe(false);
      } finally {
        for (const path of moved) renameSync(`${path}.moved`, path);
      }
    });
  });
});

describe('failures', () => {
  test('a changed file is refused with both hashes', async () => {
    const row = await saveRow('changed.png', await encodeImage(filledPixels(20, 20, [1, 1, 1]), 'png'));
    const changed = await saveRow('changed.png', await encodeImage(filledPixels(20, 20, [2, 2, 2]), 'png'));
    expect(
      await withLoader({ rows: [row] }, (loader) => labErrorFrom(readBatches(loader, { count: 1 }))),
    ).toEqual({
      code: 'SAMPLE_CHANGED',
      message:
        `The image ${row.path} has changed since its import: ` +
        `its SHA-256 was ${row.sha256} and is ${changed.sha256}.`,
      hint: 'Put the original back, or import the data set again.',
    });
  });

  test('a missing file is named', async () => {
    const row = { path: join(folder, 'gone.jpg'), sha256: '', label: 0 };
    expect(
      await withLoader({ rows: [row] }, (loader) => labErrorFrom(readBatches(loader, { count: 1 }))),
    ).toEqual({
      code: 'SOURCE_NOT_FOUND',
      message: `Cannot read the image ${row.path}: there is no such file.`,
    });
  });

  test('a path that cannot be read is named', async () => {
    const row = { path: folder, sha256: '', label: 0 };
    expect(
      await withLoader({ rows: [row] }, (loader) => labErrorFrom(readBatches(loader, { count: 1 }))),
    ).toEqual({
      code: 'SOURCE_UNREADABLE',
      message: `Cannot read the image ${folder}: EISDIR.`,
    });
  });

  test('a broken image is named; the batches before it come first', async () => {
    const broken = await saveRow('broken.jpg', Buffer.from('no picture'));
    await withLoader({ rows: [...rows.slice(0, 4), broken], workers: 2 }, async (loader) => {
      const order = Uint32Array.of(0, 1, 2, 3, 4);
      const batches = loader.batches({ order, sizes: [2, 2, 1], epoch: 0, augment: false });
      const iterator = iterate(batches);
      expect((await iterator.next()).value?.rows).toEqual(Uint32Array.of(0, 1));
      expect((await iterator.next()).value?.rows).toEqual(Uint32Array.of(2, 3));
      expect(await labErrorFrom(iterator.next())).toEqual({
        code: 'IMAGE_UNREADABLE',
        message: `Cannot read the image ${broken.path}: it is no picture; it begins with the bytes 6e 6f 20 70.`,
        hint: 'JPEG, PNG, WebP, GIF, BMP, TIFF and AVIF are read.',
      });
      // The loader goes on serving other passes.
      expect(await readBatches(loader, { count: 4 })).toHaveLength(1);
    });
  });

  test('of several failures in a batch the first by position is told', async () => {
    const broken = await Promise.all(
      ['c', 'a', 'b'].map((name) => saveRow(`broken-${name}.jpg`, Buffer.from('no picture'))),
    );
    for (const workers of [1, 3]) {
      const error = await withLoader({ rows: broken, workers }, (loader) =>
        labErrorFrom(
          collect(loader.batches({ order: Uint32Array.of(1, 0, 2), sizes: [3], epoch: 0, augment: false })),
        ),
      );
      expect(error.message).toContain('broken-a.jpg');
    }
  });

  test('an augmentation that cannot work is told for pictures that were kept, too', async () => {
    const crop = parseAugmentations([{ name: 'pad-random-crop', size: 99 }], 16, 'augment');
    const options = { rows: rows.slice(0, 3), pipeline: createPipeline({ imageSize: 16, augment: crop }) };
    await withLoader(options, async (loader) => {
      for (let pass = 0; pass < 2; pass++) {
        expect(await labErrorFrom(readBatches(loader, { count: 3 }))).toEqual({
          code: 'INVALID_ARGUMENT',
          message:
            'Augmentation pad-random-crop: a crop of 99 × 99 does not fit a picture of 16 × 16 padded by 0.',
          hint: 'Choose a smaller size or a larger padding.',
        });
      }
    });
  });

  test('a limit on pixels is passed on', async () => {
    const options = { rows: rows.slice(0, 1), maxPixels: 100 };
    expect(await withLoader(options, (loader) => labErrorFrom(readBatches(loader, { count: 1 })))).toEqual({
      code: 'IMAGE_TOO_LARGE',
      message: `Cannot read the image ${rows[0]!.path}: it has 24 × 40 = 960 pixels, the limit is 100.`,
      hint: 'Raise the limit with --max-pixels 960 if the picture is meant to be that large.',
    });
  });

  test('a worker that dies is an error, not a silence, for this pass and the next', async () => {
    const endless = { ...pipeline, imageSize: 1e9 };
    await withLoader({ pipeline: endless, workers: 1 }, async (loader) => {
      for (let pass = 0; pass < 2; pass++) {
        expect(await labErrorFrom(readBatches(loader, { count: 1 }))).toEqual({
          code: 'COMPUTE_DIED',
          message:
            'A worker thread of the image loader stopped: Invalid typed array length: 3000000000000000000.',
          hint: 'Start the job again; training goes on from its last checkpoint.',
        });
      }
    });
  });

  test('a plan that asks for more than there is, is a defect', async () => {
    await withLoader({}, async (loader) => {
      const plan = { epoch: 0, augment: false };
      expect(() => loader.batches({ ...plan, order: Uint32Array.of(0), sizes: [2] })).toThrow(
        new RangeError('batches of 2 rows from an order of 1'),
      );
      expect(() => loader.batches({ ...plan, order: Uint32Array.of(99), sizes: [1] })).toThrow(
        new RangeError(`row 99 of ${COUNT}`),
      );
    });
  });
});

describe('stopping', () => {
  const CANCELLED = { code: 'CANCELLED', message: 'Loading images was cancelled.' };

  test('an abort ends a pass, before and during it', async () => {
    await withLoader({}, async (loader) => {
      const order = epochOrder(COUNT, { seed: 5, epoch: 0, shuffle: false });
      const sizes = batchSizes(COUNT, 2, { dropLast: false, joinSingle: false });
      const plan = { order, sizes, epoch: 0, augment: true };
      expect(await labErrorFrom(collect(loader.batches({ ...plan, signal: AbortSignal.abort() })))).toEqual(
        CANCELLED,
      );
      const controller = new AbortController();
      const iterator = iterate(loader.batches({ ...plan, signal: controller.signal }));
      await iterator.next();
      controller.abort();
      expect(await labErrorFrom(iterator.next())).toEqual(CANCELLED);
      expect((await iterator.next()).done).toBe(true);
      expect((await readByRow(loader)).size).toBe(COUNT);
    });
  });

  test('a loop left early leaves the loader usable', async () => {
    await withLoader({ workers: 2 }, async (loader) => {
      const order = epochOrder(COUNT, { seed: 5, epoch: 0, shuffle: false });
      for await (const batch of loader.batches({ order, sizes: [1, 1, 1, 1, 1], epoch: 0, augment: true })) {
        expect(batch.rows).toHaveLength(1);
        break;
      }
      expect((await readByRow(loader)).size).toBe(COUNT);
    });
  });

  test('closing ends passes under way and refuses new ones', async () => {
    const loader = createLoader({ rows, pipeline, seed: 5 });
    const order = epochOrder(COUNT, { seed: 5, epoch: 0, shuffle: false });
    const iterator = iterate(loader.batches({ order, sizes: [1, 22], epoch: 0, augment: true }));
    const pending = labErrorFrom(iterator.next());
    await loader.close();
    const closed = { code: 'CANCELLED', message: 'The image loader was closed.' };
    expect(await pending).toEqual(closed);
    expect(await labErrorFrom(readBatches(loader))).toEqual(closed);
    await loader.close();
  });
});
