/** Data sets as a client handles them. */
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../src-shared/contract/changes.ts';
import type { JobEvent } from '../../src-shared/contract/job.ts';
import { Lab, nodeHost, pathsBelow, router } from '../../src-main/lab/index.ts';
import { createRouterClient } from '@orpc/server';
import { zipOf } from '../data/archives/build.ts';
import { drawFolder, stripes } from '../shells/cli/pictures.ts';
import { temporaryFolder, writeFiles } from '../data/temporary.ts';
import type { RunRow } from '../../src-main/runs/rows.ts';
import { createRun, runPaths } from '../../src-main/runs/run-folder.ts';
import { lockRun } from '../../src-main/runs/stop.ts';
import { shortSettings } from '../runs/support.ts';
import { ended, errorOf, importStripes, openLab, type SmallLab } from './small-lab.ts';
import { onTestFinished } from 'vitest';

type Result = Extract<JobEvent, { event: 'done' }>['result'];

async function resultOf({ client }: SmallLab, started: Promise<{ job: string }>): Promise<Result> {
  const last = (await ended(client, await started)).at(-1)!;
  if (last.event === 'done') return last.result;
  throw new Error(`The job ended with ${JSON.stringify(last)}`);
}

/** What is reported while something is done, without the jobs. */
async function changesDuring({ lab }: SmallLab, work: () => Promise<unknown>): Promise<Change[]> {
  const seen: Change[] = [];
  const stop = lab.changes.listen((change) => void (change.what !== 'job' && seen.push(change)));
  await work();
  stop();
  return seen;
}

describe('samples', () => {
  test('can be paged, selected and counted', async () => {
    const small = openLab();
    const { client } = small;
    await importStripes(small, { count: 3 });
    const page = await client.samples.page({ dataset: 'stripes', className: 'down', offset: 1, limit: 1 });
    expect(page).toMatchObject({ total: 3, evaluation: null });
    expect(page.samples.map((sample) => path.basename(sample.path))).toEqual(['1.png']);
    const { ids } = await client.samples.ids({ dataset: 'stripes', from: 1, to: 4 });
    const all = await client.samples.page({ dataset: 'stripes' });
    expect(ids).toEqual(all.samples.slice(1, 4).map(({ id }) => id));
    const counts = await client.samples.counts({ dataset: 'stripes' });
    expect(counts.classes.map(({ name, samples }) => [name, samples])).toEqual([
      ['across', 3],
      ['down', 3],
    ]);
    expect(counts.splits.train + counts.splits.validation).toBe(6);
    expect(await client.samples.outcomes({ dataset: 'stripes' })).toMatchObject({
      evaluation: null,
      right: 0,
    });
    const detail = await client.samples.detail({ sample: ids[0]! });
    expect(detail).toMatchObject({ dataset: 'stripes', format: 'png', events: [], predictions: [] });
  });
});

describe('an import', () => {
  test('follows its inspection, without decoding again, and takes corrections', async () => {
    const small = openLab();
    const { client, folder, lab } = small;
    const file = path.join(folder, 'pets.zip');
    writeFileSync(
      file,
      zipOf([
        { name: 'cat/0.png', data: await stripes(0, 0) },
        { name: 'dgo/1.png', data: await stripes(1, 1) },
        { name: 'junk/2.png', data: await stripes(2, 2) },
        { name: 'junk/3.png', data: 'broken' },
      ]),
    );
    const events = await ended(client, await client.datasets.inspect({ path: file }));
    expect(events[0]).toMatchObject({ event: 'plan', plan: { format: 'image-folder', images: 4 } });
    expect(events.at(-1)).toMatchObject({
      event: 'done',
      result: { kind: 'inspect', images: 3, problems: [{ reason: 'it is no picture', files: 1 }] },
    });
    expect(lab.inspected.size).toBe(3);
    const corrections = { classes: ['cat', 'dgo'], rename: { dgo: 'dog' } };
    const changes = await changesDuring(small, () =>
      resultOf(small, client.datasets.import({ path: file, dataset: 'pets', ...corrections })),
    );
    expect(changes).toEqual([{ what: 'datasets' }, { what: 'samples', dataset: 'pets' }]);
    expect(await client.datasets.list()).toMatchObject([
      { name: 'pets', samples: 2, classes: ['cat', 'dog'] },
    ]);
    // The bytes are the lab's own now, although they were known before.
    const { samples } = await client.samples.page({ dataset: 'pets' });
    const { file: kept } = await client.samples.detail({ sample: samples[0]!.id });
    expect(kept.startsWith(path.join(lab.folder, 'contents'))).toBe(true);
    expect(await resultOf(small, client.datasets.checkFiles({ dataset: 'pets' }))).toMatchObject({
      ...{ checked: 2, gone: 0, changed: 0 },
    });
  });

  test('takes some entries of a folder alone, and divides the data set at the end', async () => {
    const small = openLab();
    const { client, folder } = small;
    const pictures = await drawFolder(path.join(folder, 'pictures'), ['a', 'b', 'c'], 10);
    const input = { path: pictures, only: ['a', 'c'] };
    expect(await resultOf(small, client.datasets.inspect(input))).toMatchObject({ images: 20 });
    const split = { validation: 0.2, test: 0.1 };
    await resultOf(small, client.datasets.import({ ...input, dataset: 'some', split }));
    expect(await client.samples.counts({ dataset: 'some' })).toMatchObject({
      classes: [{ name: 'a' }, { name: 'c' }],
      splits: { train: 14, validation: 4, test: 2, none: 0 },
    });
  });

  test('of too few images to divide leaves them together, and says so', async () => {
    const small = openLab();
    const { client, folder } = small;
    const pictures = await drawFolder(path.join(folder, 'pictures'), ['a', 'b'], 1);
    const input = { path: pictures, dataset: 'few', split: {} };
    const events = await ended(client, await client.datasets.import(input));
    expect(events.filter(({ event }) => event === 'note')).toEqual([
      { event: 'note', message: expect.stringContaining('gives no image. It is not divided yet.') as string },
    ]);
    expect(events.at(-1)).toMatchObject({ event: 'done', result: { added: 2 } });
    expect((await client.samples.counts({ dataset: 'few' })).splits.none).toBe(2);
  });

  test('of a folder after the inspection of an archive with the same images stays with the folder', async () => {
    const small = openLab();
    const { client, folder } = small;
    await importStripes(small, { count: 2 });
    const { samples } = await client.samples.page({ dataset: 'stripes' });
    const pictures = path.join(folder, 'pictures');
    await ended(client, await client.datasets.inspect({ path: pictures }));
    await client.datasets.remove({ dataset: 'stripes' });
    await ended(client, await client.datasets.import({ path: pictures, dataset: 'again' }));
    const again = await client.samples.page({ dataset: 'again' });
    expect(again.samples.map(({ path }) => path)).toEqual(samples.map(({ path }) => path));
    const { file } = await client.samples.detail({ sample: again.samples[0]!.id });
    expect(file).toBe(again.samples[0]!.path);
  });

  test('by a list takes no image from outside the folders that a server shows', async () => {
    const root = temporaryFolder();
    const lab = new Lab({ folder: path.join(root, 'lab'), processHost: nodeHost });
    onTestFinished(() => lab.close());
    const client = createRouterClient(router, { context: { lab, paths: pathsBelow([root]) } });
    const outside = writeFiles(temporaryFolder(), { 'secret.png': await stripes(0, 0) });
    const inside = writeFiles(path.join(root, 'elsewhere'), { 'open.png': await stripes(1, 1) });
    writeFiles(root, {
      'listed/here.png': await stripes(2, 2),
      'listed/images.csv': `path,label\nhere.png,a\n${inside}/open.png,b\n${outside}/secret.png,c\n`,
    });
    const input = { path: path.join(root, 'listed'), dataset: 'listed' };
    const result = await resultOf({ client, lab, folder: root }, client.datasets.import(input));
    expect(result).toMatchObject({
      ...{ added: 2, classes: ['a', 'b'] },
      skipped: [{ path: `${outside}/secret.png`, reason: 'it lies outside the folders that may be read' }],
    });
  });

  test('from outside the folders that a server shows is refused, and so is a search there', async () => {
    const root = temporaryFolder();
    const lab = new Lab({ folder: path.join(root, 'lab'), processHost: nodeHost });
    onTestFinished(() => lab.close());
    const client = createRouterClient(router, { context: { lab, paths: pathsBelow([root]) } });
    const outside = temporaryFolder();
    for (const work of [
      () => client.datasets.inspect({ path: outside }),
      () => client.datasets.import({ path: outside, dataset: 'x' }),
      () => client.datasets.relocate({ dataset: 'x', folder: outside }),
      () => client.datasets.drawDemoSet({ folder: path.join(outside, 'demo') }),
    ]) {
      expect((await errorOf(work())).code).toBe('PATH_FORBIDDEN');
    }
  });
});

describe('originals that moved', () => {
  test('are missed, and found again', async () => {
    const small = openLab();
    const { client, folder } = small;
    await importStripes(small, { count: 2 });
    const there = path.join(folder, 'there');
    renameSync(path.join(folder, 'pictures'), there);
    expect(await resultOf(small, client.datasets.checkFiles({ dataset: 'stripes' }))).toMatchObject({
      ...{ checked: 4, gone: 4, changed: 0 },
      files: [{ found: 'gone' }, {}, {}, {}],
    });
    const changes = await changesDuring(small, async () => {
      const result = await resultOf(small, client.datasets.relocate({ dataset: 'stripes', folder: there }));
      expect(result).toMatchObject({ found: 4, missing: 0, stillMissing: [] });
    });
    expect(changes).toEqual([{ what: 'samples', dataset: 'stripes' }]);
    const { samples } = await client.samples.page({ dataset: 'stripes' });
    expect(samples.every((sample) => sample.path.startsWith(there))).toBe(true);
  });
});

describe('a data set', () => {
  test('gets another name, which its changes, runs and labels follow', async () => {
    const small = openLab();
    const { client } = small;
    await importStripes(small, { count: 2 });
    await client.datasets.label({ dataset: 'stripes', paths: ['across/0.png'], change: { flagged: true } });
    const changes = await changesDuring(small, () =>
      client.datasets.rename({ dataset: 'stripes', name: 'lines' }),
    );
    expect(changes).toContainEqual({ what: 'datasets' });
    expect((await client.datasets.list()).map(({ name }) => name)).toEqual(['lines']);
    expect(await client.datasets.history({ dataset: 'lines' })).toHaveLength(1);
    expect((await errorOf(client.datasets.rename({ dataset: 'stripes', name: 'x' }))).code).toBe(
      'DATASET_NOT_FOUND',
    );
    expect((await errorOf(client.datasets.rename({ dataset: 'lines', name: ' x' }))).code).toBe(
      'INVALID_ARGUMENT',
    );
  });

  test('is called the same in its runs, unless one of them is being trained', async () => {
    const { client, lab } = openLab();
    lab.store.addSamples('pets', []);
    const rows = ['cat', 'dog'].map((label, at): RunRow => {
      return { path: `/${at}.png`, sha256: String(at).padStart(64, '0'), label, split: 'train' };
    });
    const run = await createRun({
      ...{ labFolder: lab.folder, rows, weights: null, settings: shortSettings() },
      dataset: { name: 'pets', classes: ['cat', 'dog'] },
    });
    const lock = lockRun(runPaths(run));
    expect(await errorOf(client.datasets.rename({ dataset: 'pets', name: 'friends' }))).toMatchObject({
      code: 'DATASET_BUSY',
      message: 'The data set "pets" is in use by the training of a run.',
    });
    lock.release();
    await client.datasets.rename({ dataset: 'pets', name: 'friends' });
    expect((await client.training.runs()).map(({ dataset }) => dataset.name)).toEqual(['friends']);
  });

  test('cannot take the name of another one', async () => {
    const small = openLab();
    await importStripes(small, { count: 2 });
    small.lab.store.addSamples('other', []);
    expect(await errorOf(small.client.datasets.rename({ dataset: 'stripes', name: 'other' }))).toEqual({
      code: 'DATASET_EXISTS',
      message: 'The lab has a data set "other" already.',
      hint: 'Choose another name.',
    });
  });

  test('is left alone while a job works with it', async () => {
    const small = openLab();
    const { client, lab } = small;
    await importStripes(small, { count: 2 });
    let finish = (): void => undefined;
    lab.jobs.start(
      'stats',
      'stripes',
      () => new Promise((_, reject) => (finish = () => reject(new Error('x')))),
    );
    const expected = {
      code: 'DATASET_BUSY',
      message: 'The data set "stripes" is in use by a job, stats.',
      hint: 'Wait until it has ended, or stop it.',
    };
    expect(await errorOf(client.datasets.rename({ dataset: 'stripes', name: 'x' }))).toEqual(expected);
    expect(await errorOf(client.datasets.remove({ dataset: 'stripes' }))).toEqual(expected);
    finish();
  });

  test('is forgotten with its history; images stay, and so does what other data sets have', async () => {
    const small = openLab();
    const { client, lab, folder } = small;
    const pictures = path.join(folder, 'pictures');
    await importStripes(small, { count: 2 });
    await ended(client, await client.datasets.import({ path: pictures, dataset: 'twin' }));
    await client.datasets.label({ dataset: 'stripes', paths: ['across/0.png'], change: { label: 'down' } });
    await client.labels.renameClass({ dataset: 'stripes', name: 'down', to: 'below' });
    await client.labels.undo({ dataset: 'stripes' });
    const changes = await changesDuring(small, () => client.datasets.remove({ dataset: 'stripes' }));
    expect(changes).toContainEqual({ what: 'datasets' });
    expect((await client.datasets.list()).map(({ name }) => name)).toEqual(['twin']);
    expect((await client.samples.page({ dataset: 'twin' })).total).toBe(4);
    expect(readdirSync(path.join(pictures, 'across'))).toEqual(['0.png', '1.png']);
    const { database } = lab.store;
    expect(database.all('PRAGMA foreign_key_check')).toEqual([]);
    // The log of what is left is as safe as before.
    await client.datasets.label({ dataset: 'twin', paths: ['across/0.png'], change: { label: 'down' } });
    expect(() => database.exec('DELETE FROM label_events')).toThrow('append-only');
    expect(() => database.exec('DELETE FROM samples')).toThrow('FOREIGN KEY');
  });
});
