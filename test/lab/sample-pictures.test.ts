/** Samples' pictures as a page gets them. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { decodeImage, encodeImage, filledPixels } from '../../src-main/data/image.ts';
import { importDataset } from '../../src-main/data/import.ts';
import { Lab, nodeHost, servePicture } from '../../src-main/lab/index.ts';
import { ThumbnailCache } from '../../src-main/lab/pictures/thumbnail-cache.ts';
import { temporaryFolder, writeFiles } from '../data/temporary.ts';
import { picture } from '../data/pictures.ts';
import { labErrorFrom } from '../helpers/lab-errors.ts';

/** A lab with one data set of the files, which lie in the folder, in their order. */
async function labWith(
  files: Record<string, Uint8Array>,
): Promise<{ lab: Lab; folder: string; ids: number[] }> {
  const folder = writeFiles(temporaryFolder(), files);
  const lab = new Lab({ folder: temporaryFolder(), processHost: nodeHost });
  onTestFinished(() => lab.close());
  await importDataset(lab.store, { path: folder, dataset: 'pets' });
  return { lab, folder, ids: lab.store.rows('pets').map(({ id }) => id) };
}

const WIDE = { width: 400, height: 100, data: filledPixels(400, 100, [200, 30, 30]).data };

describe('a thumbnail', () => {
  test('fits its square, and is not made larger than the picture', async () => {
    const { lab, ids } = await labWith({
      'cat/0.png': await encodeImage(WIDE, 'png'),
      'cat/1.png': await picture(1),
    });
    const wide = await servePicture(lab, `samples/${ids[0]}?size=160`);
    expect(wide).toMatchObject({ type: 'image/webp', immutable: false });
    expect(await decodeImage(wide!.body)).toMatchObject({ width: 160, height: 40 });
    const small = await servePicture(lab, `samples/${ids[1]}?size=640`);
    expect(await decodeImage(small!.body)).toMatchObject({ width: 8, height: 8 });
  });

  test('is kept by what it shows: a picture that is gone is still shown small', async () => {
    const bytes = await picture(1);
    const { lab, folder, ids } = await labWith({ 'cat/0.png': bytes, 'cat/1.png': bytes });
    const first = await servePicture(lab, `samples/${ids[0]}?size=96`);
    rmSync(join(folder, 'cat/1.png'));
    expect((await servePicture(lab, `samples/${ids[1]}?size=96`))!.body).toEqual(first!.body);
    expect(await labErrorFrom(servePicture(lab, `samples/${ids[1]}?size=160`))).toMatchObject({
      code: 'SOURCE_NOT_FOUND',
    });
  });

  test('of a file that has changed is refused', async () => {
    const { lab, folder, ids } = await labWith({ 'cat/0.png': await picture(1) });
    writeFileSync(join(folder, 'cat/0.png'), await picture(2));
    expect(await labErrorFrom(servePicture(lab, `samples/${ids[0]}?size=96`))).toMatchObject({
      code: 'SAMPLE_CHANGED',
    });
  });

  test('may be kept by the page that names the bytes it expects', async () => {
    const { lab, ids } = await labWith({ 'cat/0.png': await picture(1) });
    const { sha256 } = lab.store.samples.find(ids[0]!);
    const serve = (version: string) => servePicture(lab, `samples/${ids[0]}?size=96&v=${version}`);
    expect((await serve(sha256.slice(0, 12)))!.immutable).toBe(true);
    expect((await serve('0123456789ab'))!.immutable).toBe(false);
  });

  test.each([
    'samples/1',
    'samples/1?size=97',
    'samples/1?size=1e3',
    'samples/0?size=96',
    'samples/x?size=96',
  ])('no picture: %s', async (address) => {
    const { lab } = await labWith({ 'cat/0.png': await picture(1) });
    expect(await servePicture(lab, address)).toBeUndefined();
    expect(await servePicture(lab, `${address.split('?')[0]}/full/more`)).toBeUndefined();
  });

  test('of a sample that is not there', async () => {
    const { lab } = await labWith({ 'cat/0.png': await picture(1) });
    expect(await labErrorFrom(servePicture(lab, 'samples/99?size=96'))).toEqual({
      code: 'SAMPLE_NOT_FOUND',
      message: 'The lab has no sample 99.',
      hint: 'It may have been removed with its data set; look at the data set again.',
    });
  });
});

describe('the whole picture', () => {
  test('is the file itself where a browser shows it as the lab does', async () => {
    const bytes = await picture(1);
    const { lab, ids } = await labWith({ 'cat/0.png': bytes });
    const reply = await servePicture(lab, `samples/${ids[0]}/full`);
    expect(reply).toEqual({ type: 'image/png', body: Buffer.from(bytes), immutable: false });
  });

  test('is turned upright, and brought to a format that browsers know', async () => {
    const { lab, ids } = await labWith({
      'cat/0.jpg': await encodeImage(WIDE, 'jpeg', { orientation: 6 }),
      'cat/1.tif': await picture(1, 'tiff'),
      'cat/2.bmp': await picture(1, 'bmp'),
    });
    const [turned, tiff, bitmap] = await Promise.all(
      ids.map((id) => servePicture(lab, `samples/${id}/full`)),
    );
    expect(turned!.type).toBe('image/jpeg');
    expect(await decodeImage(turned!.body)).toMatchObject({ width: 100, height: 400 });
    for (const [reply, format] of [
      [tiff!, 'tiff'],
      [bitmap!, 'bmp'],
    ] as const) {
      expect(reply.type).toBe('image/png');
      expect(await decodeImage(reply.body)).toEqual(await decodeImage(await picture(1, format)));
    }
  });
});

describe('the cache of thumbnails', () => {
  const hash = (number: number) => number.toString(16).padStart(64, '0');
  const bytes = (number: number) => () => Promise.resolve(new Uint8Array(100).fill(number));

  test('makes each picture once, also when it is asked for twice at the same time', async () => {
    const cache = new ThumbnailCache(temporaryFolder());
    let made = 0;
    const make = () => {
      made++;
      return bytes(7)();
    };
    const [first, second] = await Promise.all([cache.get(hash(1), 96, make), cache.get(hash(1), 96, make)]);
    expect(second).toBe(first);
    expect(new Uint8Array(await cache.get(hash(1), 96, make))).toEqual(await bytes(7)());
    expect(made).toBe(1);
    await cache.get(hash(1), 160, make);
    expect(made).toBe(2);
  });

  test('stays within its limit, and forgets what failed', async () => {
    const folder = temporaryFolder();
    const cache = new ThumbnailCache(folder, 1000);
    for (let number = 0; number < 25; number++) {
      await cache.get(hash(number), 96, bytes(number));
      await cache.settled();
    }
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    expect(files.length).toBeGreaterThanOrEqual(8);
    expect(files.length).toBeLessThanOrEqual(10);
    await expect(cache.get(hash(99), 96, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect((await cache.get(hash(99), 96, bytes(3)))[0]).toBe(3);
  });

  test('shows what it cannot keep', async () => {
    const file = join(writeFiles(temporaryFolder(), { file: '' }), 'file');
    expect((await new ThumbnailCache(file).get(hash(1), 96, bytes(5)))[0]).toBe(5);
  });
});
