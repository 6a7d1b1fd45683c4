import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { importDataset, type ImportOptions, type ImportReport } from '../../src-main/data/import.ts';
import { SampleSource } from '../../src-main/data/sample-source.ts';
import { createPipeline } from '../../src-main/data/pipeline.ts';
import { LabStore } from '../../src-main/data/store/index.ts';
import { sha256 } from '../../src-main/base/hash.ts';
import { labErrorFrom } from '../helpers/lab-errors.ts';
import { sharedPath } from '../helpers/shared.ts';
import { tarOf } from './archives/build.ts';
import { cifar10Binary } from './formats/layouts.ts';
import { picture } from './pictures.ts';
import { temporaryFolder, writeFiles } from './temporary.ts';

function pets(store: LabStore, path: string, options: Partial<ImportOptions> = {}): Promise<ImportReport> {
  return importDataset(store, { path, dataset: 'pets', ...options });
}

/** A tar of `count` pictures a class, in training and test. */
async function petsTar(count = 3): Promise<Buffer> {
  const members = [];
  for (let index = 0; index < count; index++) {
    for (const [at, name] of ['bird', 'cat', 'plane'].entries()) {
      const split = index % 3 === 2 ? 'test' : 'train';
      members.push({ name: `${split}/${name}/${index}.png`, data: await picture(3 * index + at) });
    }
  }
  return tarOf(members);
}

async function savedTar(count?: number): Promise<string> {
  const path = join(temporaryFolder(), 'pets.tar');
  writeFileSync(path, await petsTar(count));
  return path;
}

/** Every file below the lab's own copies. */
function contents(store: LabStore): string[] {
  const folder = join(store.folder, 'contents');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.[a-z]+$/.test(name));
}

/** What a lab is made of, to tell whether anything changed. */
function snapshot(store: LabStore): unknown {
  return {
    files: contents(store).sort(),
    datasets: store.datasets(),
    rows: store.datasets().map(({ name }) => store.rows(name)),
    contents: store.database.count('SELECT count(*) FROM contents'),
  };
}

describe('an import of an archive', () => {
  test('copies its images into the lab, each known by its hash', async () => {
    using store = LabStore.open(temporaryFolder());
    const path = await savedTar();
    const report = await pets(store, path);
    expect(report).toMatchObject({
      ...{ format: 'image-folder', samples: 9, added: 9, skipped: [], classes: ['bird', 'cat', 'plane'] },
    });
    const rows = store.rows('pets');
    expect(rows.map((row) => [row.path, row.className, row.split])[0]).toEqual([
      ...[join(path, 'test/bird/2.png'), 'bird', 'test'],
    ]);
    for (const { file, sha256: hash } of rows) {
      expect(file).toBe(join(store.folder, 'contents', hash.slice(0, 2), `${hash}.png`));
    }
    expect(contents(store)).toHaveLength(9);

    rmSync(path);
    const source = new SampleSource({
      rows: rows.map((row) => ({ ...row, label: 0 })),
      ...{ pipeline: createPipeline({ imageSize: 8 }), seed: 0, cacheBytes: 0 },
    });
    expect((await source.render(0, undefined)).pixels.width).toBe(8);
  });

  test('twice adds nothing twice, also into another data set and after the archive was moved', async () => {
    using store = LabStore.open(temporaryFolder());
    const path = await savedTar();
    await pets(store, path);
    const before = snapshot(store);
    expect(await pets(store, path)).toMatchObject({ samples: 9, added: 0, updated: 0 });
    expect(snapshot(store)).toEqual(before);
    await pets(store, path, { dataset: 'others' });
    const moved = join(dirname(path), 'moved.tar');
    renameSync(path, moved);
    expect(await pets(store, moved)).toMatchObject({ samples: 18, added: 9, duplicates: 9 });
    expect(contents(store)).toHaveLength(9);
  });

  test('repairs a copy that was lost or damaged', async () => {
    using store = LabStore.open(temporaryFolder());
    const path = await savedTar();
    await pets(store, path);
    const [first, second] = store.rows('pets');
    rmSync(first!.file);
    writeFileSync(second!.file, '');
    await pets(store, path);
    for (const { file, sha256: hash } of store.rows('pets')) expect(sha256(await readBytes(file))).toBe(hash);
  });

  test('shares its bytes with images that were imported from a folder before', async () => {
    using store = LabStore.open(temporaryFolder());
    const folder = writeFiles(temporaryFolder(), {
      'cat/a.png': await picture(1),
      'dog/b.png': await picture(90),
    });
    await pets(store, folder, { dataset: 'folder' });
    await pets(store, await savedTar());
    expect(contents(store)).toHaveLength(9);
    // The lab's own copy serves both; the folder may go.
    expect(store.rows('folder').map(({ file }) => basename(dirname(file)).length)).toEqual([2, 3]);
  });

  test('keeps members with the same bytes as samples of their own', async () => {
    using store = LabStore.open(temporaryFolder());
    const data = await picture(1);
    const path = join(temporaryFolder(), 'pets.tar.gz');
    writeFileSync(
      path,
      gzipSync(tarOf(['cat/1.png', 'cat/2.png', 'dog/1.png'].map((name) => ({ name, data })))),
    );
    const report = await pets(store, path);
    expect(report).toMatchObject({ samples: 3, duplicates: 2 });
    expect(report.conflicts[0]!.paths).toHaveLength(3);
    expect(contents(store)).toHaveLength(1);
  });

  test('passes over members that are no pictures', async () => {
    using store = LabStore.open(temporaryFolder());
    const path = join(temporaryFolder(), 'pets.tar');
    const members = [
      { name: 'cat/1.png', data: await picture(1) },
      { name: 'dog/broken.png', data: 'no picture' },
      { name: '.git/HEAD', data: 'x' },
      { name: 'dog/._1.png', data: 'x' },
    ];
    writeFileSync(path, tarOf(members));
    const { samples, skipped } = await pets(store, path);
    expect(samples).toBe(1);
    expect(skipped.map(({ path, reason }) => `${path.split('.tar/')[1]}: ${reason.split('. ')[0]}`)).toEqual([
      '.git/HEAD: in a hidden folder',
      'dog/._1.png: a hidden file',
      'dog/broken.png: it is no picture; it begins with the bytes 6e 6f 20 70',
    ]);
    expect(contents(store)).toHaveLength(1);
  });
});

async function readBytes(path: string): Promise<Uint8Array> {
  const { readFile } = await import('node:fs/promises');
  return readFile(path);
}

describe('an import that fails leaves the lab as it was', () => {
  async function labWithPets(): Promise<LabStore> {
    const store = LabStore.open(temporaryFolder());
    await pets(store, await savedTar(1), { dataset: 'before' });
    return store;
  }

  test('when the archive is cut off', async () => {
    using store = await labWithPets();
    const before = snapshot(store);
    const path = join(temporaryFolder(), 'pets.tar.gz');
    const whole = gzipSync(await petsTar(30));
    writeFileSync(path, whole.subarray(0, whole.length - 100));
    expect((await labErrorFrom(pets(store, path))).code).toBe('ARCHIVE_CORRUPT');
    expect(snapshot(store)).toEqual(before);
  });

  test('when the archive is refused', async () => {
    using store = await labWithPets();
    const before = snapshot(store);
    const path = join(temporaryFolder(), 'pets.tar');
    writeFileSync(
      path,
      tarOf([
        { name: 'cat/1.png', data: await picture(70) },
        { name: '../x', data: 'x' },
      ]),
    );
    expect((await labErrorFrom(pets(store, path))).code).toBe('ARCHIVE_UNSAFE');
    expect(snapshot(store)).toEqual(before);
  });

  test('when records break off after good ones', async () => {
    using store = await labWithPets();
    const before = snapshot(store);
    const files = { ...cifar10Binary(), 'test_batch.bin': Buffer.alloc(3073, 9) };
    const error = await labErrorFrom(pets(store, writeFiles(temporaryFolder(), files)));
    expect(error.code).toBe('FORMAT_MALFORMED');
    expect(snapshot(store)).toEqual(before);
  });

  test('when it is cancelled', async () => {
    using store = await labWithPets();
    const before = snapshot(store);
    const path = await savedTar(20);
    const controller = new AbortController();
    const cancelled = pets(store, path, {
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done === 10) controller.abort();
      },
    });
    expect(await labErrorFrom(cancelled)).toEqual({
      code: 'CANCELLED',
      message: `Reading ${path} was cancelled after 10 of 60 files.`,
    });
    expect(snapshot(store)).toEqual(before);
    expect(await pets(store, path)).toMatchObject({ samples: 60 });
  });

  test('when the database is full', async () => {
    using store = await labWithPets();
    const before = snapshot(store);
    store.database.exec(`PRAGMA max_page_count = ${store.database.count('PRAGMA page_count')}`);
    expect((await labErrorFrom(pets(store, await savedTar(60)))).code).toBe('DISK_FULL');
    expect(snapshot(store)).toEqual(before);
  });

  test('what a killed one left is removed by the next', async () => {
    using store = await labWithPets();
    writeFiles(store.folder, { 'contents/.import-1-x/a.png': 'half' });
    await pets(store, await savedTar(2));
    expect(readdirSync(join(store.folder, 'contents')).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('classes', () => {
  test('a choice of them, in code-point order whatever the order asked for', async () => {
    using store = LabStore.open(temporaryFolder());
    const report = await pets(store, await savedTar(), { classes: ['plane', 'bird'] });
    expect(report).toMatchObject({ samples: 6, classes: ['bird', 'plane'], skipped: [] });
    expect(report.reason).toMatch(/; taken are 2 of 3 classes$/);
    expect(contents(store)).toHaveLength(6);
  });

  test('from records and from a folder', async () => {
    using store = LabStore.open(temporaryFolder());
    const cifar = writeFiles(temporaryFolder(), cifar10Binary());
    expect(
      await pets(store, cifar, { classes: ['bird', 'airplane'], rename: { airplane: 'plane' } }),
    ).toMatchObject({
      ...{ samples: 3, classes: ['bird', 'plane'] },
    });
    const folder = writeFiles(temporaryFolder(), {
      'a/1.png': await picture(1),
      'b/1.png': await picture(2),
    });
    expect(await pets(store, folder, { dataset: 'f', classes: ['b'] })).toMatchObject({ classes: ['b'] });
  });

  test('new names, which can be swapped or shared', async () => {
    using store = LabStore.open(temporaryFolder());
    const rename = { bird: 'cat', cat: 'bird', plane: 'bird' };
    await pets(store, await savedTar(1), { rename });
    expect(store.rows('pets').map((row) => [basename(dirname(row.path)), row.className])).toEqual([
      ...[
        ['bird', 'cat'],
        ['cat', 'bird'],
        ['plane', 'bird'],
      ],
    ]);
  });

  test('are compared in NFC', async () => {
    using store = LabStore.open(temporaryFolder());
    const folder = writeFiles(temporaryFolder(), {
      'cafe\u0301/1.png': await picture(1),
      'b/1.png': await picture(2),
    });
    const report = await pets(store, folder, { classes: ['caf\u00e9'], rename: { 'caf\u00e9': 'bar' } });
    expect(report.classes).toEqual(['bar']);
  });

  test.each([
    [{ classes: ['bird', 'Cat'] }, 'has no class "Cat": its classes are "bird", "cat", "plane".'],
    [{ rename: { dog: 'cat' } }, 'has no class "dog": its classes are "bird", "cat", "plane".'],
  ] as const)('that do not exist are named: %j', async (choice, message) => {
    using store = LabStore.open(temporaryFolder());
    const path = await savedTar();
    expect(await labErrorFrom(pets(store, path, choice))).toEqual({
      code: 'CLASS_UNKNOWN',
      message: `${path} ${message}`,
      hint: 'Check the spelling; upper and lower case differ.',
    });
    expect(store.datasets()).toEqual([]);
  });

  test('that are renamed must be taken', async () => {
    using store = LabStore.open(temporaryFolder());
    const choice = { classes: ['bird'], rename: { cat: 'dog' } };
    expect(await labErrorFrom(pets(store, await savedTar(), choice))).toEqual({
      code: 'CLASS_UNKNOWN',
      message: 'The class "cat" is to be renamed, but not among those to take.',
      hint: 'Add it to --classes, or leave its --rename out.',
    });
  });
});

test('a single packed file of MNIST is no damaged archive', async () => {
  using store = LabStore.open(temporaryFolder());
  const path = join(temporaryFolder(), 'train-labels-idx1-ubyte.gz');
  writeFileSync(path, gzipSync(Buffer.from([0, 0, 8, 1, 0, 0, 0, 1, 7])));
  expect(await labErrorFrom(pets(store, path))).toEqual({
    code: 'SOURCE_UNREADABLE',
    message: `${path} is a single IDX file, expected images with their labels.`,
    hint: 'Give the folder that holds both.',
  });
});

const MINI = sharedPath('data/cifar10-mini.tar');

test.skipIf(MINI === undefined)(
  'bird or plane out of a cut CIFAR-10 (absent without the shared folder)',
  async () => {
    using store = LabStore.open(temporaryFolder());
    expect(await pets(store, MINI!, { classes: ['bird', 'airplane'] })).toMatchObject({
      ...{ samples: 3000, classes: ['airplane', 'bird'], skipped: [] },
    });
    const train = store.rows('pets').filter(({ split }) => split === 'train');
    expect(train).toHaveLength(2000);
  },
);
