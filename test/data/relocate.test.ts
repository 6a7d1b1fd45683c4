import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { importDataset } from '../../src-main/data/import.ts';
import { findLostFiles } from '../../src-main/data/original-files.ts';
import { relocate } from '../../src-main/data/relocate.ts';
import { LabStore } from '../../src-main/data/store/index.ts';
import { labErrorFrom } from '../helpers/lab-errors.ts';
import { picture } from './pictures.ts';
import { temporaryFolder, writeFiles } from './temporary.ts';

/** A lab with the data set `pets` of files whose contents are numbered, some alike. */
async function openLab(
  contents: Readonly<Record<string, number>>,
): Promise<{ store: LabStore; folder: string }> {
  const folder = temporaryFolder();
  for (const [path, number] of Object.entries(contents)) {
    writeFiles(folder, { [`here/${path}`]: await bytes(number) });
  }
  const store = LabStore.open(temporaryFolder());
  onTestFinished(() => store.close());
  await importDataset(store, { path: join(folder, 'here'), dataset: 'pets' });
  return { store, folder };
}

/** Of another length for each number. */
async function bytes(number: number): Promise<Uint8Array> {
  return Buffer.concat([await picture(number), Buffer.alloc(number)]);
}

function pathsOf(store: LabStore, folder: string): string[] {
  return store.rows('pets').map(({ path }) => path.slice(folder.length + 1));
}

describe('originals', () => {
  test('that are gone or of another size are told', async () => {
    const { store, folder } = await openLab({ 'cat/1.png': 1, 'cat/2.png': 2, 'cat/3.png': 3 });
    expect(await findLostFiles(store, 'pets')).toEqual({ checked: 3, lost: [] });
    rmSync(join(folder, 'here/cat/1.png'));
    writeFileSync(join(folder, 'here/cat/3.png'), 'short');
    const { lost } = await findLostFiles(store, 'pets');
    expect(lost.map(({ sample, found }) => [sample.path.slice(-5), found])).toEqual([
      ['1.png', 'gone'],
      ['3.png', 'changed'],
    ]);
  });

  test('of a folder that was moved are found by content; labels, splits and history stay', async () => {
    const { store, folder } = await openLab({ 'cat/1.png': 1, 'dog/2.png': 2 });
    const [cat, dog] = store.rows('pets');
    store.edit('pets', { samples: [cat!.id], change: { label: 'dog' }, who: 'Ada' });
    store.setSplits(new Map([[dog!.id, 'test']]));
    mkdirSync(join(folder, 'there'));
    renameSync(join(folder, 'here/cat/1.png'), join(folder, 'there/renamed é.png'));
    renameSync(join(folder, 'here/dog/2.png'), join(folder, 'there/2.png'));
    writeFiles(folder, { 'there/stranger.png': await bytes(9) });
    const { moved, missing } = await relocate(store, { dataset: 'pets', folder: join(folder, 'there') });
    expect(missing).toEqual([]);
    expect(moved[0]).toEqual({ sample: cat!.id, from: cat!.path, to: join(folder, 'there/renamed é.png') });
    expect(pathsOf(store, folder)).toEqual(['there/2.png', 'there/renamed é.png']);
    const rows = new Map(store.rows('pets').map((row) => [row.id, row]));
    expect(rows.get(cat!.id)).toMatchObject({ className: 'dog', file: join(folder, 'there/renamed é.png') });
    expect(rows.get(dog!.id)).toMatchObject({ className: 'dog', split: 'test' });
    expect(store.events('pets')).toHaveLength(1);
    // It lies there now: importing the folder adds the stranger alone.
    store.addSamples(
      'pets',
      store
        .rows('pets')
        .map(({ path }) => ({ path, className: null, split: null, content: content(store, path) })),
    );
    expect(store.rows('pets')).toHaveLength(2);
  });

  test('with the same content each get one file, the one whose path is most alike', async () => {
    const { store, folder } = await openLab({ 'cat/1.png': 1, 'cat/2.png': 1, 'cat/3.png': 1 });
    renameSync(join(folder, 'here/cat'), join(folder, 'there'));
    rmSync(join(folder, 'there/3.png'));
    const { moved, missing } = await relocate(store, { dataset: 'pets', folder: join(folder, 'there') });
    expect(moved.map(({ from, to }) => [from.slice(-5), to.slice(-5)])).toEqual([
      ['1.png', '1.png'],
      ['2.png', '2.png'],
    ]);
    expect(missing).toMatchObject([
      { reason: 'its content was found, but other samples lie at those places' },
    ]);
  });

  test("that took one another's names are sorted out", async () => {
    const { store, folder } = await openLab({ 'cat/1.png': 1, 'cat/2.png': 2, 'cat/3.png': 3 });
    const at = (name: string) => join(folder, 'here/cat', name);
    renameSync(at('3.png'), at('4.png'));
    renameSync(at('2.png'), at('3.png'));
    renameSync(at('1.png'), at('2.png'));
    const before = store.rows('pets').map(({ id, sha256 }) => [id, sha256]);
    const { moved } = await relocate(store, { dataset: 'pets', folder });
    expect(moved.map(({ to }) => to.slice(-5))).toEqual(['2.png', '3.png', '4.png']);
    expect(store.rows('pets').map(({ id, sha256 }) => [id, sha256])).toEqual(before);
    expect(await findLostFiles(store, 'pets')).toMatchObject({ lost: [] });
  });

  test('stay missing where another sample lies at the only file', async () => {
    const { store, folder } = await openLab({ 'cat/1.png': 1, 'dog/2.png': 1 });
    rmSync(join(folder, 'here/cat/1.png'));
    const { moved, missing } = await relocate(store, { dataset: 'pets', folder });
    expect(moved).toEqual([]);
    expect(missing.map(({ path }) => path)).toEqual([join(folder, 'here/cat/1.png')]);
    expect(pathsOf(store, folder)).toEqual(['here/cat/1.png', 'here/dog/2.png']);
  });

  test('a search that is cancelled changes nothing', async () => {
    const { store, folder } = await openLab({ 'cat/1.png': 1 });
    renameSync(join(folder, 'here'), join(folder, 'there'));
    const controller = new AbortController();
    const onStep = () => controller.abort();
    const search = relocate(store, { dataset: 'pets', folder, onStep, signal: controller.signal });
    expect(await labErrorFrom(search)).toMatchObject({ code: 'CANCELLED' });
    expect(pathsOf(store, folder)).toEqual(['here/cat/1.png']);
  });
});

function content(store: LabStore, path: string) {
  return store.content(store.rows('pets').find((row) => row.path === path)!.sha256)!;
}
