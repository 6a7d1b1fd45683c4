import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src-main/base/hash.ts';
import { encodeImage } from '../../src-main/data/image.ts';
import { createPipeline } from '../../src-main/data/pipeline.ts';
import { type CountedRow, pixelStatistics, sizeStatistics } from '../../src-main/data/statistics.ts';
import { labErrorFrom } from '../helpers/lab-errors.ts';
import { temporaryFolder } from './temporary.ts';

async function saved(width: number, height: number, data: readonly number[]): Promise<CountedRow> {
  const bytes = await encodeImage({ width, height, data: Uint8Array.from(data) }, 'png');
  const path = join(temporaryFolder(), 'x.png');
  writeFileSync(path, bytes);
  return { path, sha256: sha256(bytes) };
}

describe('mean and standard deviation', () => {
  test('are over all pixels of all images, whatever their sizes', async () => {
    const rows = [
      await saved(1, 1, [0, 10, 255]),
      await saved(3, 1, [0, 20, 255, 255, 30, 255, 255, 40, 255]),
    ];
    const { mean, std, pixels } = await pixelStatistics(rows);
    expect(pixels).toBe(4);
    // By hand: red 0, 0, 255, 255; green 10, 20, 30, 40 with variance 125; blue 255 everywhere.
    expect(mean).toEqual([0.5, 25 / 255, 1]);
    expect(std).toEqual([0.5, Math.sqrt(125) / 255, 0]);
    expect(await pixelStatistics(rows.toReversed())).toEqual({ mean, std, pixels });
  });

  test('are of what a network sees when a size is given', async () => {
    const row = await saved(
      4,
      2,
      Array.from({ length: 24 }, (_, at) => (at % 12 < 6 ? 0 : 100)),
    );
    const pipeline = createPipeline({ imageSize: 2, resize: 'stretch', augment: 'color' });
    const { mean, pixels } = await pixelStatistics([row], { pipeline });
    expect(pixels).toBe(4);
    // Antialiased halving leaves the mean of a symmetric step where it is, within the rounding to bytes.
    for (const value of mean) expect(value).toBeCloseTo(50 / 255, 2);
  });

  test('are refused for no image, for a changed one, and can be cancelled', async () => {
    const row = await saved(1, 1, [1, 2, 3]);
    expect((await labErrorFrom(pixelStatistics([]))).message).toBe(
      'There is no image to compute statistics of.',
    );
    expect((await labErrorFrom(pixelStatistics([{ ...row, sha256: '0' }]))).code).toBe('SAMPLE_CHANGED');
    const controller = new AbortController();
    controller.abort();
    expect(await labErrorFrom(pixelStatistics([row, row], { signal: controller.signal }))).toEqual({
      code: 'CANCELLED',
      message: 'The statistics were cancelled after 1 of 2 images.',
    });
  });
});

test('sizes are counted, the commonest first', () => {
  const sizes = [
    ...[
      { width: 2, height: 9 },
      { width: 1, height: 9 },
      { width: 3, height: 1 },
    ],
    ...[{ width: 3, height: 1 }],
  ];
  expect(sizeStatistics(sizes)).toEqual({
    width: { min: 1, median: 2, max: 3 },
    height: { min: 1, median: 1, max: 9 },
    sizes: [
      { width: 3, height: 1, count: 2 },
      { width: 1, height: 9, count: 1 },
      { width: 2, height: 9, count: 1 },
    ],
    distinct: 3,
  });
});
