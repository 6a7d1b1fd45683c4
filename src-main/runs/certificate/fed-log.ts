/**
 * `fed.jsonl`: what the steps of the epoch under way were fed, a line each, so that the certificate of an epoch that
 * was interrupted covers what came before. It only tells how a training went; losing it changes no weights.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeError, writeFileAtomic } from '../../base/atomic-file.ts';
import { fedBatchSchema, type FedBatch } from './fed-batch.ts';

const lineSchema = fedBatchSchema.extend({ epoch: z.int() });

/** The batches of the epoch under way, in memory and in the file. */
export class FedLog {
  readonly #file: string;
  #handle: number | undefined;
  #epoch: number;
  #batches: FedBatch[];

  private constructor(file: string, epoch: number, batches: FedBatch[]) {
    this.#file = file;
    this.#epoch = epoch;
    this.#batches = batches;
    this.#handle = openSync(file, 'a');
  }

  /**
   * Opens the log where a training goes on: `step` steps of `epoch` are done, what was fed after them is fed again.
   *
   * @throws LabError `OUTPUT_UNWRITABLE`, `DISK_FULL`
   */
  static async open(file: string, epoch: number, step: number): Promise<FedLog> {
    const kept = (await readLines(file)).filter((line) => line.epoch === epoch && line.step <= step);
    await writeFileAtomic(file, kept.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return new FedLog(
      file,
      epoch,
      kept.map(({ epoch: _, ...batch }) => batch),
    );
  }

  /** Of the epoch under way. */
  get batches(): readonly FedBatch[] {
    return this.#batches;
  }

  /** Adds a batch. The first one of another epoch takes the place of all before. @throws LabError as {@link open} */
  add(epoch: number, batch: FedBatch): void {
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#batches = [];
      this.#reopen();
    }
    this.#batches.push(batch);
    this.#write(`${JSON.stringify({ epoch, ...batch })}\n`);
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }

  #reopen(): void {
    this.close();
    try {
      this.#handle = openSync(this.#file, 'w');
    } catch (error) {
      throw writeError(this.#file, error);
    }
  }

  #write(line: string): void {
    if (this.#handle === undefined) return;
    try {
      writeSync(this.#handle, line);
    } catch (error) {
      // The batches in memory are enough, unless the training is interrupted in this epoch.
      this.close();
      throw writeError(this.#file, error);
    }
  }
}

async function readLines(file: string): Promise<z.output<typeof lineSchema>[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    try {
      return [lineSchema.parse(JSON.parse(line))];
    } catch {
      // Cut off by a crash.
      return [];
    }
  });
}
