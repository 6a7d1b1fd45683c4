import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../src-main/base/hash.ts';
import { CounterRandom } from '../../src-main/base/random.ts';
import { type DemoSet, makeDemoSet } from '../../src-main/data/demo-set.ts';
import { decodeImage } from '../../src-main/data/image.ts';
import { scanPaths } from '../helpers/folders.ts';
import { centroidAccuracy, type LabelledPoint, softmaxAccuracy } from '../helpers/simple-classifiers.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'vitrine-demo-'));
});
afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

async function make(name: string, seed: number, perClass: number): Promise<DemoSet> {
  return makeDemoSet(path.join(scratch, name), { seed, perClass });
}

/** The hash of every picture's pixels, by path; the broken one left out. */
async function pixelHashes(set: DemoSet): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const relative of await scanPaths(set.folder)) {
    if (set.planted.broken.includes(relative)) continue;
    hashes[relative] = sha256((await decodeImage(path.join(set.folder, relative))).data);
  }
  return hashes;
}

describe('makeDemoSet', () => {
  let set: DemoSet;
  beforeAll(async () => {
    set = await make('small', 1, 40);
  });
  const file = (relative: string): string => path.join(set.folder, relative);

  it('draws the same pictures for the same seed, and others for another', async () => {
    const [first, again, other] = [await make('a', 7, 10), await make('b', 7, 10), await make('c', 8, 10)];
    expect({ ...again, folder: '' }).toEqual({ ...first, folder: '' });
    const hashes = await pixelHashes(first);
    expect(await pixelHashes(again)).toEqual(hashes);
    const shared = Object.values(await pixelHashes(other)).filter((hash) =>
      Object.values(hashes).includes(hash),
    );
    expect(shared).toEqual([]);
  });

  it('writes what it counts', async () => {
    const paths = await scanPaths(set.folder);
    // 40 of each class, a copy in each, and the broken file.
    expect(set.files).toBe(4 * 40 + 4 + 1);
    expect(paths).toHaveLength(set.files);
    expect([...new Set(paths.map((relative) => relative.split('/')[0]))]).toEqual([...set.classes]);
  });

  it('mixes formats and sizes', async () => {
    const metadata = await Promise.all(
      (await scanPaths(set.folder))
        .filter((relative) => !relative.endsWith('.bmp'))
        .map((relative) => sharp(file(relative)).metadata()),
    );
    expect([...new Set(metadata.map((found) => found.format))].sort()).toEqual([
      'gif',
      'jpeg',
      'png',
      'webp',
    ]);
    expect((await scanPaths(set.folder)).some((relative) => relative.endsWith('.bmp'))).toBe(true);
    const sides = metadata.flatMap(({ width, height }) => [width, height]);
    expect(Math.min(...sides)).toBeGreaterThanOrEqual(96);
    expect(Math.max(...sides)).toBeLessThanOrEqual(400);
    expect(new Set(sides).size).toBeGreaterThan(50);
  });

  it('plants a file that cannot be read', async () => {
    expect(set.planted.broken).toEqual(['flower/flower-broken.jpg']);
    await expect(decodeImage(file('flower/flower-broken.jpg'))).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
    });
  });

  it('plants pictures that only EXIF stands up', async () => {
    expect(set.planted.rotated).toHaveLength(4);
    for (const relative of set.planted.rotated) {
      const stored = await sharp(file(relative)).metadata();
      expect(stored.orientation).toBe(6);
      const upright = await decodeImage(file(relative));
      expect([upright.width, upright.height]).toEqual([stored.height, stored.width]);
    }
  });

  it('plants exact copies', async () => {
    expect(set.planted.duplicates).toHaveLength(4);
    for (const { path: copy, copyOf } of set.planted.duplicates) {
      expect(await readFile(file(copy))).toEqual(await readFile(file(copyOf)));
    }
  });

  it('plants two wrong labels', () => {
    expect(set.planted.wrongLabels.map(({ path: at, shows }) => [at.split('/')[0], shows])).toEqual([
      ['flower', 'fish'],
      ['balloon', 'house'],
    ]);
  });

  it('refuses too small a set', async () => {
    await expect(make('tiny', 0, 9)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'Drawing the demo data set: expected at least 10 pictures a class, got 9.',
    });
  });

  it('stops when cancelled', async () => {
    const folder = path.join(scratch, 'cancelled');
    const controller = new AbortController();
    const onProgress = ({ done }: { done: number }): void => {
      if (done === 3) controller.abort();
    };
    await expect(
      makeDemoSet(folder, { seed: 0, perClass: 10, signal: controller.signal, onProgress }),
    ).rejects.toMatchObject({
      code: 'CANCELLED',
      message: `Drawing the demo data set into ${folder} was cancelled.`,
    });
    // A few more are under way when it is stopped.
    expect((await scanPaths(folder)).length).toBeLessThan(12);
  });

  it('names the folder it cannot make', async () => {
    const folder = file('flower/flower-broken.jpg');
    await expect(makeDemoSet(folder, { seed: 0 })).rejects.toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      message: `Writing ${path.join(folder, 'balloon')} failed: its folder is a file.`,
    });
  });
});

describe('the demo data set', () => {
  it('cannot be solved by mean colour', async () => {
    const set = await make('full', 0, 90);
    const samples: LabelledPoint[] = [];
    for (const relative of await scanPaths(set.folder)) {
      if (set.planted.broken.includes(relative)) continue;
      const { data } = await decodeImage(path.join(set.folder, relative));
      const mean = [0, 1, 2].map((channel) => channelMean(data, channel));
      samples.push({ features: mean, label: set.classes.indexOf(relative.split('/')[0]!) });
    }
    const order = new CounterRandom('halves').permutation(samples.length);
    const half = samples.length >> 1;
    const train = Array.from(order.subarray(0, half), (index) => samples[index]!);
    const test = Array.from(order.subarray(half), (index) => samples[index]!);
    expect(centroidAccuracy(train, test)).toBeLessThan(0.6);
    expect(softmaxAccuracy(train, test)).toBeLessThan(0.6);
  });
});

/** Mean of one channel of RGB bytes, in 0 … 1. */
function channelMean(data: Uint8Array, channel: number): number {
  let sum = 0;
  for (let at = channel; at < data.length; at += 3) sum += data[at]!;
  return sum / (data.length / 3) / 255;
}
