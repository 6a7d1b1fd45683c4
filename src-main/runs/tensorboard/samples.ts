/** A handful of training pictures as the network is shown them. */
import path from 'node:path';
import { LabError } from '../../../src-shared/errors.ts';
import { encodeImage } from '../../data/image.ts';
import { SampleSource } from '../../data/sample-source.ts';
import type { RunFile } from '../run-file.ts';
import { evenlySpread, labelledRows, rowsOf, type RunRow } from '../rows.ts';
import type { Picture } from './events.ts';

/** How many pictures are shown. */
const SAMPLES = 12;

/** Pictures, and what is wrong with those that could not be read. */
export interface Samples {
  readonly pictures: readonly Picture[];
  readonly failures: readonly LabError[];
}

/** Training samples, evenly spread over the rows, rendered with the augmentations of epoch 1. */
export async function samplePictures(
  { settings, dataset }: RunFile,
  rows: readonly RunRow[],
): Promise<Samples> {
  const { pipeline, seed, maxPixels } = settings;
  const source = new SampleSource({
    rows: labelledRows(rows, dataset.classes),
    ...{ pipeline, seed, cacheBytes: 0 },
    ...(maxPixels !== undefined && { maxPixels }),
  });
  const pictures: Picture[] = [];
  const failures: LabError[] = [];
  for (const [at, row] of evenlySpread(rowsOf(rows, 'train'), SAMPLES).entries()) {
    try {
      pictures.push(await samplePicture(source, row, rows[row]!, at + 1));
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      failures.push(error);
    }
  }
  return { pictures, failures };
}

async function samplePicture(
  source: SampleSource,
  row: number,
  { path: file, label }: RunRow,
  number: number,
): Promise<Picture> {
  const { pixels } = await source.render(row, 1);
  return {
    tag: `samples/${label}/${number}`,
    width: pixels.width,
    height: pixels.height,
    png: await encodeImage(pixels, 'png'),
    description: `\`${path.basename(file)}\` of class ${label}, as training shows it: resized, cropped and augmented.`,
  };
}
