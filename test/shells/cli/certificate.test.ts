/** Certificates as a table, and as JSON lines. */
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { createPipeline } from '../../../src-main/data/pipeline.ts';
import { THRESHOLDS } from '../../../src-main/runs/certificate/certificate.ts';
import { demonstrate } from '../../../src-main/runs/certificate/demonstrate.ts';
import { describeCertificates } from '../../../src-main/shells/cli/certificate-text.ts';
import { CLASSES, writePictures } from '../../runs/support.ts';
import { temporaryFolder } from './temporary.ts';
import { sharedLab, trainSmall } from '../../lab/small-run.ts';
import { jsonLines, vitrine } from './vitrine.ts';

vi.setConfig({ testTimeout: 240_000 });

const small = sharedLab();

test("a run's certificates are read beside an open lab", async () => {
  const run = await trainSmall(small, { shuffle: false });
  const lab = ['--lab', small.lab.folder];
  const json = jsonLines(await vitrine('certificate', 'last', '--json', ...lab));
  expect(json).toMatchObject([
    { run, epoch: 1, verdict: 'fail', fileOrder: { same: true }, labels: { attached: 12 } },
    { run, epoch: 2, verdict: 'fail', repeat: { epoch: 1 } },
  ]);
  const { stdout } = await vitrine('certificate', run, ...lab);
  expect(stdout).toContain(`${run}, told by the tensors that its steps were fed; it was not to be shuffled.`);
  expect(stdout).toContain('Epoch 2: the order is that of epoch 1.');
  expect(stdout).toContain('Epoch 1: the images came in the order of their files.');
});

test('in words', async () => {
  const rows = await writePictures(path.join(temporaryFolder(), 'pictures'), { train: 20 });
  const words = async (order: 'shuffled' | 'file-order' | 'shifted-labels'): Promise<string> => {
    const certificates = await demonstrate({
      ...{ rows, classes: CLASSES, pipeline: createPipeline({ imageSize: 16 }), seed: 3, batchSize: 8 },
      ...{ order, epochs: 1 },
    });
    return describeCertificates({
      ...{ run: 'R', classes: CLASSES, shuffle: true, thresholds: THRESHOLDS, certificates },
    });
  };
  expect(await words('shuffled')).toMatch(
    /\n +1 +images +60 +[0-9a-f]{8} .* 60 of 60 +pass\nBatches were shuffled, and every label belongs to its image\.\n/,
  );
  expect(await words('file-order')).toMatch(
    /Epoch 1: 20 images of "circle" came in a row; chance makes about \d\.\d \(\de-\d+\)\./,
  );
  expect(await words('shifted-labels')).toMatch(
    /Epoch 1: \d+ labels of 60 did not belong to the image, the first at step 1, image \d: "\w+" for "\w+"\./,
  );
  const none = { run: 'R', classes: CLASSES, shuffle: true, thresholds: THRESHOLDS, certificates: [] };
  expect(describeCertificates(none)).toBe(
    'R has no certificate yet: one is written at the end of each epoch.',
  );
});
