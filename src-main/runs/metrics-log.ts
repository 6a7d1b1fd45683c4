/** `metrics.jsonl`: one line for every finished epoch. */
import { open, readFile } from 'node:fs/promises';
import { writeFileAtomic } from '../base/atomic-file.ts';
import type { Summary } from './metrics/classification.ts';
import type { Phase } from './settings.ts';

/** The figures of a finished epoch. */
export interface EpochRecord {
  /** From 1, over all phases. */
  readonly epoch: number;
  readonly phase: Phase['name'];
  /** Measured while the weights moved, on what the steps were shown. */
  readonly running: { readonly loss: number; readonly accuracy: number };
  /** Of the finished epoch, on the training images without augmentation. */
  readonly train: Summary;
  /** Of the finished epoch; null without validation data. */
  readonly validation: Summary | null;
  /** In the epoch's first step, by parameter group: `head`, `backbone` while it is trained, and those of one's own. */
  readonly learningRates: Readonly<Record<string, number>>;
  readonly imagesPerSecond: number;
}

/** A line on an epoch. */
interface OfEpoch {
  readonly epoch: number;
}

/** Adds a line; on disk when this returns. */
export async function appendRecord(file: string, record: OfEpoch): Promise<void> {
  const handle = await open(file, 'a');
  try {
    await handle.write(`${JSON.stringify(record)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The records so far; a last line that was cut off by a crash is left out. */
export async function readRecords<Record extends OfEpoch = EpochRecord>(file: string): Promise<Record[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  return complete
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record);
}

/** Drops the records of epochs after `epoch`, which will be trained again. */
export async function cutRecords(file: string, epoch: number): Promise<void> {
  const kept = (await readRecords(file)).filter((record) => record.epoch <= epoch);
  await writeFileAtomic(file, kept.map((record) => `${JSON.stringify(record)}\n`).join(''));
}
