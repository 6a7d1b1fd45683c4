/** Long work under way: who watches it, how it ends, how it is cancelled. */
import { randomUUID } from 'node:crypto';
import type { JobEvent, JobJson, JobKind, Progress, ResultOf } from '../../src-shared/contract/job.ts';
import { LabError } from '../../src-shared/errors.ts';
import { EventLog, type NumberedEvent } from './event-log.ts';

/** What a job's work is given. */
export interface JobContext {
  readonly id: string;
  /** Aborted when the job shall end. */
  readonly signal: AbortSignal;
  emit(event: JobEvent): void;
  /** Reports how far the job is; the rate and the seconds left are worked out unless given. */
  progress(progress: Pick<Progress, 'done' | 'total' | 'message'> & Partial<Progress>): void;
}

/** The work of a job of some kind. */
export type Work<Kind extends JobKind> = (context: JobContext) => Promise<Omit<ResultOf<Kind>, 'kind'>>;

/** Ended jobs that are remembered. */
const KEPT = 100;

interface Job {
  readonly log: EventLog;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
  json: JobJson;
}

/** The jobs of a lab process. They go on whoever watches, and are told apart by their ids. */
export class Jobs {
  readonly #jobs = new Map<string, Job>();
  readonly #onChange: (id: string) => void;
  #closing = false;

  /** @param onChange called whenever a job began, moved on or ended */
  constructor(onChange: (id: string) => void = () => undefined) {
    this.#onChange = onChange;
  }

  /** Begins a job and returns its id. */
  start<Kind extends JobKind>(kind: Kind, subject: string, work: Work<Kind>): string {
    const id = randomUUID();
    const job: Job = {
      log: new EventLog(),
      controller: new AbortController(),
      // Begun in the next turn, so that the job is registered before its work reports anything.
      ended: Promise.resolve().then(() => this.#run(job, kind, work)),
      json: {
        ...{ id, kind, subject, status: 'running', startedAt: new Date().toISOString() },
        ...{ endedAt: null, progress: null, result: null, error: null },
      },
    };
    this.#jobs.set(id, job);
    this.#onChange(id);
    this.#forget();
    return id;
  }

  /** Every job, oldest first. */
  list(): JobJson[] {
    return [...this.#jobs.values()].map(({ json }) => json);
  }

  /** A job as it stands. @throws LabError `INVALID_ARGUMENT` for an id that no job has */
  get(id: string): JobJson {
    return this.#find(id).json;
  }

  /**
   * The job's events up to its end.
   *
   * @param after the number of the last event that is known already
   * @throws LabError `INVALID_ARGUMENT` for an id that no job has
   */
  watch(id: string, after = 0, signal?: AbortSignal): AsyncGenerator<NumberedEvent, void, undefined> {
    return this.#find(id).log.read(after, signal);
  }

  /** Asks a job to end. @throws LabError `INVALID_ARGUMENT` for an id that no job has */
  cancel(id: string): void {
    this.#find(id).controller.abort();
  }

  /** Whether all jobs were asked to end: nothing shall follow them. */
  get closing(): boolean {
    return this.#closing;
  }

  /** Asks all jobs to end and waits for them. */
  async close(): Promise<void> {
    this.#closing = true;
    const jobs = [...this.#jobs.values()];
    for (const { controller } of jobs) controller.abort();
    await Promise.all(jobs.map(({ ended }) => ended));
  }

  #find(id: string): Job {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new LabError('INVALID_ARGUMENT', `There is no job "${id}".`);
    return job;
  }

  async #run<Kind extends JobKind>(job: Job, kind: Kind, work: Work<Kind>): Promise<void> {
    const { signal } = job.controller;
    const emit = (event: JobEvent): void => {
      if (event.event === 'progress') job.json = { ...job.json, progress: event.progress };
      job.log.add(event);
      if (event.event === 'progress') this.#onChange(job.json.id);
    };
    try {
      // A kind and its own result, which the union of all results cannot express.
      const result = {
        kind,
        ...(await work({ id: job.json.id, signal, emit, progress: reporter(emit) })),
      } as ResultOf<Kind>;
      end(job, { status: 'done', result }, { event: 'done', result });
    } catch (thrown) {
      const error = LabError.from(thrown);
      if (error.code === 'CANCELLED') end(job, { status: 'cancelled' }, { event: 'cancelled' });
      else
        end(job, { status: 'failed', error: error.toJSON() }, { event: 'failed', error: withStack(error) });
    }
    this.#onChange(job.json.id);
  }

  #forget(): void {
    const ended = [...this.#jobs].filter(([, { json }]) => json.status !== 'running');
    for (const [id] of ended.slice(0, Math.max(0, ended.length - KEPT))) this.#jobs.delete(id);
  }
}

function end(job: Job, change: Partial<JobJson>, last: JobEvent): void {
  job.json = { ...job.json, ...change, endedAt: new Date().toISOString() };
  job.log.add(last);
  job.log.end();
}

function withStack(error: LabError): Extract<JobEvent, { event: 'failed' }>['error'] {
  const cause = error.cause instanceof Error ? error.cause.stack : undefined;
  const stack = cause ?? error.stack;
  return { ...error.toJSON(), ...(stack !== undefined && { stack }) };
}

/** Reports progress with a rate on average since the first report of the same message. */
function reporter(emit: (event: JobEvent) => void): JobContext['progress'] {
  let began = performance.now();
  let message: string | undefined;
  let first = 0;
  return (given) => {
    if (given.message !== message) {
      began = performance.now();
      message = given.message;
      first = given.done;
    }
    const seconds = (performance.now() - began) / 1000;
    const rate = given.rate ?? (given.done > first ? (given.done - first) / Math.max(seconds, 1e-3) : null);
    const left =
      rate === null || rate === 0 || given.total === null ? null : (given.total - given.done) / rate;
    emit({ event: 'progress', progress: { rate, secondsLeft: left, ...given } });
  };
}
