/** What a job has reported, for those who watch it now and those who come later. */
import type { JobEvent } from '../../src-shared/contract/job.ts';

/** An event and its place in the log, from 1. */
export interface NumberedEvent {
  readonly id: number;
  readonly event: JobEvent;
}

/** How many events of a kind are kept for late readers where the latest say enough; all of the other kinds. */
const KEPT: Partial<Record<JobEvent['event'], number>> = {
  progress: 1,
  features: 1,
  step: 1000,
  checkpoint: 1,
};

/** A log that is written once and read by any number of readers at their own pace. */
export class EventLog {
  #kept: NumberedEvent[] = [];
  readonly #counts = new Map<JobEvent['event'], number>();
  readonly #readers = new Set<Reader>();
  #count = 0;
  #ended = false;

  /** Appends an event; a reader gets every event that comes while it reads. */
  add(event: JobEvent): void {
    const numbered = { id: ++this.#count, event };
    this.#kept.push(numbered);
    this.#trim(event.event);
    for (const reader of this.#readers) reader.push(numbered);
  }

  /** Nothing more will come. */
  end(): void {
    this.#ended = true;
    for (const reader of this.#readers) reader.end();
  }

  /** Kept events after a number, then all that come. Ends with the log or when the signal aborts. */
  async *read(after: number, signal?: AbortSignal): AsyncGenerator<NumberedEvent, void, undefined> {
    const reader = new Reader(this.#kept.filter(({ id }) => id > after));
    if (this.#ended) reader.end();
    const stop = (): void => reader.end();
    signal?.addEventListener('abort', stop, { once: true });
    this.#readers.add(reader);
    try {
      yield* reader.events();
    } finally {
      this.#readers.delete(reader);
      signal?.removeEventListener('abort', stop);
    }
  }

  #trim(kind: JobEvent['event']): void {
    const limit = KEPT[kind];
    if (limit === undefined) return;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    // In strides: a scan at every step would make long trainings quadratic.
    if (count < 2 * limit) return;
    let surplus = count - limit;
    this.#kept = this.#kept.filter(({ event }) => event.event !== kind || surplus-- <= 0);
    this.#counts.set(kind, limit);
  }
}

class Reader {
  #queue: NumberedEvent[];
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(queue: NumberedEvent[]) {
    this.#queue = queue;
  }

  push(event: NumberedEvent): void {
    this.#queue.push(event);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *events(): AsyncGenerator<NumberedEvent, void, undefined> {
    for (;;) {
      const events = this.#queue;
      this.#queue = [];
      yield* events;
      if (this.#queue.length > 0) continue;
      if (this.#ended) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
