import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { importDataset, type ImportOptions, type ImportReport } from '../../src-main/data/import.ts';
import { sortNaturally } from '../../src-main/data/natural-order.ts';
import { LabStore } from '../../src-main/data/store/index.ts';
import type { ReadProgress } from '../../src-main/data/scan.ts';
import { trainableRows } from '../../src-main/data/trainable.ts';
import { sharedPath } from '../helpers/shared.ts';
import { labErrorFrom, labErrorOf } from '../helpers/lab-errors.ts';
import { picture } from './pictures.ts';
import { temporaryFolder, writeFiles } from './temporary.ts';

function openLab(): LabStore {
  return LabStore.open(temporaryFolder());
}

function pets(store: LabStore, path: string, options: Partial<ImportOptions> = {}): Promise<ImportReport> {
  return importDataset(store, { path, dataset: 'pets', ...options });
}

function reasons(root: string, report: ImportReport): Record<string, string> {
  return Object.fromEntries(report.skipped.map(({ path, reason }) => [path.slice(root.length + 1), reason]));
}

/** `count` different pictures a class. */
async function catsAndDogs(count: number): Promise<string> {
  const files: Record<string, Uint8Array> = {};
  for (let index = 0; index < count; index++) {
    files[`cat/${index}.png`] = await picture(2 * index);
    files[`dog/${index}.png`] = await picture(2 * index + 1);
  }
  return writeFiles(temporaryFolder(), files);
}

describe('an import', () => {
  test('reports what came in, and why the rest did not', async () => {
    using store = openLab();
    const whole = await picture(1, 'jpeg', 64);
    const root = writeFiles(temporaryFolder(), {
      ...{ 'cat/10.png': await picture(1), 'cat/9.jpg': whole, 'cat/no-extension': await picture(2, 'webp') },
      ...{ 'dog/0.gif': await picture(3, 'gif'), 'dog/wrong-name.png': await picture(4, 'bmp') },
      ...{ 'dog/empty.jpg': '', 'dog/cut.jpg': whole.subarray(0, whole.length / 2) },
      ...{
        'dog/text.jpg': 'hello',
        'dog/phone.heic': '\0\0\0\x18ftypheic\0\0\0\0mif1heic',
        'dog/notes.txt': 'x',
      },
      ...{ 'bird/broken.jpg': 'only this', 'stray.png': await picture(5) },
    });
    const progress: ReadProgress[] = [];
    const report = await pets(store, root, { onProgress: (now) => progress.push(now) });
    expect(report).toEqual({
      ...{ format: 'image-folder', reason: '10 of 11 files lie in 3 class folders' },
      ...{ samples: 5, classes: ['cat', 'dog'], added: 5, updated: 0 },
      ...{ duplicates: 0, duplicateGroups: [], conflicts: [], skipped: report.skipped },
    });
    const readable = 'JPEG, PNG, WebP, GIF, BMP, TIFF and AVIF are read.';
    expect(reasons(root, report)).toEqual({
      'bird/broken.jpg': `it is no picture; it begins with the bytes 6f 6e 6c 79. ${readable}`,
      'dog/cut.jpg': expect.stringMatching(/^its JPEG data is damaged or cut off \(.+\)$/) as string,
      'dog/empty.jpg': 'the file is empty',
      'dog/notes.txt': 'not an image: .txt files are not read',
      'dog/phone.heic': 'HEIC pictures are not supported. Convert it to JPEG or PNG first.',
      'dog/text.jpg': `it is no picture; it begins with the bytes 68 65 6c 6c. ${readable}`,
      'stray.png': 'it lies in no class folder',
    });
    expect(report.skipped.map(({ path }) => path)).toEqual(
      [...report.skipped.map(({ path }) => path)].sort(),
    );
    expect(store.rows('pets').map((row) => row.path.slice(root.length + 1))).toEqual([
      ...['cat/9.jpg', 'cat/10.png', 'cat/no-extension', 'dog/0.gif', 'dog/wrong-name.png'],
    ]);
    expect(store.rows('pets')[0]).toMatchObject({ width: 64, height: 64, className: 'cat', split: null });
    expect(progress.map(({ done, total }) => `${done}/${total}`)).toEqual(
      Array.from({ length: 10 }, (_, index) => `${index + 1}/10`),
    );
    expect(progress.at(-1)!.secondsLeft).toBe(0);
    expect(progress.every(({ rate }) => rate > 0)).toBe(true);
  });

  test('keeps duplicates and reports them; copies with different labels wait for a decision', async () => {
    using store = openLab();
    const [same, torn] = [await picture(1), await picture(2)];
    const root = writeFiles(temporaryFolder(), {
      ...{ 'cat/0.png': same, 'cat/1.png': same, 'cat/2.png': same, 'cat/3.png': torn, 'dog/3.png': torn },
    });
    const report = await pets(store, root);
    const paths = (...names: string[]) => names.map((name) => join(root, name));
    expect(report).toMatchObject({ samples: 5, duplicates: 3, classes: ['cat', 'dog'] });
    expect(report.duplicateGroups.map((group) => [group.paths, group.labels])).toEqual([
      [paths('cat/0.png', 'cat/1.png', 'cat/2.png'), ['cat']],
      [paths('cat/3.png', 'dog/3.png'), ['cat', 'dog']],
    ]);
    expect(report.conflicts).toEqual([report.duplicateGroups[1]]);
  });

  test('twice adds nothing twice and keeps what people decided', async () => {
    using store = openLab();
    const root = await catsAndDogs(3);
    await pets(store, root);
    const [first] = store.rows('pets');
    store.edit('pets', { samples: [first!.id], change: { label: 'dog' }, who: 'Ada' });
    const before = store.rows('pets');
    expect(await pets(store, root)).toMatchObject({ samples: 6, added: 0, updated: 0, duplicates: 0 });
    expect(store.rows('pets')).toEqual(before);

    const link = join(temporaryFolder(), 'link');
    symlinkSync(root, link);
    expect(await pets(store, link)).toMatchObject({ samples: 6, added: 0 });
  });

  test('of a changed file takes its new bytes', async () => {
    using store = openLab();
    const root = await catsAndDogs(2);
    await pets(store, root);
    const before = store.rows('pets');
    writeFileSync(join(root, 'dog/1.png'), await picture(99));
    expect(await pets(store, root)).toMatchObject({ samples: 4, added: 0, updated: 1 });
    const after = store.rows('pets');
    expect(after.slice(0, 3)).toEqual(before.slice(0, 3));
    expect(after[3]!.sha256).not.toBe(before[3]!.sha256);
  });

  test('of images without labels leaves them to be labelled', async () => {
    const root = writeFiles(temporaryFolder(), { 'a.png': await picture(1), 'b.png': await picture(2) });
    using store = LabStore.open(temporaryFolder());
    const report = await importDataset(store, { path: root, dataset: 'pets' });
    expect(report).toMatchObject({ format: 'unlabelled', samples: 2, classes: [], skipped: [] });
    expect(labErrorOf(() => trainableRows(store, 'pets')).message).toBe(
      'The data set "pets" has no image to train on: 0 are excluded, 2 have no label, 0 have copies with another label.',
    );
    const [first] = store.rows('pets');
    store.edit('pets', { samples: [first!.id], change: { label: 'cat' }, who: 'Ada', createClass: true });
    expect(store.rows('pets').map((row) => row.className)).toEqual(['cat', null]);
    const error = await labErrorFrom(importDataset(store, { path: root, dataset: 'pets', classes: ['cat'] }));
    expect(error.message).toBe(`${root} has no class "cat": its images have no labels.`);
  });

  test('from another folder extends the data set', async () => {
    using store = openLab();
    await pets(store, await catsAndDogs(2));
    const more = writeFiles(temporaryFolder(), {
      'bird/0.png': await picture(50),
      'cat/0.png': await picture(0),
    });
    expect(await pets(store, more)).toMatchObject({
      ...{ samples: 6, added: 2, duplicates: 1, classes: ['bird', 'cat', 'dog'] },
    });
  });

  test('keeps given splits', async () => {
    using store = openLab();
    const root = writeFiles(temporaryFolder(), {
      ...{ 'train/cat/0.png': await picture(0), 'train/dog/0.png': await picture(1) },
      ...{ 'valid/cat/1.png': await picture(2), 'test/dog/1.png': await picture(3) },
    });
    await pets(store, root);
    expect(store.rows('pets').map((row) => [row.className, row.split, row.givenSplit])).toEqual([
      ['dog', 'test', 'test'],
      ['cat', 'train', 'train'],
      ['dog', 'train', 'train'],
      ['cat', 'validation', 'validation'],
    ]);
  });

  test('takes names in any script, and one spelling of a name that has two in Unicode', async () => {
    using store = openLab();
    const root = writeFiles(temporaryFolder(), {
      ...{
        '猫/一匹 目.png': await picture(0),
        'كلب/١.png': await picture(1),
        '😺/a"\n\'%.png': await picture(2),
      },
      ...{ 'caf\u00e9/1.png': await picture(3), 'cafe\u0301/2.png': await picture(4) },
      'cafe\u0301/1.png': await picture(5),
    });
    const report = await pets(store, root);
    expect(report.samples).toBe(5);
    expect(report.classes.map((name) => name.normalize('NFC'))).toEqual(['caf\u00e9', 'كلب', '猫', '😺']);
    // Where the file system itself holds the two spellings for one, there is nothing to skip.
    expect(report.skipped.map(({ reason }) => reason)).toEqual([
      'another file has the same name in another Unicode spelling',
    ]);
  });

  test('passes over a picture with too many pixels, until the limit is raised', async () => {
    using store = openLab();
    const root = writeFiles(await catsAndDogs(1), { 'cat/bomb.png': await picture(7, 'png', 101) });
    const report = await pets(store, root, { maxPixels: 10_000 });
    expect(reasons(root, report)).toEqual({
      'cat/bomb.png':
        'it has 101 × 101 = 10201 pixels, the limit is 10000. Raise the limit with --max-pixels 10201 if the picture is meant to be that large.',
    });
    expect(await pets(store, root, { maxPixels: 10_201 })).toMatchObject({
      samples: 3,
      added: 1,
      skipped: [],
    });
    expect(reasons(root, await pets(store, root, { maxPixels: 10_000 }))).toHaveProperty('cat/bomb.png');
  });

  test('passes over a file that no picture is as large as, without reading it', async () => {
    using store = openLab();
    const root = writeFiles(await catsAndDogs(1), { 'cat/huge.png': '' });
    truncateSync(join(root, 'cat/huge.png'), 2 ** 30);
    expect(reasons(root, await pets(store, root))).toEqual({
      'cat/huge.png': 'the file has 1073741824 bytes, the limit is 536870912',
    });
  });

  test('survives files that vanish or become folders meanwhile', async () => {
    using store = openLab();
    const root = await catsAndDogs(20);
    const report = await pets(store, root, {
      onProgress: ({ done }) => {
        if (done !== 1) return;
        rmSync(join(root, 'dog/18.png'));
        rmSync(join(root, 'dog/19.png'));
        mkdirSync(join(root, 'dog/19.png'));
      },
    });
    expect(report).toMatchObject({ samples: 38, added: 38 });
    expect(reasons(root, report)).toEqual({
      'dog/18.png': 'it vanished while the folder was read',
      'dog/19.png': 'it cannot be read (EISDIR)',
    });
  });

  test('that is cancelled keeps what it read and can be repeated', async () => {
    using store = openLab();
    const root = await catsAndDogs(10);
    const controller = new AbortController();
    const cancelled = pets(store, root, {
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done === 7) controller.abort();
      },
    });
    expect(await labErrorFrom(cancelled)).toEqual({
      code: 'CANCELLED',
      message: `Reading ${root} was cancelled after 7 of 20 files.`,
    });
    expect(store.dataset('pets').samples).toBe(7);
    expect(await pets(store, root)).toMatchObject({ samples: 20, added: 13 });
  });

  test('that is killed can be repeated', async () => {
    const lab = temporaryFolder();
    const root = await catsAndDogs(400);
    const script = fileURLToPath(new URL('./import-child.ts', import.meta.url));
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, lab, root], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      if (Math.max(...chunk.toString().trim().split('\n').map(Number)) < 300) continue;
      child.kill('SIGKILL');
      break;
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');

    using store = LabStore.open(lab);
    const { samples } = store.dataset('pets');
    expect(samples).toBeGreaterThanOrEqual(256);
    expect(samples).toBeLessThan(800);
    expect(await pets(store, root)).toMatchObject({ samples: 800, added: 800 - samples, duplicates: 0 });
  });

  test('on a full disk stops, keeps what was saved, and can be repeated', async () => {
    using store = openLab();
    const root = await catsAndDogs(300);
    await pets(store, await catsAndDogs(1));
    store.database.exec(`PRAGMA max_page_count = ${store.database.count('PRAGMA page_count') + 40}`);
    expect((await labErrorFrom(pets(store, root))).code).toBe('DISK_FULL');
    const { samples } = store.dataset('pets');
    expect((samples - 2) % 256).toBe(0);
    store.database.exec('PRAGMA max_page_count = 1000000');
    expect(await pets(store, root)).toMatchObject({ samples: 602, added: 602 - samples });
  });
});

describe('an import of nothing', () => {
  test('from an empty folder', async () => {
    using store = openLab();
    const root = temporaryFolder();
    expect(await labErrorFrom(pets(store, root))).toEqual({
      code: 'DATASET_EMPTY',
      message: `No image could be read from ${root}: it holds no file.`,
      hint: 'JPEG, PNG, WebP, GIF, BMP, TIFF and AVIF are read.',
    });
    expect(store.datasets()).toEqual([]);
  });

  test('readable sums up the reasons and leaves no data set behind', async () => {
    using store = openLab();
    const root = writeFiles(temporaryFolder(), {
      ...{
        'cat/1.jpg': '',
        'cat/2.jpg': '',
        'cat/3.jpg': '',
        'dog/1.png': 'hell',
        'dog/2.txt': '',
        'dog/3.txt': '',
      },
      ...{ 'dog/.hidden': '' },
    });
    expect((await labErrorFrom(pets(store, root))).message).toBe(
      `No image could be read from ${root}: skipped were 3 × the file is empty; 2 × not an image: .txt files are not read; 1 × a hidden file; 1 × other reasons.`,
    );
    expect(store.datasets()).toEqual([]);
  });

  test('under a name that is none', async () => {
    using store = openLab();
    const error = await labErrorFrom(importDataset(store, { path: '/', dataset: ' ' }));
    expect(error.code).toBe('INVALID_ARGUMENT');
  });
});

const photographs = sharedPath('data/dogs-vs-cats/train');

describe.skipIf(photographs === undefined)('real photographs (absent without the shared folder)', () => {
  test("Kaggle's folder, with the flaws of the published one", async () => {
    using store = openLab();
    const root = temporaryFolder();
    const names = sortNaturally(readdirSync(photographs!));
    const [cats, dogs] = ['cat', 'dog'].map((kind) =>
      names.filter((name) => name.startsWith(kind)).slice(0, 12),
    );
    for (const name of [...cats!, ...dogs!]) copyFileSync(join(photographs!, name), join(root, name));
    writeFileSync(join(root, 'cat.666.jpg'), '');
    truncateSync(join(root, dogs![11]!), 5000);
    appendFileSync(join(root, 'cat.0.jpg'), 'garbage after the end');
    const report = await pets(store, root);
    expect(report).toMatchObject({ format: 'kaggle', samples: 23, classes: ['cat', 'dog'], duplicates: 0 });
    expect(report.skipped.map(({ path }) => path)).toEqual([
      join(root, 'cat.666.jpg'),
      join(root, dogs![11]!),
    ]);
    expect(
      store
        .rows('pets')
        .slice(8, 12)
        .map((row) => row.path),
    ).toEqual(['cat.8.jpg', 'cat.9.jpg', 'cat.10.jpg', 'cat.11.jpg'].map((name) => join(root, name)));
  });
});
