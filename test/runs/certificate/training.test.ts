/** The certificates that a training writes, left alone or interrupted. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { readCertificates } from '../../../src-main/runs/certificate/certificate-file.ts';
import type { RunRow } from '../../../src-main/runs/rows.ts';
import { runPaths } from '../../../src-main/runs/run-folder.ts';
import { makeFolder } from '../folder.ts';
import { newRun, train, writePictures } from '../support.ts';

// Real trainings, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const lab = makeFolder();
const SETTINGS = { epochs: 1, headEpochs: 2, batchSize: 4, draws: 2 };
let rows: readonly RunRow[];
let straight: string;

beforeAll(async () => {
  rows = await writePictures(path.join(lab, 'pictures'), { train: 5, validation: 1 });
  straight = await newRun(lab, rows, SETTINGS);
  await train(straight);
});

test('an epoch each, of features and then of images', async () => {
  const certificates = await readCertificates(runPaths(straight).certificates);
  expect(certificates.map(({ epoch, fed }) => [epoch, fed])).toEqual([
    ...([
      [1, 'features'],
      [2, 'features'],
      [3, 'images'],
    ] as const),
  ]);
  for (const certificate of certificates) {
    expect(certificate).toMatchObject({
      ...{ images: 15, steps: 4, witnessed: 4 },
      labels: { verdict: 'pass', attached: 15, wrong: 0, unknown: 0 },
      coverage: { verdict: 'pass', missing: 0, repeated: 0 },
      repeat: { epoch: null, compared: certificate.epoch - 1 },
    });
    expect(certificate.batches.map(({ mean }) => mean.length)).toEqual(
      new Array(4).fill(certificate.fed === 'images' ? 3 : 1),
    );
  }
  expect(new Set(certificates.map(({ order }) => order)).size).toBe(3);
});

test('without shuffling the certificate says so', async () => {
  const folder = await newRun(lab, rows, { ...SETTINGS, mode: 'head', epochs: 2, shuffle: false });
  await train(folder);
  const [first, second] = await readCertificates(runPaths(folder).certificates);
  expect(first).toMatchObject({ verdict: 'fail', fileOrder: { verdict: 'fail', same: true } });
  expect(second).toMatchObject({ repeat: { verdict: 'fail', epoch: 1 } });
});

/** Stops the run after some steps of this start. */
async function stopAfter(folder: string, steps: number): Promise<void> {
  const controller = new AbortController();
  let seen = 0;
  await train(folder, {
    signal: controller.signal,
    emit: ({ event }) => {
      if (event === 'step' && ++seen === steps) controller.abort();
    },
  });
}

test('an interrupted epoch is certified as if it had not been', async () => {
  const folder = await newRun(lab, rows, SETTINGS);
  // In the midst of the second epoch, then in that of the third.
  await stopAfter(folder, 6);
  expect(await readCertificates(runPaths(folder).certificates)).toHaveLength(1);
  await stopAfter(folder, 5);
  await train(folder);
  const certificates = await readCertificates(runPaths(folder).certificates);
  expect(certificates).toEqual(await readCertificates(runPaths(straight).certificates));
});

test('when the record of an interrupted epoch is lost, its certificate covers the rest', async () => {
  const folder = await newRun(lab, rows, { ...SETTINGS, mode: 'head', epochs: 1 });
  await stopAfter(folder, 3);
  rmSync(runPaths(folder).fed);
  await train(folder);
  expect(await readCertificates(runPaths(folder).certificates)).toMatchObject([
    { epoch: 1, images: 3, steps: 4, witnessed: 1, order: null, coverage: { verdict: 'unknown' } },
  ]);
});
