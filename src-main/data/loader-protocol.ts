/** What the loader and its worker threads say to each other. */
import type { LabErrorJson } from '../../src-shared/errors.ts';
import type { SourceOptions } from './sample-source.ts';
import type { Witness, WitnessDetail } from './witness.ts';

/** A worker's start data. */
export interface WorkerSetup extends SourceOptions {
  /** This worker serves the rows whose number leaves this rest when divided by `workers`. */
  readonly worker: number;
  readonly workers: number;
}

/** The batches of one pass, as {@link ToWorker} opens it. */
export interface PassPlan {
  /** Row numbers in the order of the pass. */
  readonly order: Uint32Array;
  /** How many rows each batch takes from the order. */
  readonly sizes: readonly number[];
  /** The first batch's number in its epoch. */
  readonly firstBatch: number;
  /** The epoch that keys augmentation; undefined without augmentation. */
  readonly epoch: number | undefined;
  /** Whether the batches come with a {@link Witness}, and how much it tells. */
  readonly witness: WitnessDetail | undefined;
}

/** To a worker. It may work on as many batches as it has credits: ahead of whoever uses them, but not far. */
export type ToWorker =
  | { readonly type: 'open'; readonly pass: number; readonly plan: PassPlan; readonly credits: number }
  | { readonly type: 'credit'; readonly pass: number }
  | { readonly type: 'cancel'; readonly pass: number };

/** From a worker: its share of a batch, or the first failure in it by position. */
export interface FromWorker {
  readonly pass: number;
  readonly batch: number;
  /** Places of the share's pictures within the batch. */
  readonly positions: Uint32Array;
  /** The pictures, one after the other; empty after a failure. */
  readonly pixels: Uint8Array;
  /** Of the share's pictures, where the plan asks for it. */
  readonly witness?: Witness;
  readonly failure?: { readonly position: number; readonly error: LabErrorJson };
}

/** Where each batch of a plan begins in its order; one more entry tells where the last ends. */
export function batchOffsets(sizes: readonly number[]): number[] {
  const offsets = [0];
  for (const size of sizes) offsets.push(offsets.at(-1)! + size);
  return offsets;
}
