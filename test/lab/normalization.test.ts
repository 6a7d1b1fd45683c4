import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src-main/base/hash.ts';
import { encodeImage, filledPixels } from '../../src-main/data/image.ts';
import { createPipeline } from '../../src-main/data/pipeline.ts';
import { checkNormalization, chooseNormalization } from '../../src-main/lab/normalization.ts';
import type { RunRow } from '../../src-main/runs/rows.ts';
import { trainSettingsSchema } from '../../src-shared/contract/train-settings.ts';
import { labErrorOf } from '../helpers/lab-errors.ts';
import { temporaryFolder } from '../data/temporary.ts';

const WEIGHTS: { mean: [number, number, number]; std: [number, number, number] } = {
  mean: [0.4, 0.5, 0.6],
  std: [0.1, 0.2, 0.3],
};

const ENGINE = { pipeline: createPipeline({ imageSize: 4 }), normalization: WEIGHTS };

const JOB = { signal: new AbortController().signal, progress: () => undefined };

async function row(gray: number, split: RunRow['split']): Promise<RunRow> {
  const bytes = await encodeImage(filledPixels(4, 4, [gray, gray, 0]), 'png');
  const path = join(temporaryFolder(), 'x.png');
  writeFileSync(path, bytes);
  return { path, sha256: sha256(bytes), label: 'cat', split };
}

describe('the normalization of a training', () => {
  test("is the weights' unless asked otherwise", async () => {
    expect(await chooseNormalization(trainSettingsSchema.parse({}), ENGINE, [], JOB)).toEqual(WEIGHTS);
  });

  test("can be that of the data set's training images; a constant channel is only shifted", async () => {
    const rows = [await row(0, 'train'), await row(51, 'train'), await row(255, 'validation')];
    const given = trainSettingsSchema.parse({ normalization: 'dataset' });
    const { mean, std } = await chooseNormalization(given, ENGINE, rows, JOB);
    expect(mean).toEqual([0.1, 0.1, 0]);
    expect(std).toEqual([0.1, 0.1, 1]);
  });

  test('can be given, such as none at all', async () => {
    const none = { mean: [0, 0, 0], std: [1, 1, 1] };
    const given = trainSettingsSchema.parse({ ...none, normalization: 'dataset' });
    checkNormalization(given);
    expect(await chooseNormalization(given, ENGINE, [], JOB)).toEqual(none);
  });

  test('needs mean and deviation together, and a deviation above 0', () => {
    const half = trainSettingsSchema.parse({ mean: [0, 0, 0] });
    expect(labErrorOf(() => checkNormalization(half))).toEqual({
      code: 'INVALID_ARGUMENT',
      message: '--mean is given without --std: both are needed.',
      hint: 'For pixels from 0 to 1 as they are, use --mean 0,0,0 --std 1,1,1.',
    });
    expect(trainSettingsSchema.safeParse({ std: [1, 0, 1] }).success).toBe(false);
    expect(trainSettingsSchema.safeParse({ mean: [1, 2] }).success).toBe(false);
  });
});
