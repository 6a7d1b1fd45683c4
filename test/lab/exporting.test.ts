/** Taking a run away: the model, its weights, its card, and the data set. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Change } from '../../src-shared/contract/changes.ts';
import type { JobKind, ResultOf } from '../../src-shared/contract/job.ts';
import { pathsBelow, router } from '../../src-main/lab/index.ts';
import { readSafetensors } from '../../src-main/models/weights/safetensors.ts';
import { ended, errorOf } from './small-lab.ts';
import { sharedLab, trainSmall } from './small-run.ts';

// A real training and real processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const small = sharedLab();
const { client, folder, lab } = small;
let run = '';

beforeAll(async () => {
  run = await trainSmall(small);
});

async function resultOf<Kind extends JobKind>(
  _: Kind,
  started: Promise<{ job: string }>,
): Promise<ResultOf<Kind>> {
  const last = (await ended(client, await started)).at(-1);
  expect(last).toMatchObject({ event: 'done' });
  return (last as unknown as { result: ResultOf<Kind> }).result;
}

describe('without a place', () => {
  test.each(['image', 'tensor'] as const)(
    'a model with the input %s goes into the exports',
    async (input) => {
      const before = await client.exporting.list();
      const result = await resultOf('export', client.exporting.onnx({ run, input }));
      expect(result.download).toMatch(/^stripes-birdplane-plain-\d{4}-\d\d-\d\d(-2)?\.onnx$/);
      expect(result).toMatchObject({
        file: path.join(lab.exportsFolder, result.download!),
        bytes: readFileSync(result.file).length,
        parity: { images: 6, argmaxAgreement: 1 },
      });
      const [newest, ...others] = await client.exporting.list();
      expect(newest).toMatchObject({
        name: result.download,
        path: result.file,
        kind: 'model',
        bytes: result.bytes,
      });
      expect(others).toEqual(before);
    },
  );

  test('weights alone', async () => {
    const result = await resultOf('export-weights', client.exporting.weights({ run, epoch: 1 }));
    expect(result).toMatchObject({ run, epoch: 1, bytes: readFileSync(result.file).length });
    expect(result.download).toMatch(/\.safetensors$/);
    expect((await readSafetensors(result.file)).metadata).toMatchObject({ run, epoch: '1' });
  });

  test.each(['image-folder', 'csv'] as const)(
    'a data set as %s, which can be imported again',
    async (format) => {
      const result = await resultOf('export-dataset', client.datasets.export({ dataset: 'stripes', format }));
      expect(result).toMatchObject({ folder: null, images: 24, leftOut: 0 });
      expect(path.extname(result.saved!.file)).toBe(format === 'csv' ? '.csv' : '.tar');
      const again = await resultOf(
        'import',
        client.datasets.import({ path: result.saved!.file, dataset: `again-${format}` }),
      );
      expect(again).toMatchObject({ samples: 24, classes: ['=across|', 'down <b>', '斜'] });
      // Nothing half-written is left.
      expect(readdirSync(lab.exportsFolder).filter((name) => name.startsWith('.'))).toEqual([]);
    },
  );

  test('names are safe and never taken twice', async () => {
    const place = (words: string[]): Promise<string> => lab.exports.place(null, words, '.md');
    const names = [
      await place(['../../a b', 'x/y']),
      await place(['../../A b', 'x/y']),
      await place(['', '..']),
    ];
    expect(names.map((name) => path.dirname(name))).toEqual(names.map(() => lab.exportsFolder));
    const [first, second, third] = names.map((name) => path.basename(name).replace(/\d{4}-\d\d-\d\d/, 'DAY'));
    expect([first, second, third]).toEqual(['a-b-x-y-DAY.md', 'A-b-x-y-DAY-2.md', 'export-DAY.md']);
    expect(path.basename(await place(['猫'.repeat(300)])).length).toBeLessThan(80);
  });
});

test('a place of their own', async () => {
  const out = path.join(folder, 'model.onnx');
  const result = await resultOf('export', client.exporting.onnx({ run, out }));
  expect(result).toMatchObject({ file: out, download: null });
  expect((await client.exporting.list()).some(({ path }) => path === out)).toBe(false);
});

test('exports can be removed, other files cannot', async () => {
  const { download } = await client.exporting.saveCard({ run });
  const changes: Change[] = [];
  const controller = new AbortController();
  const watching = (async () => {
    for await (const change of await client.changes.watch(undefined, { signal: controller.signal })) {
      changes.push(change);
      if (change.what === 'ready') await client.exporting.remove({ name: download! });
      if (change.what === 'exports') return;
    }
  })();
  await watching;
  controller.abort();
  expect(existsSync(path.join(lab.exportsFolder, download!))).toBe(false);
  writeFileSync(path.join(lab.folder, 'precious.txt'), '');
  for (const name of [download!, '../precious.txt', '.hidden', '..']) {
    expect(await errorOf(client.exporting.remove({ name }))).toEqual({
      code: 'INVALID_ARGUMENT',
      message: `There is no export "${name}".`,
    });
  }
  expect(existsSync(path.join(lab.folder, 'precious.txt'))).toBe(true);
});

describe('the model card', () => {
  test('says what is recorded, and what is not', async () => {
    const exported = await resultOf('export', client.exporting.onnx({ run }));
    const { markdown, epoch } = await client.exporting.card({ run });
    const { dataset, history } = await client.training.run({ run });
    const { validation } = history.find((record) => record.epoch === epoch)!;
    expect(markdown).toContain('# stripes, birdplane-plain\n');
    expect(markdown).toContain(`\`${dataset.sha256}\``);
    expect(markdown).toContain('| all | 12 | 6 | 6 |');
    const { low, high } = validation!.accuracyInterval;
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    expect(markdown).toContain(
      `| validation | 6 | ${percent(validation!.accuracy)} | ${percent(low)} to ${percent(high)} | ${validation!.loss.toFixed(4)} |`,
    );
    const sha256 = createHash('sha256').update(readFileSync(exported.file)).digest('hex');
    expect(markdown).toContain(`\`${sha256}\``);
    expect(markdown).toContain('6 images: logits differ by at most');
    expect(markdown).toContain('Software: onnxruntime');
    expect(markdown).toContain('First weights: drawn at random');
    expect(markdown).toContain('Figures on the 6 test images: no evaluation of this epoch is kept.');
    // Nothing is said of a licence that nobody knows.
    expect(markdown).not.toContain('Licence:');
  });

  test('is no markup where classes are named like it', async () => {
    const { markdown } = await client.exporting.card({ run });
    expect(markdown).toContain('=across\\|');
    expect(markdown).toContain('down \\<b\\>');
    expect(markdown).not.toMatch(/<b>/);
    for (const line of markdown.split('\n').filter((line) => line.startsWith('| '))) {
      expect(line.endsWith(' |')).toBe(true);
    }
  });

  test('has the test figures once they are kept', async () => {
    const { epoch } = await client.exporting.card({ run });
    await ended(client, await client.evaluation.keep({ run, epoch }));
    const { markdown } = await client.exporting.card({ run });
    const figures = await client.evaluation.figures({ dataset: 'stripes', run, epoch, split: 'test' });
    expect(markdown).toMatch(/\| test \| 6 \|/);
    expect(markdown).toContain(`${(100 * figures.accuracy).toFixed(1)} %`);
    expect(markdown).toContain('By class, on the test images:');
    expect(markdown).not.toContain('no evaluation');
  });

  test('of an epoch that is not there', async () => {
    expect(await errorOf(client.exporting.card({ run, epoch: 9 }))).toEqual({
      code: 'RUN_STATE',
      message: `The run ${run} has no figures of epoch 9; the epochs it has: 1, 2.`,
      hint: 'Choose one with --epoch.',
    });
  });
});

test('a server writes only where it shows', async () => {
  const server = createRouterClient(router, { context: { lab, paths: pathsBelow([lab.folder]) } });
  const out = path.join(folder, 'x.onnx');
  for (const call of [
    () => server.exporting.onnx({ run, out }),
    () => server.exporting.onnx({ run, weightsOut: out }),
    () => server.exporting.weights({ run, out }),
    () => server.exporting.saveCard({ run, out }),
    () => server.exporting.log({ run, tensorboard: folder }),
    () => server.datasets.export({ dataset: 'stripes', out: folder }),
  ]) {
    expect(await errorOf(call())).toMatchObject({ code: 'PATH_FORBIDDEN' });
  }
});
