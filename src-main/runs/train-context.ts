/** What all parts of a training in progress share. */
import type { LabErrorJson } from '../../src-shared/errors.ts';
import type { BatchMix } from '../data/batch-mix.ts';
import type { LoaderRow, Loader } from '../data/loader.ts';
import type { Tensor } from '../onnx/tensor.ts';
import type { SessionOptions } from '../runtime/session.ts';
import type { SlotWitness } from './certificate/fed-batch.ts';
import type { FeedRecorder } from './certificate/feed-recorder.ts';
import type { EpochRecord } from './metrics-log.ts';
import type { Summary } from './metrics/classification.ts';
import type { RunPaths } from './run-folder.ts';
import type { BestEpoch, RunFile } from './run-file.ts';
import type { Phase } from './settings.ts';
import type { Weights } from './weights.ts';

/** What a training reports while it runs. */
export type TrainEvent =
  | {
      readonly event: 'start';
      readonly run: string;
      readonly phases: readonly Phase[];
      readonly device: string;
      readonly deviceReason: string;
      readonly threads: number;
      /** Whether the head of the weights file was used; null without a file. */
      readonly headLoaded: boolean | null;
      /** Where a resumed training goes on; null from the beginning. */
      readonly resumedFrom: { readonly epoch: number; readonly step: number } | null;
    }
  | {
      readonly event: 'progress';
      readonly what: 'features';
      /** Augmented versions of each training picture. */
      readonly draws: number;
      readonly done: number;
      readonly total: number;
    }
  | {
      /** Images of which the statistics of restored BatchNorm layers are taken; goes before `start`. */
      readonly event: 'measuring';
      readonly done: number;
      readonly total: number;
    }
  | {
      readonly event: 'step';
      /** From 1, over the whole run. */
      readonly step: number;
      /** The epoch under way. */
      readonly epoch: number;
      readonly epochStep: number;
      readonly epochSteps: number;
      /** Of the step's batch as it was shown, before the step changed the weights. */
      readonly loss: number;
      readonly accuracy: number;
      /** By parameter group. */
      readonly learningRates: Readonly<Record<string, number>>;
    }
  | ({ readonly event: 'epoch'; readonly epochs: number } & EpochRecord)
  | { readonly event: 'checkpoint'; readonly epoch: number; readonly step: number }
  /** Something a user should know that does not end the training. */
  | { readonly event: 'note'; readonly message: string }
  | ({ readonly event: 'done' } & TrainResult)
  | {
      readonly event: 'failed';
      readonly run: string;
      readonly error: LabErrorJson;
    };

/** How a training ended. */
export interface TrainResult {
  readonly run: string;
  readonly status: 'finished' | 'stopped';
  /** Epochs finished. */
  readonly epoch: number;
  readonly best: BestEpoch | null;
}

/** A training in progress. */
export interface TrainContext {
  readonly paths: RunPaths;
  readonly run: RunFile;
  readonly rows: readonly LoaderRow[];
  /** Row numbers. */
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  readonly loader: Loader;
  readonly initial: Weights;
  /** Sees what every step is fed. */
  readonly recorder: FeedRecorder;
  readonly cacheFolder: string;
  readonly session: SessionOptions;
  /** Aborted when the run shall stop; long computations without a checkpoint watch it. */
  readonly signal: AbortSignal;
  readonly emit: (event: TrainEvent) => void;
}

/** Inputs of one step. */
export interface TrainBatch {
  readonly input: Tensor;
  readonly labels: Int32Array;
  readonly mix?: BatchMix;
  /** What is known of its slots from where they were made. */
  readonly witness: SlotWitness;
}

/** A stretch of an epoch's batches. */
export interface BatchPlan {
  /** Row numbers. */
  readonly order: Uint32Array;
  readonly sizes: readonly number[];
  readonly epoch: number;
  /** The number of the first batch in its epoch, from 0. */
  readonly firstBatch: number;
}

/** Where a phase's batches come from, and how its epochs are measured. */
export interface PhaseData {
  /** Batches of training rows. */
  batches(plan: BatchPlan): AsyncIterable<TrainBatch>;
  /** Figures of the given weights on the plain training and validation pictures. */
  evaluate(weights: ReadonlyMap<string, Tensor>): Promise<EpochFigures>;
  close(): Promise<void>;
}

/** See {@link EpochRecord}. */
export interface EpochFigures {
  readonly train: Summary;
  readonly validation: Summary | null;
}
