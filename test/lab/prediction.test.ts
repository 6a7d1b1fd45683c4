/** Asking a run and files about pictures. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Papa from 'papaparse';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { ResultOf } from '../../src-shared/contract/job.ts';
import { decodeImage } from '../../src-main/data/image.ts';
import { createRouterClient } from '@orpc/server';
import { pathsBelow, router, servePicture } from '../../src-main/lab/index.ts';
import { stripes } from '../shells/cli/pictures.ts';
import { ended, errorOf } from './small-lab.ts';
import { sharedLab, trainSmall } from './small-run.ts';

// A real training and real processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const small = sharedLab();
const { client, folder, lab } = small;
const unseen = path.join(folder, 'unseen');
let run = '';

beforeAll(async () => {
  run = await trainSmall(small);
  mkdirSync(path.join(unseen, '=sub'), { recursive: true });
  for (const number of [20, 21, 22]) {
    writeFileSync(path.join(unseen, `${number}.png`), await stripes(number % 3, number));
  }
  writeFileSync(path.join(unseen, '=sub', '-1.png'), await stripes(1, 40));
  writeFileSync(path.join(unseen, 'text.jpg'), 'no picture');
  writeFileSync(path.join(unseen, 'notes.txt'), 'not asked about');
});

async function predicted(input: Parameters<typeof client.prediction.predict>[0]) {
  const started = await client.prediction.predict(input);
  const events = await ended(client, started);
  expect(events.at(-1)).toMatchObject({ event: 'done' });
  return { ...started, events };
}

describe('a folder', () => {
  test('becomes a table: pictures of all its folders, and what could not be read', async () => {
    const { job, events } = await predicted({ model: run, files: [unseen] });
    expect(events.some(({ event }) => event === 'prediction')).toBe(false);
    expect((await client.jobs.get({ id: job })).result).toEqual({ kind: 'predict', files: 5, failed: 1 });
    const table = await client.prediction.rows({ job });
    expect(table).toMatchObject({ total: 5, files: 5, failed: 1 });
    expect(table.rows.map(({ name }) => name).toSorted()).toEqual(
      ['20.png', '21.png', '22.png', '=sub/-1.png', 'text.jpg'].map((name) => `unseen/${name}`),
    );
    const read = table.rows.filter(({ error }) => error === null);
    for (const { top, times } of read) {
      expect(top.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
      expect(times!.decode).toBeGreaterThan(0);
    }
    expect(table.rows.find(({ error }) => error !== null)).toMatchObject({
      name: 'unseen/text.jpg',
      ...{ top: [], times: null, error: { code: 'IMAGE_UNREADABLE' } },
    });
    expect(table.counts.reduce((sum, { count }) => sum + count, 0)).toBe(4);
  });

  test('can be looked through: pages, least sure first, one class, failures', async () => {
    const { job } = await predicted({ model: run, files: [unseen] });
    const sure = (await client.prediction.rows({ job, order: 'surest' })).rows;
    const unsure = (await client.prediction.rows({ job, order: 'least-sure' })).rows;
    const best = sure.slice(0, 4).map(({ top }) => top[0]!.probability);
    expect(best).toEqual(best.toSorted((a, b) => b - a));
    expect(unsure[0]!.index).toBe(sure[3]!.index);
    // What could not be read comes last in both.
    expect([sure.at(-1)!.name, unsure.at(-1)!.name]).toEqual(['unseen/text.jpg', 'unseen/text.jpg']);
    const page = await client.prediction.rows({ job, order: 'surest', offset: 1, limit: 2 });
    expect(page.rows).toEqual(sure.slice(1, 3));
    expect((await client.prediction.rows({ job, failed: true })).rows).toHaveLength(1);
    const [first] = (await client.prediction.rows({ job })).counts;
    const ofClass = await client.prediction.rows({ job, className: first!.class });
    expect(ofClass.total).toBe(first!.count);
  });

  test('is written as CSV that holds no formula', async () => {
    const { job } = await predicted({
      model: run,
      files: [unseen, path.join(unseen, '=sub/-1.png')],
      top: 2,
    });
    const out = path.join(folder, 'table.csv');
    expect(await client.prediction.saveTable({ job, out })).toMatchObject({ file: out, download: null });
    const bytes = readFileSync(out);
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const { data } = Papa.parse<Record<string, string>>(bytes.toString('utf8').slice(1), {
      ...{ header: true, skipEmptyLines: true },
    });
    expect(Object.keys(data[0]!)).toEqual([
      ...['file', 'class', 'probability', 'class_2', 'probability_2', 'error', 'path', 'decode_ms'],
      'inference_ms',
    ]);
    expect(data).toHaveLength(6);
    // The picture's own name and its class begin like formulas.
    expect(data[5]!['file']).toBe("'-1.png");
    for (const row of data) {
      for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
      expect(["'=across|", 'down <b>', '斜', '']).toContain(row['class']);
    }
    const saved = await client.prediction.saveTable({ job });
    expect(saved.download).toMatch(/^predictions-.+\.csv$/);
    expect(readFileSync(saved.file)).toEqual(bytes);
  });

  test('without pictures is an error, and so is a table that is gone', async () => {
    const empty = path.join(folder, 'empty');
    mkdirSync(empty);
    const events = await ended(client, await client.prediction.predict({ model: run, files: [empty] }));
    expect(events.at(-1)).toMatchObject({ event: 'failed', error: { code: 'DATASET_EMPTY' } });
    expect(await errorOf(client.prediction.rows({ job: 'gone' }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      hint: 'Predict the files again.',
    });
  });
});

describe('pictures of what was asked about', () => {
  test('are shown by job and number, and nothing else is', async () => {
    const { job } = await predicted({
      model: run,
      files: [path.join(unseen, '20.png'), path.join(unseen, 'text.jpg')],
    });
    const reply = await servePicture(lab, `files/${job}/0?size=96`);
    expect(reply).toMatchObject({ type: 'image/webp' });
    expect(await decodeImage(reply!.body)).toMatchObject({ width: 32, height: 32 });
    for (const address of [
      ...[`files/${job}/2?size=96`, `files/${job}/0?size=5000`, `files/${job}/0`, `files/${job}/0/1?size=96`],
      ...['files/other/0?size=96', `files/${encodeURIComponent('../../lab.db')}/0?size=96`],
      `files/${job}/constructor?size=96`,
    ]) {
      expect(await servePicture(lab, address)).toBeUndefined();
    }
    await expect(servePicture(lab, `files/${job}/1?size=96`)).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
    });
  });
});

describe('the network', () => {
  test('is told beforehand: a run, a file of the lab, a file of another tool', async () => {
    expect(await client.prediction.prepare({ model: run })).toEqual({
      origin: { kind: 'run', run, epoch: expect.any(Number) as number, dataset: 'stripes' },
      ...{ classes: ['=across|', 'down <b>', '斜'], imageSize: 32, assumed: [] },
    });
    const model = path.join(import.meta.dirname, '../fixtures/onnx/classifiers/resnet-opset11.onnx');
    const info = await client.prediction.prepare({ model });
    expect(info.origin).toEqual({ kind: 'foreign' });
    expect(info.assumed).toEqual(['class-names', 'normalization', 'resize']);
  });

  test('of a file gives what the run gives', async () => {
    const events = await ended(client, await client.exporting.onnx({ run }));
    const { result } = events.at(-1) as { result: ResultOf<'export'> };
    const files = [path.join(unseen, '20.png'), path.join(unseen, '21.png')];
    const [{ job }, asked] = [
      await predicted({ model: run, files }),
      await predicted({ model: result.file, files }),
    ];
    const byRun = await client.prediction.rows({ job });
    const byFile = await client.prediction.rows({ job: asked.job });
    for (const [at, row] of byFile.rows.entries()) {
      expect(row.top.map((top) => top.class)).toEqual(byRun.rows[at]!.top.map((top) => top.class));
      for (const [rank, { probability }] of row.top.entries()) {
        expect(probability).toBeCloseTo(byRun.rows[at]!.top[rank]!.probability, 4);
      }
    }
  });

  test('that is not there, by its kind', async () => {
    const files = [path.join(unseen, '20.png')];
    expect(await errorOf(client.prediction.predict({ model: 'gone', files }))).toMatchObject({
      code: 'RUN_NOT_FOUND',
    });
    expect(await errorOf(client.prediction.predict({ model: 'gone.onnx', files }))).toMatchObject({
      code: 'SOURCE_NOT_FOUND',
    });
  });
});

test('a server predicts only what it shows', async () => {
  const server = createRouterClient(router, { context: { lab, paths: pathsBelow([lab.folder]) } });
  const files = [path.join(unseen, '20.png')];
  expect(await errorOf(server.prediction.predict({ model: run, files }))).toMatchObject({
    code: 'PATH_FORBIDDEN',
  });
  expect(await errorOf(server.prediction.prepare({ model: path.join(folder, 'x.onnx') }))).toMatchObject({
    code: 'PATH_FORBIDDEN',
  });
  const { job } = await predicted({ model: run, files });
  expect(await errorOf(server.prediction.saveTable({ job, out: path.join(folder, 'x.csv') }))).toMatchObject({
    code: 'PATH_FORBIDDEN',
  });
});

test('cancelling ends the job and keeps the process', async () => {
  const files = Array.from({ length: 3000 }, () => path.join(unseen, '20.png'));
  const started = await client.prediction.predict({ model: run, files });
  await client.jobs.cancel({ id: started.job });
  expect((await ended(client, started)).at(-1)).toEqual({ event: 'cancelled' });
  await predicted({ model: run, files: files.slice(0, 1) });
});
