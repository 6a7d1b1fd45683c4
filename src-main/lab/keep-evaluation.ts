/** What an epoch of a run says about every sample of its data set, kept in the store. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ResultOf } from '../../src-shared/contract/job.ts';
import { LabError } from '../../src-shared/errors.ts';
import type { EvaluationWriter, NewPrediction, SeenIn } from '../data/store/index.ts';
import type { JudgeEvent } from '../runs/judge.ts';
import { readRunFile } from '../runs/run-file.ts';
import { runPaths } from '../runs/run-folder.ts';
import type { JobContext } from './jobs.ts';
import type { Lab } from './lab.ts';

/** Options of {@link keepEvaluation}. */
export interface KeepOptions {
  /** The run's folder. */
  readonly folder: string;
  readonly epoch: number | 'best';
  /** Also samples that the run did not have. */
  readonly unseen: boolean;
}

/** What {@link keepEvaluation} kept. */
export type Kept = Omit<ResultOf<'keep-evaluation'>, 'kind'>;

/** Samples listed in one turn, and predictions of one transaction: few enough that nothing else waits for long. */
const AT_ONCE = 1000;

/** Files that were left out of which the reason is told. */
const REASONS = 100;

/**
 * Evaluates a run on its data set. An older evaluation of the epoch is replaced when the new one is complete, and
 * stays if it fails or is cancelled.
 *
 * @throws LabError `DATASET_NOT_FOUND`, `SPLIT_EMPTY`, `RUN_STATE`, `ARTIFACT_CHANGED`, `CANCELLED`
 */
export async function keepEvaluation(
  lab: Lab,
  { folder, epoch, unseen }: KeepOptions,
  job: Pick<JobContext, 'signal' | 'progress'>,
): Promise<Kept> {
  const { id, createdAt, dataset } = await readRunFile(runPaths(folder).run);
  const writer = lab.store.evaluations.write({
    ...{ dataset: dataset.name, run: id, classes: dataset.classes, trainedAt: createdAt },
  });
  const keeper = new Keeper(writer, job);
  try {
    const judged = await withListedSamples(lab, dataset.name, (samples) =>
      lab.compute(
        'judge',
        { folder, epoch, samples, unseen },
        { signal: keeper.signal, onEvent: (event) => keeper.take(event) },
      ),
    );
    keeper.flush();
    if (keeper.failure !== undefined) throw keeper.failure;
    await writer.finish(judged.epoch);
    lab.changes.emit({ what: 'predictions', dataset: dataset.name });
    return { run: id, dataset: dataset.name, epoch: judged.epoch, ...keeper.figures() };
  } catch (error) {
    await writer.discard();
    throw keeper.failure ?? error;
  }
}

/** Lists the samples of a data set in a file, which is there while `work` is under way. */
async function withListedSamples<T>(
  lab: Lab,
  dataset: string,
  work: (file: string) => Promise<T>,
): Promise<T> {
  await mkdir(lab.cacheFolder, { recursive: true });
  const folder = await mkdtemp(path.join(lab.cacheFolder, 'samples-'));
  try {
    const file = path.join(folder, 'samples.jsonl');
    await writeFile(file, linesOf(lab, dataset));
    return await work(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* linesOf(lab: Lab, dataset: string): AsyncGenerator<string> {
  let after = 0;
  for (;;) {
    const files = lab.store.evaluations.files(dataset, { after, limit: AT_ONCE });
    if (files.length === 0) return;
    yield files.map((file) => `${JSON.stringify(file)}\n`).join('');
    after = files.at(-1)!.id;
    await setImmediate();
  }
}

/** Takes what a compute process reports, and writes it step by step. */
class Keeper {
  /** What kept predictions from being written. */
  failure: LabError | undefined;
  readonly #writer: EvaluationWriter;
  readonly #job: Pick<JobContext, 'signal' | 'progress'>;
  readonly #stop = new AbortController();
  readonly #waiting: NewPrediction[] = [];
  readonly #images: Record<SeenIn, number> = { train: 0, validation: 0, test: 0, none: 0 };
  readonly #reasons: { readonly path: string; readonly reason: string }[] = [];
  #skipped = 0;

  constructor(writer: EvaluationWriter, job: Pick<JobContext, 'signal' | 'progress'>) {
    this.#writer = writer;
    this.#job = job;
  }

  /** Aborted with the job, and when nothing can be written. */
  get signal(): AbortSignal {
    return AbortSignal.any([this.#job.signal, this.#stop.signal]);
  }

  take(event: JudgeEvent): void {
    if (event.event === 'skipped') {
      this.#skipped += 1;
      if (this.#reasons.length < REASONS) this.#reasons.push({ path: event.path, reason: event.reason });
      return;
    }
    const { samples, seenIn, probabilities, done, total } = event;
    const width = probabilities.length / samples.length;
    for (const [at, sample] of samples.entries()) {
      const split = seenIn[at]!;
      this.#images[split] += 1;
      const values = probabilities.subarray(at * width, (at + 1) * width);
      this.#waiting.push({ sample, split, probabilities: values });
    }
    if (this.#waiting.length >= AT_ONCE) this.flush();
    this.#job.progress({ done, total, message: 'Evaluating' });
  }

  /** Writes what has come so far. */
  flush(): void {
    if (this.failure !== undefined) return;
    try {
      this.#writer.add(this.#waiting.splice(0));
    } catch (error) {
      // Thrown here, it would reach nobody who waits for the job.
      this.failure = LabError.from(error);
      this.#stop.abort();
    }
  }

  figures(): Pick<Kept, 'images' | 'skipped' | 'reasons'> {
    return { images: this.#images, skipped: this.#skipped, reasons: this.#reasons };
  }
}
