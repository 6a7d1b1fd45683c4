import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exportDataset, type DatasetExportOptions } from '../../src-main/data/export-dataset.ts';
import { EXPORTER_NAMES, EXPORTERS } from '../../src-main/data/exporters/index.ts';
import { decodeImage, encodeImage, filledPixels } from '../../src-main/data/image.ts';
import { importDataset } from '../../src-main/data/import.ts';
import { LabStore } from '../../src-main/data/store/index.ts';
import { labErrorFrom } from '../helpers/lab-errors.ts';
import { cifar10Binary, planes } from './formats/layouts.ts';
import { picture } from './pictures.ts';
import { temporaryFolder, writeFiles } from './temporary.ts';

const HOSTILE = ['../x', '/abs', '=1+1', '@cmd', 'CON', 'a\\b', 'dot.', 'nul.txt', 'plain', '\u{1f600}, "x"'];

/** A lab with two images of each class, in the splits given. */
async function labWith(
  classes: readonly string[],
  splits: readonly ('train' | 'validation' | 'test' | null)[] = ['train', 'test'],
): Promise<LabStore> {
  const store = LabStore.open(temporaryFolder());
  const files: Record<string, Uint8Array> = {};
  for (const [at] of classes.entries()) {
    for (const [index] of splits.entries())
      files[`${at}/${index}.png`] = await picture(10 * at + index, 'png', 32);
  }
  const rename = Object.fromEntries(classes.map((name, at) => [String(at), name]));
  await importDataset(store, { path: writeFiles(temporaryFolder(), files), dataset: 'd', rename });
  const rows = store.rows('d');
  store.setSplits(new Map(rows.map(({ id, path }) => [id, splits[Number(/(\d)\.png$/.exec(path)![1])]!])));
  return store;
}

function write(store: LabStore, out: string, options: Partial<DatasetExportOptions> = {}) {
  return exportDataset(store, { dataset: 'd', format: 'image-folder', out, ...options });
}

/** Class, split and pixels of every image. */
async function described(store: LabStore, dataset: string): Promise<string[]> {
  const images = store.rows(dataset).map(async ({ file, className, split }) => {
    const { data } = await decodeImage(file);
    return `${className} ${split} ${Buffer.from(data.subarray(0, 12)).toString('hex')}`;
  });
  return (await Promise.all(images)).sort();
}

test('every exporter is tried', () => {
  expect(EXPORTERS.map(({ name }) => name)).toEqual(EXPORTER_NAMES);
});

describe.each([
  { format: 'image-folder', copy: false },
  { format: 'csv', copy: false },
  { format: 'csv', copy: true },
  { format: 'cifar', copy: false },
] as const)('$format (copies: $copy)', (options) => {
  test('comes back as it was, whatever the classes are called', async () => {
    using store = await labWith(HOSTILE, ['train', 'test', 'validation']);
    const parent = temporaryFolder();
    const out = join(parent, 'a/b');
    const progress: number[] = [];
    const report = await write(store, out, { ...options, onProgress: ({ done }) => progress.push(done) });
    expect(report).toEqual({ folder: out, images: 30, classes: [...HOSTILE].sort(), leftOut: 0 });
    expect(progress.at(-1)).toBe(30);
    expect(readdirSync(parent)).toEqual(['a']);
    expect(readdirSync(out).filter((name) => name.startsWith('.'))).toEqual([]);
    await importDataset(store, { path: out, dataset: 'back' });
    expect(await described(store, 'back')).toEqual(await described(store, 'd'));
  });

  test('a set without splits has none afterwards, where the format can say so', async () => {
    using store = await labWith(['cat', 'dog'], [null, null]);
    const out = join(temporaryFolder(), 'out');
    await write(store, out, options);
    await importDataset(store, { path: out, dataset: 'back' });
    const split = options.format === 'cifar' ? 'train' : null;
    expect(store.rows('back').map((row) => row.split)).toEqual([split, split, split, split]);
  });

  test('leaves nothing when it is cancelled', async () => {
    using store = await labWith(['cat', 'dog']);
    const parent = temporaryFolder();
    const controller = new AbortController();
    controller.abort();
    const cancelled = write(store, join(parent, 'a/b'), { ...options, signal: controller.signal });
    expect(await labErrorFrom(cancelled)).toEqual({
      code: 'CANCELLED',
      message: 'The export was cancelled after 1 of 4 images.',
    });
    expect(readdirSync(parent)).toEqual([]);
  });
});

describe('an export', () => {
  test('refuses a folder that is not empty, and takes one that is', async () => {
    using store = await labWith(['cat', 'dog']);
    const out = writeFiles(temporaryFolder(), { 'mine.txt': 'x' });
    expect(await labErrorFrom(write(store, out))).toEqual({
      code: 'OUTPUT_UNWRITABLE',
      message: `The folder ${out} is not empty: an export needs one of its own.`,
      hint: 'Give the path of a folder that does not exist yet.',
    });
    expect(readdirSync(out)).toEqual(['mine.txt']);
    const empty = join(out, 'empty');
    mkdirSync(empty);
    await write(store, empty);
    expect(readdirSync(empty)).toEqual(['test', 'train']);
  });

  test('leaves nothing when an image has changed since its import', async () => {
    using store = await labWith(['cat', 'dog']);
    writeFileSync(store.rows('d')[3]!.file, 'changed');
    const out = temporaryFolder();
    for (const format of ['image-folder', 'cifar'] as const) {
      expect((await labErrorFrom(write(store, out, { format }))).code).toBe('SAMPLE_CHANGED');
      expect(readdirSync(out)).toEqual([]);
    }
  });

  test('leaves out what is excluded or has no label', async () => {
    using store = await labWith(['cat', 'dog']);
    const [first, second, third, fourth] = store.rows('d').map(({ id }) => id);
    store.edit('d', { samples: [first!], change: { excluded: true }, who: 'Ada' });
    store.edit('d', { samples: [second!], change: { label: null }, who: 'Ada' });
    expect(await write(store, join(temporaryFolder(), 'x'))).toMatchObject({ images: 2, leftOut: 2 });
    store.edit('d', { samples: [third!, fourth!], change: { excluded: true }, who: 'Ada' });
    expect(await labErrorFrom(write(store, join(temporaryFolder(), 'x')))).toEqual({
      code: 'DATASET_EMPTY',
      message: 'The data set "d" has no labelled image to export.',
    });
  });

  test('keeps images apart whose names are the same, or nearly', async () => {
    using store = LabStore.open(temporaryFolder());
    const files = {
      'a/cat/1.PNG': await picture(1),
      'b/cat/1.png': await picture(2),
      'c/cat/1-2.png': await picture(3),
    };
    const list = Object.keys(files).map((path) => `${path},cat`);
    const path = writeFiles(temporaryFolder(), { ...files, 'labels.csv': list.join('\n') });
    await importDataset(store, { path, dataset: 'd', format: 'manifest' });
    const out = join(temporaryFolder(), 'out');
    await write(store, out);
    expect(readdirSync(join(out, 'cat'))).toEqual(['1-2-2.png', '1-2.png', '1.PNG']);
  });
});

describe('a list of images', () => {
  test('holds no cell that a spreadsheet would take for a formula', async () => {
    using store = await labWith(['=HYPERLINK("x")', "'=1", '-x', 'a,b\n"c"'], ['train']);
    const out = join(temporaryFolder(), 'out');
    await write(store, out, { format: 'csv', copy: true });
    const lines = readFileSync(join(out, 'manifest.csv'), 'utf8').split('\r\n');
    expect(lines).toEqual([
      'path,label,split',
      `images/=HYPERLINK(%22x%22)/0.png,"'=HYPERLINK(""x"")",train`,
      `images/'=1/0.png,''=1,train`,
      `images/-x/0.png,'-x,train`,
      `"images/a,b%0A%22c%22/0.png","a,b\n""c""",train`,
      '',
    ]);
    await importDataset(store, { path: join(out, 'manifest.csv'), dataset: 'back' });
    expect(await described(store, 'back')).toEqual(await described(store, 'd'));
  });
});

describe("CIFAR's binary version", () => {
  test('is byte for byte the published layout', async () => {
    using store = LabStore.open(temporaryFolder());
    await importDataset(store, { path: writeFiles(temporaryFolder(), cifar10Binary()), dataset: 'd' });
    const out = join(temporaryFolder(), 'out');
    await write(store, out, { format: 'cifar' });
    expect(readdirSync(out)).toEqual(['batches.meta.txt', 'data_batch_1.bin', 'test_batch.bin']);
    const train = readFileSync(join(out, 'data_batch_1.bin'));
    expect(train).toEqual(
      Buffer.concat([[2], [0], [1]].flatMap((label, seed) => [Buffer.from(label), planes(seed)])),
    );
    expect(readFileSync(join(out, 'batches.meta.txt'), 'utf8')).toBe('airplane\nautomobile\nbird\n');
  });

  test('brings pictures of other sizes to 32 × 32', async () => {
    using store = LabStore.open(temporaryFolder());
    const wide = await encodeImage(filledPixels(90, 40, [10, 200, 30]), 'png');
    const path = writeFiles(temporaryFolder(), { 'cat/1.png': wide, 'dog/1.png': await picture(1) });
    await importDataset(store, { path, dataset: 'd' });
    const out = join(temporaryFolder(), 'out');
    await write(store, out, { format: 'cifar', resize: 'stretch' });
    const bytes = readFileSync(join(out, 'data_batch_1.bin'));
    expect(bytes).toHaveLength(2 * 3073);
    expect([bytes[0], bytes[1], bytes[1025], bytes[2049]]).toEqual([0, 10, 200, 30]);
  });

  test('has room for 256 classes, each on a line of its own', async () => {
    const names = Array.from({ length: 257 }, (_, index) => `c${index}`);
    using store = LabStore.open(temporaryFolder());
    const data = await picture(1);
    const path = writeFiles(
      temporaryFolder(),
      Object.fromEntries(names.map((name) => [`${name}/1.png`, data])),
    );
    await importDataset(store, { path, dataset: 'd' });
    const out = join(temporaryFolder(), 'out');
    expect((await labErrorFrom(write(store, out, { format: 'cifar' }))).message).toBe(
      'The cifar format has room for 256 classes, the data set has 257.',
    );
    expect(existsSync(out)).toBe(false);
    using other = await labWith(['a\nb', 'c'], ['train']);
    expect((await labErrorFrom(write(other, out, { format: 'cifar' }))).message).toBe(
      'The class "a\\nb" cannot stand in a line of batches.meta.txt.',
    );
  });
});
