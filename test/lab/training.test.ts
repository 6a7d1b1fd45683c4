/** Runs as a page handles them: found again, paused, gone on with, named, compared, removed. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Change } from '../../src-shared/contract/changes.ts';
import type { LabClient } from '../../src-shared/contract/index.ts';
import { pathsBelow, router } from '../../src-main/lab/index.ts';
import { createRouterClient } from '@orpc/server';
import { ended, errorOf, importStripes, openLab, SHORT } from './small-lab.ts';

/** Starts a training and waits for its first step. */
async function startLong(client: LabClient): Promise<{ job: string; run: string }> {
  const { job } = await client.training.start({ ...SHORT, epochs: 5000 });
  for await (const event of await client.jobs.watch({ id: job })) {
    if (event.event === 'step') break;
  }
  const [info] = await client.training.runs();
  return { job, run: info!.id };
}

async function train(client: LabClient, settings: object = {}): Promise<string> {
  const events = await ended(client, await client.training.start({ ...SHORT, ...settings }));
  const last = events.at(-1);
  if (last?.event !== 'done' || last.result.kind !== 'train') throw new Error(JSON.stringify(last));
  return last.result.run;
}

test('a run tells its job while it is trained, is paused, and goes on', async () => {
  const small = openLab();
  const { client, lab } = small;
  await importStripes(small);
  const changes: Change['what'][] = [];
  lab.changes.listen(({ what }) => changes.push(what));
  const { job, run } = await startLong(client);
  expect((await client.training.runs())[0]).toMatchObject({ id: run, status: 'running', job });
  expect(await errorOf(client.training.remove({ run }))).toMatchObject({ code: 'RUN_BUSY' });
  expect(await errorOf(client.training.calibrate(SHORT))).toMatchObject({ code: 'RUN_BUSY' });
  const second = await client.training.resume({ run });
  expect((await ended(client, second)).at(-1)).toMatchObject({
    event: 'failed',
    error: { code: 'RUN_BUSY', message: `The run ${run} is being trained already.` },
  });
  await client.training.pause({ run });
  expect((await ended(client, { job })).at(-1)).toMatchObject({
    event: 'done',
    result: { kind: 'train', run, status: 'stopped' },
  });
  expect((await client.training.runs())[0]).toMatchObject({ status: 'paused', job: null });
  expect(changes).toContain('runs');

  const resumed = await client.training.resume({ run });
  for await (const event of await client.jobs.watch({ id: resumed.job })) {
    if (event.event === 'start') expect(event.resumedFrom).not.toBeNull();
    if (event.event === 'step') break;
  }
  expect((await client.training.runs())[0]).toMatchObject({ status: 'running', job: resumed.job });
  await client.training.stop({ run });
  await ended(client, resumed);
  expect((await client.training.runs())[0]).toMatchObject({ status: 'stopped', job: null });
});

test('a lab that died shows its run as interrupted, and goes on with it', async () => {
  const first = openLab();
  await importStripes(first);
  const { run } = await startLong(first.client);
  first.lab.kill();
  await first.lab.close();
  const second = openLab(first.folder);
  expect((await second.client.training.runs())[0]).toMatchObject({
    id: run,
    status: 'interrupted',
    job: null,
  });
  const { job } = await second.client.training.resume({ run });
  for await (const event of await second.client.jobs.watch({ id: job })) if (event.event === 'step') break;
  expect((await second.client.training.runs())[0]).toMatchObject({ status: 'running', job });
  // A third lab on the same folder stands for another process that looks on.
  const onlooker = openLab(first.folder);
  expect((await onlooker.client.training.runs())[0]).toMatchObject({ status: 'running', job: null });
  await onlooker.client.training.pause({ run });
  await ended(second.client, { job });
  expect((await onlooker.client.training.runs())[0]).toMatchObject({ status: 'paused', job: null });
});

test('progress is that of the whole training', async () => {
  const small = openLab();
  await importStripes(small);
  const events = await ended(small.client, await small.client.training.start(SHORT));
  const { job } = (await small.client.jobs.list())
    .filter(({ kind }) => kind === 'train')
    .map(({ id }) => ({ job: id }))[0]!;
  const { progress } = await small.client.jobs.get({ id: job });
  // 18 images to train with in batches of 4, twice; the last two make a batch of their own.
  expect(progress).toMatchObject({ done: 10, total: 10, message: 'Epoch 2 of 2' });
  expect(events.filter(({ event }) => event === 'epoch')).toHaveLength(2);
});

test('the curve is there from the beginning, whoever asks when', async () => {
  const small = openLab();
  const { client } = small;
  await importStripes(small);
  const run = await train(client);
  const series = await client.training.series({ run });
  expect([series.stride, series.stepsPerEpoch]).toEqual([1, 5]);
  expect(series.steps.map(({ step, epoch }) => [step, epoch])).toEqual(
    Array.from({ length: 10 }, (_, at) => [at + 1, at < 5 ? 1 : 2]),
  );
  expect(series.epochs.map(({ epoch, step }) => [epoch, step])).toEqual([
    [1, 5],
    [2, 10],
  ]);
  const { history } = await client.training.run({ run });
  expect(series.epochs[1]?.validation?.loss).toBe(history[1]?.validation?.loss);
  expect(await client.training.series({ run })).toEqual(series);
});

test('names and notes are kept with the run', async () => {
  const small = openLab();
  const { client } = small;
  await importStripes(small);
  const run = await train(client, { epochs: 1 });
  expect((await client.training.runs())[0]).toMatchObject({ name: null, note: '' });
  await client.training.annotate({ run, name: '  first try ' });
  expect(await client.training.annotate({ run, note: 'without colour' })).toMatchObject({
    ...{ name: 'first try', note: 'without colour' },
  });
  const other = openLab(small.folder);
  expect((await other.client.training.runs())[0]).toMatchObject({
    name: 'first try',
    note: 'without colour',
  });
  expect(await client.training.annotate({ run, name: null })).toMatchObject({ name: null });
  expect(await errorOf(client.training.annotate({ run, name: ' ' }))).toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
});

test('a removed run lies in the trash and can be taken back', async () => {
  const small = openLab();
  const { client, lab } = small;
  await importStripes(small);
  const run = await train(client, { epochs: 1 });
  const before = readdirSync(path.join(lab.folder, 'runs', run)).sort();
  expect(await client.training.remove({ run })).toEqual({ run });
  expect(await client.training.runs()).toEqual([]);
  expect(await errorOf(client.training.restore({ run: '../../lab.db' }))).toEqual({
    code: 'RUN_NOT_FOUND',
    message: `Looking for the run "../../lab.db" in the trash: it has ${run}.`,
  });
  expect(await client.training.restore({ run })).toMatchObject({ id: run, status: 'finished' });
  expect(readdirSync(path.join(lab.folder, 'runs', run)).sort()).toEqual(before);
  expect(await errorOf(client.training.restore({ run }))).toEqual({
    code: 'RUN_NOT_FOUND',
    message: `Looking for the run "${run}" in the trash: it is empty.`,
  });
});

test('a duplicate has the settings of its run, and only what was changed differs', async () => {
  const small = openLab();
  const { client } = small;
  await importStripes(small);
  const first = await train(client, { epochs: 1, schedule: 'step', stepSize: 2, labelSmoothing: 0.1 });
  const { dataset, settings } = await client.training.settingsOf({ run: first });
  const [second, third] = [
    await train(client, { ...settings, dataset }),
    await train(client, { ...settings, dataset, lr: 0.002, seed: 7 }),
  ];
  const same = await client.training.compare({ runs: [first, second] });
  expect(same.different).toEqual([]);
  const { different } = await client.training.compare({ runs: [first, second, third] });
  expect(different).toEqual([
    { setting: 'lr', values: [0.01, 0.01, 0.002] },
    { setting: 'seed', values: [0, 0, 7] },
  ]);
  const runs = await Promise.all([first, second].map((run) => client.training.run({ run })));
  expect(runs[1]?.settings).toEqual(runs[0]?.settings);
  expect(runs[1]?.history[0]?.train).toEqual(runs[0]?.history[0]?.train);
});

test('settings cannot name files outside the folders that a server shows', async () => {
  const small = openLab();
  await importStripes(small);
  const context = { lab: small.lab, paths: pathsBelow([path.join(small.folder, 'pictures')]) };
  const guarded = createRouterClient(router, { context });
  for (const settings of [
    { model: '/etc/network.onnx' },
    { weights: '/etc/passwd' },
    { weights: '../secret.pth' },
    { augment: '/etc/passwd' },
    { tensorboard: '/tmp' },
  ]) {
    expect(await errorOf(guarded.training.start({ ...SHORT, ...settings }))).toMatchObject({
      code: 'PATH_FORBIDDEN',
    });
  }
  expect(await errorOf(guarded.training.estimate({ ...SHORT, model: '/etc/x.json' }))).toMatchObject({
    code: 'PATH_FORBIDDEN',
  });
});
