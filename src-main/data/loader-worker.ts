/** A worker thread of the loader: renders its rows' pictures and hands them over batch by batch. */
import { parentPort, workerData } from 'node:worker_threads';
import { LabError } from '../../src-shared/errors.ts';
import {
  type FromWorker,
  type PassPlan,
  type ToWorker,
  type WorkerSetup,
  batchOffsets,
} from './loader-protocol.ts';
import { type Rendered, SampleSource } from './sample-source.ts';
import { SUMS, type Witness, type WitnessDetail, checksum, sumChannels } from './witness.ts';

/** Pictures in work at once: as many as the threads on which files are read and decoded. */
const CONCURRENT = 4;

const setup = workerData as WorkerSetup;
const port = parentPort!;
const source = new SampleSource(setup);
const pictureBytes = setup.pipeline.imageSize ** 2 * 3;

/** A pass over batches and how far it is. */
interface Pass {
  readonly id: number;
  readonly plan: PassPlan;
  readonly offsets: readonly number[];
  credits: number;
  next: number;
  cancelled: boolean;
}

const passes = new Map<number, Pass>();

port.on('message', (message: ToWorker) => {
  if (message.type === 'open') {
    const offsets = batchOffsets(message.plan.sizes);
    const { pass: id, plan, credits } = message;
    passes.set(id, { id, plan, offsets, credits, next: 0, cancelled: false });
  }
  const pass = passes.get(message.pass);
  if (pass === undefined) return;
  if (message.type === 'credit') pass.credits++;
  if (message.type === 'cancel') {
    pass.cancelled = true;
    passes.delete(pass.id);
  }
  startBatches(pass);
});

function startBatches(pass: Pass): void {
  while (!pass.cancelled && pass.credits > 0 && pass.next < pass.plan.sizes.length) {
    pass.credits--;
    void renderBatch(pass, pass.next++);
  }
  if (pass.next === pass.plan.sizes.length) passes.delete(pass.id);
}

async function renderBatch(pass: Pass, batch: number): Promise<void> {
  const start = pass.offsets[batch]!;
  const rows = pass.plan.order.subarray(start, pass.offsets[batch + 1]);
  const positions = new Uint32Array(rows.length);
  let count = 0;
  rows.forEach((row, position) => {
    if (row % setup.workers === setup.worker) positions[count++] = position;
  });
  const share = positions.slice(0, count);
  const pixels = new Uint8Array(count * pictureBytes);
  let failure: { position: number; reason: unknown } | undefined;
  const fail = (position: number, reason: unknown): void => {
    if (failure === undefined || position < failure.position) failure = { position, reason };
  };
  const { witness } = pass.plan;
  const notes = witness && new Notes(pixels, count, witness);
  const keep = (rendered: Rendered, place: number): void => {
    pixels.set(rendered.pixels.data, place * pictureBytes);
    notes?.take(rendered, place);
  };
  const pending: Promise<void>[] = [];
  for (const [place, position] of share.entries()) {
    const row = rows[position]!;
    const read = async (): Promise<void> => {
      if (!pass.cancelled) keep(await source.render(row, pass.plan.epoch), place);
    };
    try {
      // A promise for each picture would cost as much as rendering a small one.
      const kept = source.renderKept(row, pass.plan.epoch);
      if (kept !== undefined) keep(kept, place);
      else pending.push(withSlot(read).catch((reason: unknown) => fail(position, reason)));
    } catch (reason) {
      fail(position, reason);
    }
  }
  await Promise.all(pending);
  if (pass.cancelled) return;
  if (failure === undefined) {
    return post({ pass: pass.id, batch, positions: share, pixels, ...(notes && { witness: notes.witness }) });
  }
  const { position, reason } = failure;
  const error = LabError.from(reason).toJSON();
  post({ pass: pass.id, batch, positions: share, pixels: new Uint8Array(0), failure: { position, error } });
}

/** Takes down what was written into a share. */
class Notes {
  readonly witness: Witness;
  readonly #pixels: Uint8Array;
  readonly #sources: string[] = [];
  readonly #draws: Rendered['draws'][] = [];
  readonly #detail: WitnessDetail;

  constructor(pixels: Uint8Array, count: number, detail: WitnessDetail) {
    this.#pixels = pixels;
    this.#detail = detail;
    const sums = new Float64Array(count * SUMS);
    this.witness = { sources: this.#sources, checksums: new Uint32Array(count), sums, draws: this.#draws };
  }

  take({ source, draws }: Rendered, place: number): void {
    const written = this.#pixels.subarray(place * pictureBytes, (place + 1) * pictureBytes);
    this.#sources[place] = source;
    if (this.#detail === 'draws') this.#draws[place] = draws;
    this.witness.checksums[place] = checksum(written);
    sumChannels(written, this.witness.sums.subarray(place * SUMS, (place + 1) * SUMS));
  }
}

function post(message: FromWorker): void {
  port.postMessage(message, [message.pixels.buffer as ArrayBuffer]);
}

let free = CONCURRENT;
const waiting: (() => void)[] = [];

/** Runs the work when one of the slots is free, first come first served. */
async function withSlot(work: () => Promise<void>): Promise<void> {
  if (free > 0) free--;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }
}
