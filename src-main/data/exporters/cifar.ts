/**
 * CIFAR-10's binary version: `data_batch_1.bin` … (10,000 images each), `test_batch.bin` and the names in
 * `batches.meta.txt`; what is for validation goes into a `validation_batch.bin`, which only Vitrine knows.
 */
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../../src-shared/errors.ts';
import { DEFAULT_MAX_PIXELS, type Pixels } from '../image.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { renderSample } from '../pipeline.ts';
import { readVerified } from '../sample-source.ts';
import type { Exporter, ExportPlan, ExportRow } from './exporter.ts';

/** Side of the images. */
export const CIFAR_SIZE = 32;

const MAX_CLASSES = 256;
const BATCH = 10_000;
const AT_ONCE = 4;

export const cifarExporter: Exporter = {
  name: 'cifar',

  async write(plan) {
    checkClasses(plan.classes);
    const train = plan.rows.filter(({ split }) => split === 'train' || split === null);
    for (let start = 0, number = 1; start < train.length; start += BATCH, number++) {
      await writeBatch(plan, `data_batch_${number}.bin`, train.slice(start, start + BATCH));
    }
    for (const split of ['validation', 'test'] as const) {
      const rows = plan.rows.filter((row) => row.split === split);
      if (rows.length > 0) await writeBatch(plan, `${split}_batch.bin`, rows);
    }
    await writeFile(join(plan.folder, 'batches.meta.txt'), `${plan.classes.join('\n')}\n`, { flag: 'wx' });
  },
};

function checkClasses(classes: readonly string[]): void {
  if (classes.length > MAX_CLASSES) {
    throw new LabError(
      'INVALID_ARGUMENT',
      `The cifar format has room for ${MAX_CLASSES} classes, the data set has ${classes.length}.`,
      { hint: 'Export it as image-folder or csv.' },
    );
  }
  const wrong = classes.find((name) => /[\r\n]/.test(name) || name.trim() !== name || name === '');
  if (wrong === undefined) return;
  throw new LabError(
    'INVALID_ARGUMENT',
    `The class ${JSON.stringify(wrong)} cannot stand in a line of batches.meta.txt.`,
    { hint: 'Give the class another name, or export the data set as image-folder.' },
  );
}

async function writeBatch(plan: ExportPlan, name: string, rows: readonly ExportRow[]): Promise<void> {
  const labels = new Map(plan.classes.map((className, index) => [className, index]));
  const render = async (row: ExportRow): Promise<Uint8Array> =>
    recordOf(labels.get(row.className)!, await pixelsOf(row, plan));
  const file = await open(join(plan.folder, name), 'wx');
  try {
    for await (const record of mapConcurrently(rows, AT_ONCE, render)) {
      await file.writeFile(record);
      plan.step();
    }
  } finally {
    await file.close();
  }
}

async function pixelsOf(
  { path, file, sha256 }: ExportRow,
  { pipeline, maxPixels = DEFAULT_MAX_PIXELS }: ExportPlan,
): Promise<Pixels> {
  const bytes = await readVerified(file, sha256);
  return renderSample(bytes, pipeline, { augment: false }, { name: path, maxPixels });
}

/** The label, and the planes of red, green and blue. */
function recordOf(label: number, { data }: Pixels): Uint8Array {
  const plane = CIFAR_SIZE * CIFAR_SIZE;
  const record = new Uint8Array(1 + 3 * plane);
  record[0] = label;
  for (let at = 0; at < plane; at++) {
    for (let channel = 0; channel < 3; channel++) {
      record[1 + channel * plane + at] = data[3 * at + channel]!;
    }
  }
  return record;
}
