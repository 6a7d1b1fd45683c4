/**
 * A run's log, thinned while it is read: so that a page that opens in the middle of a long training gets its curve
 * at once, and asking again costs what came since.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { parseLogLine, type EpochLine, type StepLine } from './run-log.ts';

/** Points that are told at most. */
const LIMIT = 1000;

/** Bytes that are read between two breaths of the process. */
const CHUNK = 256 * 1024;

/** Consecutive steps as one: the mean of their figures, at the last of them. */
export interface StepPoint {
  readonly step: number;
  readonly epoch: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly learningRates: Readonly<Record<string, number>>;
}

/** A finished epoch and the last step of it. */
export interface EpochPoint extends EpochLine {
  readonly step: number;
  /** When that step was over; what follows up to the epoch's own time is its evaluation. */
  readonly stepTime: number;
}

/** The thinned log. */
export interface Series {
  /** Steps to a point; the last point may stand for fewer. */
  readonly stride: number;
  readonly steps: readonly StepPoint[];
  readonly epochs: readonly EpochPoint[];
}

/** Thins numbers of steps that only grow: points are joined in pairs whenever they get too many. */
export class Thinned {
  #stride = 1;
  #full: StepPoint[] = [];
  #part: StepPoint | undefined;
  #inPart = 0;
  #epochs: EpochPoint[] = [];
  #last = { step: 0, stepTime: 0 };

  add(line: StepLine | EpochLine): void {
    if (line.event === 'epoch') {
      this.#epochs.push({ ...line, ...this.#last });
      return;
    }
    this.#last = { step: line.step, stepTime: line.time };
    this.#part =
      this.#part === undefined ? pointOf(line) : joined(this.#part, this.#inPart, pointOf(line), 1);
    this.#inPart += 1;
    if (this.#inPart < this.#stride) return;
    this.#full.push(this.#part);
    this.#part = undefined;
    this.#inPart = 0;
    if (this.#full.length >= LIMIT) this.#halve();
  }

  get series(): Series {
    const steps = this.#part === undefined ? this.#full : [...this.#full, this.#part];
    return { stride: this.#stride, steps: [...steps], epochs: evenly(this.#epochs, LIMIT) };
  }

  #halve(): void {
    const halved: StepPoint[] = [];
    for (let at = 0; at + 1 < this.#full.length; at += 2) {
      halved.push(joined(this.#full[at]!, 1, this.#full[at + 1]!, 1));
    }
    this.#full = halved;
    this.#stride *= 2;
  }
}

function pointOf({ step, epoch, time, loss, accuracy, learningRates }: StepLine): StepPoint {
  return { step, epoch, time, loss, accuracy, learningRates };
}

/** Two points as one, weighed by how many steps each stands for. */
function joined(a: StepPoint, weightOfA: number, b: StepPoint, weightOfB: number): StepPoint {
  const mean = (x: number, y: number): number => (x * weightOfA + y * weightOfB) / (weightOfA + weightOfB);
  return { ...b, loss: mean(a.loss, b.loss), accuracy: mean(a.accuracy, b.accuracy) };
}

/** At most `limit` of the items: every nth, counted from the last. */
function evenly<T>(items: readonly T[], limit: number): T[] {
  const every = Math.ceil(items.length / limit);
  return items.filter((_, at) => (items.length - 1 - at) % every === 0);
}

/** Reads one run's log again and again. */
export class SeriesReader {
  readonly #file: string;
  #thinned = new Thinned();
  #inode = 0n;
  #offset = 0;
  #rest = Buffer.alloc(0);
  #reading: Promise<Series> | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** The series as it stands; a missing log has none. Calls that come meanwhile share one reading. */
  read(): Promise<Series> {
    this.#reading ??= this.#readOn().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #readOn(): Promise<Series> {
    const handle = await open(this.#file, 'r').catch(() => undefined);
    if (handle === undefined) this.#restart(0n);
    else await this.#readNew(handle).finally(() => handle.close());
    return this.#thinned.series;
  }

  async #readNew(handle: FileHandle): Promise<void> {
    const { ino, size } = await handle.stat({ bigint: true });
    // A training that goes on writes the log anew, without what it will repeat.
    if (ino !== this.#inode || Number(size) < this.#offset) this.#restart(ino);
    const chunk = Buffer.alloc(CHUNK);
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, CHUNK, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      this.#take(chunk.subarray(0, bytesRead));
    }
  }

  #restart(inode: bigint): void {
    this.#thinned = new Thinned();
    this.#inode = inode;
    this.#offset = 0;
    this.#rest = Buffer.alloc(0);
  }

  #take(bytes: Buffer): void {
    const all = Buffer.concat([this.#rest, bytes]);
    const end = all.lastIndexOf(0x0a) + 1;
    this.#rest = all.subarray(end);
    for (const text of all.toString('utf8', 0, end).split('\n')) {
      const line = parseLogLine(text);
      if (line !== undefined) this.#thinned.add(line);
    }
  }
}
