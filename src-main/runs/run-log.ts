/**
 * `log.jsonl`: the figures of every step and epoch with the time they came. What `metrics.jsonl` holds decides a
 * training; this file only tells how it went.
 */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeError, writeFileAtomic } from '../base/atomic-file.ts';
import type { Summary } from './metrics/classification.ts';
import type { EpochRecord } from './metrics-log.ts';
import type { TrainEvent } from './train-context.ts';

const figuresSchema = z.object({ loss: z.number(), accuracy: z.number() });

const stepSchema = figuresSchema.extend({
  event: z.literal('step'),
  /** Milliseconds since 1970. */
  time: z.number(),
  /** From 1, over the whole run. */
  step: z.number(),
  /** The epoch under way, and the step in it; both from 1. */
  epoch: z.number(),
  epochStep: z.number(),
  /** By parameter group. */
  learningRates: z.record(z.string(), z.number()),
});

const epochSchema = z.object({
  event: z.literal('epoch'),
  /** Milliseconds since 1970. */
  time: z.number(),
  epoch: z.number(),
  /** Measured while the weights moved, on what the steps were shown. */
  running: figuresSchema,
  /** Of the finished epoch. */
  train: figuresSchema,
  validation: figuresSchema.nullable(),
  /** By parameter group. */
  learningRates: z.record(z.string(), z.number()),
  imagesPerSecond: z.number(),
});

const lineSchema = z.discriminatedUnion('event', [stepSchema, epochSchema]);

/** One epoch's line: an {@link EpochRecord} without what is no single number. */
export type EpochLine = z.output<typeof epochSchema>;

/** One step's line. */
export type StepLine = z.output<typeof stepSchema>;

/** A line of the log. */
export type LogLine = z.output<typeof lineSchema>;

/** The line of an event; undefined for events that hold no figures. */
export function logLine(event: TrainEvent, time: number): LogLine | undefined {
  switch (event.event) {
    case 'step': {
      const { step, epoch, epochStep, loss, accuracy, learningRates } = event;
      return { event: 'step', time, step, epoch, epochStep, loss, accuracy, learningRates };
    }
    case 'epoch':
      return epochLine(event, time);
    default:
      return undefined;
  }
}

/** The line of a record. */
export function epochLine(record: EpochRecord, time: number): EpochLine {
  const { epoch, running, train, validation, imagesPerSecond } = record;
  return {
    event: 'epoch',
    time,
    epoch,
    running,
    train: figures(train),
    validation: validation && figures(validation),
    learningRates: { ...record.learningRates },
    imagesPerSecond,
  };
}

function figures({ loss, accuracy }: Summary): z.output<typeof figuresSchema> {
  return { loss, accuracy };
}

/** Where a training goes on: epochs finished, and steps of the one under way. */
export interface LogPosition {
  readonly epoch: number;
  readonly step: number;
}

/** Writes the log of a training in progress; every line is out of the process when its call returns. */
export class RunLog {
  readonly #file: string;
  readonly #handle: number;

  private constructor(file: string, handle: number) {
    this.#file = file;
    this.#handle = handle;
  }

  /**
   * Opens the log of a run, dropping the lines after `position`, which will come again.
   *
   * @throws LabError `OUTPUT_UNWRITABLE`, `DISK_FULL`
   */
  static async open(file: string, position: LogPosition): Promise<RunLog> {
    const kept = (await readLog(file)).filter((line) => isBefore(line, position));
    await writeFileAtomic(file, kept.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return new RunLog(file, openSync(file, 'a'));
  }

  /** Adds a line. @throws LabError `DISK_FULL`, `OUTPUT_UNWRITABLE` */
  write(line: LogLine): void {
    try {
      writeSync(this.#handle, `${JSON.stringify(line)}\n`);
      if (line.event === 'epoch') fsyncSync(this.#handle);
    } catch (error) {
      throw writeError(this.#file, error);
    }
  }

  close(): void {
    closeSync(this.#handle);
  }
}

function isBefore(line: LogLine, { epoch, step }: LogPosition): boolean {
  if (line.event === 'epoch' || line.epoch <= epoch) return line.epoch <= epoch;
  return line.epoch === epoch + 1 && line.epochStep <= step;
}

/** The lines so far. Those that a crash cut off or spoiled are left out; a missing file has none. */
export async function readLog(file: string): Promise<LogLine[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => parseLogLine(line) ?? []);
}

/** One line; undefined for what is none. */
export function parseLogLine(text: string): LogLine | undefined {
  return lineSchema.safeParse(parseJson(text)).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
