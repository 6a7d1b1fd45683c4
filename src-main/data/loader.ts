/**
 * Batches of pixels, made by worker threads. They work ahead of the caller by a fixed number of batches without
 * waiting for an answer, because the caller's thread stands still while a network runs on it.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { LabError } from '../../src-shared/errors.ts';
import { entryUrl } from '../base/entry.ts';
import { batchSpecs } from './augmentations/index.ts';
import { type BatchMix, type BatchMixSpec, sampleBatchMix } from './batch-mix.ts';
import {
  type FromWorker,
  type PassPlan,
  type ToWorker,
  type WorkerSetup,
  batchOffsets,
} from './loader-protocol.ts';
import type { LoaderRow, SourceOptions } from './sample-source.ts';
import { SUMS, type Witness, type WitnessDetail } from './witness.ts';

export type { LoaderRow } from './sample-source.ts';

/** A batch: `pixels` is uint8 [N, height, width, 3]; `rows` and `labels` belong to its N pictures. */
export interface Batch {
  readonly pixels: Uint8Array;
  readonly rows: Uint32Array;
  readonly labels: Int32Array;
  /** How the batch is to be mixed; there when the pass augments and the pipeline lists mixup or cutmix. */
  readonly mix?: BatchMix;
  /** There when the pass asked for it. */
  readonly witness?: Witness;
}

/** Settings of {@link createLoader}. Rows, pipeline and seed decide the pixels; all else only the speed. */
export interface LoaderOptions extends Omit<SourceOptions, 'cacheBytes'> {
  /** Batches made ahead of the caller; 3 unless given. */
  readonly prefetch?: number;
  /** Pixels kept between epochs, over all workers; 512 MiB unless given. */
  readonly cacheBytes?: number;
  /** Worker threads; half the processors, at most 8, unless given. */
  readonly workers?: number;
}

/** One pass over batches. */
export interface PassOptions {
  /** Row numbers in the order they are shown, as many as the sizes take. */
  readonly order: Uint32Array;
  readonly sizes: readonly number[];
  readonly epoch: number;
  /** Whether the pipeline's augmentations apply, drawn for (seed, epoch, row). */
  readonly augment: boolean;
  /** The first batch's number in its epoch, which keys how batches are mixed; 0 unless given. */
  readonly firstBatch?: number;
  /** Makes the batches come with what their makers know of them. */
  readonly witness?: WitnessDetail;
  readonly signal?: AbortSignal;
}

const DEFAULT_PREFETCH = 3;
const DEFAULT_CACHE_BYTES = 512 * 2 ** 20;

/** Starts the worker threads; {@link Loader.close} ends them. */
export function createLoader(options: LoaderOptions): Loader {
  return new Loader(options);
}

/** See {@link createLoader}. */
export class Loader {
  readonly #rows: readonly LoaderRow[];
  readonly #prefetch: number;
  readonly #workers: Worker[];
  readonly #passes = new Map<number, Pass>();
  readonly #imageSize: number;
  readonly #seed: number;
  readonly #mixes: readonly BatchMixSpec[];
  #nextPass = 0;
  #failure: LabError | undefined;

  constructor({ prefetch, cacheBytes, workers, ...source }: LoaderOptions) {
    this.#rows = source.rows;
    this.#prefetch = Math.max(2, prefetch ?? DEFAULT_PREFETCH);
    this.#imageSize = source.pipeline.imageSize;
    this.#seed = source.seed;
    this.#mixes = batchSpecs(source.pipeline.augmentations);
    const count = workers ?? Math.min(8, Math.max(1, Math.floor(availableParallelism() / 2)));
    const share = Math.floor((cacheBytes ?? DEFAULT_CACHE_BYTES) / count);
    this.#workers = Array.from({ length: count }, (_, worker) =>
      this.#startWorker({ ...source, cacheBytes: share, worker, workers: count }),
    );
  }

  /**
   * The batches of one pass. The work begins with the call; leaving the loop early, or aborting, cancels it.
   *
   * @throws LabError (while iterating) `SAMPLE_CHANGED`, the errors of `decodeImage` naming the file,
   * `CANCELLED` after an abort or {@link close}, `COMPUTE_DIED` when a worker thread fails.
   */
  batches(options: PassOptions): AsyncIterable<Batch> {
    const { order, sizes, epoch, augment, firstBatch = 0, witness, signal } = options;
    const plan: PassPlan = { order, sizes, firstBatch, epoch: augment ? epoch : undefined, witness };
    this.#requirePlan(plan);
    const id = this.#nextPass++;
    const post = (message: ToWorker): void => this.#workers.forEach((worker) => worker.postMessage(message));
    const pass = new Pass(this.#workers.length, () => {
      this.#passes.delete(id);
      post({ type: 'cancel', pass: id });
    });
    if (this.#failure !== undefined) pass.fail(this.#failure);
    else {
      this.#passes.set(id, pass);
      post({ type: 'open', pass: id, plan, credits: this.#prefetch });
    }
    return this.#iterate(plan, pass, () => post({ type: 'credit', pass: id }), signal);
  }

  /** Ends the worker threads; passes under way fail with `CANCELLED`. */
  async close(): Promise<void> {
    this.#fail(new LabError('CANCELLED', 'The image loader was closed.'));
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  async *#iterate(
    plan: PassPlan,
    pass: Pass,
    credit: () => void,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Batch> {
    const abort = (): void => pass.fail(new LabError('CANCELLED', 'Loading images was cancelled.'));
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort, { once: true });
    const offsets = batchOffsets(plan.sizes);
    try {
      for (let batch = 0; batch < plan.sizes.length; batch++) {
        const shares = await pass.take(batch);
        // The next batch is asked for before this one is used: its user may block this thread for long.
        credit();
        const rows = plan.order.slice(offsets[batch], offsets[batch + 1]);
        const labels = Int32Array.from(rows, (row) => this.#rows[row]!.label);
        const pixels = this.#join(shares, rows.length);
        const witness = plan.witness && { witness: joinWitnesses(shares, rows.length) };
        yield { pixels, rows, labels, ...this.#mix(plan, batch), ...witness };
      }
    } finally {
      signal?.removeEventListener('abort', abort);
      pass.end();
    }
  }

  #mix({ epoch, firstBatch }: PassPlan, batch: number): { mix?: BatchMix } {
    if (epoch === undefined || this.#mixes.length === 0) return {};
    const key = { seed: this.#seed, epoch, batch: firstBatch + batch };
    return { mix: sampleBatchMix(this.#mixes, this.#imageSize, key) };
  }

  /** Puts the workers' pictures at their places in the batch. A lone worker's share is the batch. */
  #join(shares: readonly FromWorker[], count: number): Uint8Array {
    if (shares.length === 1) return shares[0]!.pixels;
    const bytes = this.#imageSize ** 2 * 3;
    const pixels = new Uint8Array(count * bytes);
    for (const share of shares) {
      share.positions.forEach((position, place) => {
        pixels.set(share.pixels.subarray(place * bytes, (place + 1) * bytes), position * bytes);
      });
    }
    return pixels;
  }

  #startWorker(setup: WorkerSetup): Worker {
    const worker = new Worker(entryUrl('loader-worker'), { workerData: setup });
    worker.on('message', (message: FromWorker) => this.#passes.get(message.pass)?.receive(message));
    worker.on('error', (error) => this.#fail(died(error.message)));
    worker.on('exit', (code) => this.#fail(died(`exit code ${code}`)));
    return worker;
  }

  #fail(error: LabError): void {
    this.#failure ??= error;
    for (const pass of this.#passes.values()) pass.fail(this.#failure);
  }

  #requirePlan({ order, sizes }: PassPlan): void {
    const taken = batchOffsets(sizes).at(-1)!;
    if (taken > order.length)
      throw new RangeError(`batches of ${taken} rows from an order of ${order.length}`);
    const beyond = order.find((row) => row >= this.#rows.length);
    if (beyond !== undefined) throw new RangeError(`row ${beyond} of ${this.#rows.length}`);
  }
}

function joinWitnesses(shares: readonly FromWorker[], count: number): Witness {
  const sources = new Array<string>(count);
  const draws = new Array<Witness['draws'][number]>(count);
  const checksums = new Uint32Array(count);
  const sums = new Float64Array(count * SUMS);
  for (const { positions, witness } of shares) {
    positions.forEach((position, place) => {
      sources[position] = witness!.sources[place]!;
      draws[position] = witness!.draws[place] ?? [];
      checksums[position] = witness!.checksums[place]!;
      sums.set(witness!.sums.subarray(place * SUMS, (place + 1) * SUMS), position * SUMS);
    });
  }
  return { sources, draws, checksums, sums };
}

/** Collects the workers' shares of a pass until their batch is asked for. */
class Pass {
  readonly #workers: number;
  readonly #onEnd: () => void;
  readonly #shares = new Map<number, FromWorker[]>();
  #failure: LabError | undefined;
  #wake: (() => void) | undefined;
  #ended = false;

  constructor(workers: number, onEnd: () => void) {
    this.#workers = workers;
    this.#onEnd = onEnd;
  }

  receive(share: FromWorker): void {
    const shares = this.#shares.get(share.batch) ?? [];
    this.#shares.set(share.batch, [...shares, share]);
    this.#wake?.();
  }

  fail(error: LabError): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#shares.clear();
    this.#onEnd();
  }

  /** Waits for all shares of a batch; throws the failure of its first picture that failed. */
  async take(batch: number): Promise<FromWorker[]> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const shares = this.#shares.get(batch);
      if (shares?.length === this.#workers) {
        this.#shares.delete(batch);
        throwFirstFailure(shares);
        return shares;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

function throwFirstFailure(shares: readonly FromWorker[]): void {
  const failures = shares.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
  failures.sort((a, b) => a.position - b.position);
  if (failures[0] !== undefined) throw LabError.fromJSON(failures[0].error);
}

function died(reason: string): LabError {
  return new LabError('COMPUTE_DIED', `A worker thread of the image loader stopped: ${reason}.`, {
    hint: 'Start the job again; training goes on from its last checkpoint.',
  });
}
