/** The procedures as a client calls them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { toLabError } from '../../src-shared/contract/errors.ts';
import type { LabClient } from '../../src-shared/contract/index.ts';
import type { LabErrorJson } from '../../src-shared/errors.ts';
import { createLabClient, Lab, nodeHost } from '../../src-main/lab/index.ts';
import { drawFolder } from '../shells/cli/pictures.ts';

function openLab(): { folder: string; client: LabClient } {
  const folder = mkdtempSync(path.join(tmpdir(), 'vitrine-lab-'));
  const lab = new Lab({ folder: path.join(folder, 'lab'), processHost: nodeHost });
  onTestFinished(async () => {
    await lab.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { folder, client: createLabClient(lab) };
}

async function errorOf(work: Promise<unknown>): Promise<LabErrorJson> {
  return work.then(
    () => Promise.reject(new Error('expected an error')),
    (error: unknown) => toLabError(error).toJSON(),
  );
}

async function importStripes(client: LabClient, folder: string): Promise<void> {
  const pictures = await drawFolder(path.join(folder, 'pictures'), ['a', 'b'], 3);
  const { job } = await client.datasets.import({ path: pictures, dataset: 'stripes' });
  const kinds: string[] = [];
  for await (const event of await client.jobs.watch({ id: job })) kinds.push(event.event);
  expect(kinds.at(-1)).toBe('done');
}

test('errors arrive with code, message and hint', async () => {
  const { client } = openLab();
  expect(await errorOf(client.datasets.split({ dataset: 'x' }))).toEqual({
    code: 'DATASET_NOT_FOUND',
    message: 'There is no data set "x": the lab has no data set yet.',
    hint: 'Import a folder of images with: vitrine import PATH --dataset NAME',
  });
});

test('input that does not fit names its field', async () => {
  const { client } = openLab();
  expect(await errorOf(client.training.start({ dataset: 'x', epochs: 0 }))).toEqual({
    code: 'INVALID_ARGUMENT',
    message: 'epochs: expected a whole number of at least 1, not 0.',
  });
  expect(
    await errorOf(
      client.jobs.watch({ id: 'none' }).then(async (events) => {
        for await (const _ of events);
      }),
    ),
  ).toEqual({ code: 'INVALID_ARGUMENT', message: 'There is no job "none".' });
});

test('samples can be filtered, paged, found by path and edited', async () => {
  const { client, folder } = openLab();
  await importStripes(client, folder);
  const page = await client.samples.page({ dataset: 'stripes', className: 'b', offset: 1, limit: 1 });
  expect(page.total).toBe(3);
  expect(page.samples.map((sample) => path.basename(sample.path))).toEqual(['1.png']);
  const change = { dataset: 'stripes', paths: ['b/1.png'], change: { excluded: true } };
  expect(await client.datasets.label(change)).toEqual({ changed: 1 });
  expect((await client.samples.page({ dataset: 'stripes', excluded: true })).total).toBe(1);
});

test('the store is locked only once it is needed, so runs can be looked at beside it', async () => {
  const { client, folder } = openLab();
  await client.datasets.list();
  const second = new Lab({ folder: path.join(folder, 'lab'), processHost: nodeHost });
  onTestFinished(() => second.close());
  const other = createLabClient(second);
  expect(await other.training.runs()).toEqual([]);
  const { weights } = await other.system.models();
  expect([...new Set(weights.map(({ name }) => name))]).toEqual(['bundled', 'imagenet']);
  expect(await errorOf(other.datasets.list())).toMatchObject({ code: 'LAB_LOCKED' });
});

test('a folder that cannot be a lab', () => {
  const folder = path.join(import.meta.filename, 'lab');
  expect(() => new Lab({ folder, processHost: nodeHost })).toThrow(
    `Cannot create the lab folder ${folder}: ENOTDIR: not a directory, mkdir '${folder}'.`,
  );
});
