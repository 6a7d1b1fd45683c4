/** What a run says about every sample, kept and looked into through the procedures. */
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Change } from '../../src-shared/contract/changes.ts';
import type { ResultOf } from '../../src-shared/contract/job.ts';
import { followTrainings } from '../../src-main/lab/index.ts';
import { stripes } from '../shells/cli/pictures.ts';
import { ended, errorOf, importStripes, openLab, SHORT, type SmallLab } from './small-lab.ts';

async function train({ client }: SmallLab, settings: object = {}): Promise<string> {
  const last = (await ended(client, await client.training.start({ ...SHORT, ...settings }))).at(-1);
  if (last?.event !== 'done' || last.result.kind !== 'train') throw new Error(JSON.stringify(last));
  return last.result.run;
}

async function keep({ client }: SmallLab, input: { run: string; epoch?: number; unseen?: boolean }) {
  const last = (await ended(client, await client.evaluation.keep(input))).at(-1);
  if (last?.event !== 'done') throw new Error(JSON.stringify(last));
  return last.result as ResultOf<'keep-evaluation'>;
}

test('keeps what a run says of its images and of new ones, as the training itself measured it', async () => {
  const small = openLab();
  const { client, folder, lab } = small;
  await importStripes(small);
  const run = await train(small);
  const changes: Change[] = [];
  lab.changes.listen((change) => changes.push(change));
  expect(await client.evaluation.epochs({ run: 'last' })).toMatchObject({ run, epochs: [1, 2] });
  const kept = await keep(small, { run, epoch: 2 });
  expect(kept).toMatchObject({
    ...{ run, dataset: 'stripes', epoch: 2, skipped: 0, reasons: [] },
    images: { train: 18, validation: 6, test: 0, none: 0 },
  });
  expect(changes).toContainEqual({ what: 'predictions', dataset: 'stripes' });
  const key = { dataset: 'stripes', run, epoch: 2 };
  const { history } = await client.training.run({ run });
  const { validation } = history[1]!;
  const figures = await client.evaluation.figures({ ...key, split: 'validation' });
  expect(figures).toMatchObject({
    ...{ classes: ['across', 'down'], known: 2, count: 6, topFive: null },
    ...{ confusion: validation!.confusion, accuracy: validation!.accuracy },
    accuracyInterval: validation!.accuracyInterval,
  });
  // Probabilities are kept as float32.
  expect(figures.loss).toBeCloseTo(validation!.loss, 5);

  // A new image without a label, one that is gone, and one that somebody changed.
  const unlabelled = path.join(folder, 'unlabelled');
  writeFileSync(path.join(folder, 'pictures/across/0.png'), await stripes(2, 99));
  rmSync(path.join(folder, 'pictures/down/3.png'));
  lab.store.addSamples('stripes', [
    {
      ...{ path: path.join(unlabelled, 'new.png'), className: null, split: null },
      content: { sha256: 'f'.repeat(64), size: 1, width: 32, height: 32, format: 'png' },
    },
  ]);
  const again = await keep(small, { run, epoch: 2 });
  expect(again.images).toMatchObject({ none: 0 });
  expect(again.images.train + again.images.validation).toBe(22);
  expect(again.skipped).toBe(3);
  expect(again.reasons.map(({ reason }) => reason.replace(folder, '…')).sort()).toEqual([
    expect.stringMatching(/^Cannot read .*pictures\/down\/3.png: there is no such file\.$/),
    expect.stringMatching(/^Cannot read .*unlabelled\/new.png: there is no such file\.$/),
    expect.stringMatching(/^The image …\/pictures\/across\/0.png has changed since its import/),
  ]);
  expect(await client.evaluation.list({ dataset: 'stripes' })).toMatchObject([
    { run, epoch: 2, classes: ['across', 'down'], images: again.images },
  ]);
});

test('unlabelled images are judged unless they are not wanted', async () => {
  const small = openLab();
  const { client, folder } = small;
  await importStripes(small);
  const run = await train(small);
  const [first] = (await client.samples.page({ dataset: 'stripes', className: 'down' })).samples;
  writeFileSync(path.join(folder, 'pictures/down/99.png'), await stripes(1, 99));
  const again = { path: path.join(folder, 'pictures'), dataset: 'stripes' };
  await ended(client, await client.datasets.import(again));
  await client.datasets.label({ dataset: 'stripes', paths: ['99.png'], change: { label: null } });
  expect((await keep(small, { run, unseen: false })).images.none).toBe(0);
  expect((await keep(small, { run })).images.none).toBe(1);
  const { epoch } = (await client.evaluation.list({ dataset: 'stripes' }))[0]!;
  const key = { dataset: 'stripes', run, epoch };
  const queue = await client.evaluation.samples({ ...key, label: null, order: 'doubt', top: 1 });
  expect(queue).toMatchObject({
    total: 1,
    samples: [{ label: null, seenIn: 'none', loss: null, probability: null, top: [{}] }],
  });

  // Scores follow what is done to the images of a cell.
  const before = await client.evaluation.figures(key);
  await client.datasets.label({ dataset: 'stripes', samples: [first!.id], change: { label: 'across' } });
  const after = await client.evaluation.figures(key);
  const [, down] = before.perClass;
  expect(after.perClass[1]!.support).toBe(down!.support - 1);
  await client.datasets.label({ dataset: 'stripes', samples: [first!.id], change: { excluded: true } });
  expect(await client.evaluation.figures(key)).toMatchObject({
    count: before.count - 1,
    leftOut: { excluded: 1, unlabelled: 1 },
  });
});

test('a cancelled evaluation leaves the one before it', async () => {
  const small = openLab();
  const { client, lab } = small;
  await importStripes(small);
  const run = await train(small);
  await keep(small, { run, epoch: 1 });
  const [before] = await client.evaluation.list({ dataset: 'stripes' });
  const { job } = await client.evaluation.keep({ run, epoch: 1 });
  await client.jobs.cancel({ id: job });
  expect((await ended(client, { job })).at(-1)).toEqual({ event: 'cancelled' });
  expect(await client.evaluation.list({ dataset: 'stripes' })).toEqual([before]);
  expect(lab.store.database.count('SELECT count(*) FROM evaluations')).toBe(1);
  expect(lab.store.database.count('SELECT count(*) FROM predictions')).toBe(24);
  await client.evaluation.forget({ dataset: 'stripes', run, epoch: 1 });
  expect(await client.evaluation.list({ dataset: 'stripes' })).toEqual([]);
  expect(lab.store.database.count('SELECT count(*) FROM predictions')).toBe(0);
});

test('two runs are compared image by image', async () => {
  const small = openLab();
  const { client } = small;
  await importStripes(small);
  const run = await train(small);
  await keep(small, { run, epoch: 1 });
  await keep(small, { run, epoch: 2 });
  const comparison = { dataset: 'stripes', first: { run, epoch: 1 }, second: { run, epoch: 2 } };
  const compared = await client.evaluation.compare(comparison);
  const { fixed, broken, 'both-right': right, 'both-wrong': wrong } = compared.outcomes;
  expect([compared.count, fixed + broken + right + wrong]).toEqual([24, 24]);
  for (const [which, epoch] of [['first', 1] as const, ['second', 2] as const]) {
    const { accuracy } = await client.evaluation.figures({ dataset: 'stripes', run, epoch });
    expect(compared[which].accuracy).toBeCloseTo(accuracy, 12);
  }
  for (const outcome of ['fixed', 'broken', 'both-right', 'both-wrong'] as const) {
    const samples = await client.evaluation.compared({ ...comparison, outcome });
    expect(samples).toHaveLength(compared.outcomes[outcome]);
    for (const { label, first, second } of samples) {
      expect([first.predicted === label, second.predicted === label]).toEqual([
        outcome === 'broken' || outcome === 'both-right',
        outcome === 'fixed' || outcome === 'both-right',
      ]);
    }
  }
});

test('a training is followed by the evaluation of its best epoch, where that is wanted', async () => {
  const small = openLab();
  const { client, lab } = small;
  await importStripes(small);
  const kept = new Promise<void>((resolve) => {
    lab.changes.listen(({ what }) => what === 'predictions' && resolve());
  });
  const stop = followTrainings(lab);
  const run = await train(small);
  await kept;
  const { best } = await client.evaluation.epochs({ run });
  expect(await client.evaluation.list({ dataset: 'stripes' })).toMatchObject([{ run, epoch: best }]);
  stop();
  await train(small);
  expect((await client.jobs.list()).filter(({ kind }) => kind === 'keep-evaluation')).toHaveLength(1);
});

test('nothing follows a training that the closing lab has stopped', async () => {
  const small = openLab();
  const { client, lab } = small;
  await importStripes(small);
  followTrainings(lab);
  const { job } = await client.training.start({ ...SHORT, epochs: 5000 });
  for await (const event of await client.jobs.watch({ id: job })) {
    if (event.event === 'epoch') break;
  }
  await lab.close();
  expect(lab.jobs.list().map(({ kind }) => kind)).toEqual(['import', 'train']);
});

test('an epoch without weights, and a data set that the lab does not have', async () => {
  const small = openLab();
  const { client } = small;
  await importStripes(small);
  const run = await train(small, { epochs: 1 });
  expect((await ended(client, await client.evaluation.keep({ run, epoch: 7 }))).at(-1)).toMatchObject({
    event: 'failed',
    error: {
      code: 'RUN_STATE',
      message: `The run ${run} has no weights of epoch 7; the epochs it keeps: 1.`,
    },
  });
  expect(await errorOf(client.evaluation.list({ dataset: 'moon' }))).toMatchObject({
    code: 'DATASET_NOT_FOUND',
  });
});
