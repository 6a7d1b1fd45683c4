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
import { SampleSource } from './sample-source.ts';

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
  const results = await Promise.allSettled(
    Array.from(share, (position, place) =>
      withSlot(async () => {
        if (pass.cancelled) return;
        const { data } = await source.render(rows[position]!, pass.plan.epoch);
        pixels.set(data, place * pictureBytes);
      }),
    ),
  );
  if (pass.cancelled) return;
  const failed = results.findIndex(({ status }) => status === 'rejected');
  if (failed === -1) return post({ pass: pass.id, batch, positions: share, pixels });
  const error = LabError.from((results[failed] as PromiseRejectedResult).reason).toJSON();
  const failure = { position: share[failed]!, error };
  post({ pass: pass.id, batch, positions: share, pixels: new Uint8Array(0), failure });
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
