/** What the lab and a compute process say to each other. */
import type { LabErrorJson } from '../../src-shared/errors.ts';
import type { DeviceChoice, DeviceStatus } from '../runtime/devices.ts';
import type { Certificate } from './certificate/certificate.ts';
import type { DemonstrateOptions } from './certificate/demonstrate.ts';
import type { EvaluateOptions, Evaluation } from './evaluate.ts';
import type { ExportOptions, UnverifiedExport } from './export.ts';
import type { JudgeEvent, JudgeOptions } from './judge.ts';
import type { PredictOptions, Prediction } from './predict.ts';
import type { Predictor, PredictSource } from './predictor.ts';
import type { RunChoice } from './run-classifier.ts';
import type { LogExport, LogExportOptions } from './tensorboard/export-log.ts';
import type { TrainOptions } from './train.ts';
import type { TrainEvent, TrainResult } from './train-context.ts';
import type { ExportResult } from './verify-export.ts';

/** How far a call is. */
export interface ProgressEvent {
  readonly event: 'progress';
  readonly done: number;
  readonly total: number;
}

/** A call whose answer is one value. */
interface Call<Input, Output, Event = never> {
  readonly input: Input;
  readonly output: Output;
  readonly event: Event;
}

/** Every call: what goes in, what comes meanwhile, what comes out. */
export interface ComputeCalls {
  /** Trains a run, new or interrupted, to its end. Cancelling it stops it with a checkpoint. */
  train: Call<Omit<TrainOptions, 'signal' | 'emit'>, TrainResult, TrainEvent>;
  evaluate: Call<Omit<EvaluateOptions, 'signal' | 'onProgress'>, Evaluation, ProgressEvent>;
  judge: Call<Omit<JudgeOptions, 'signal' | 'emit'>, { readonly epoch: number }, JudgeEvent>;
  predict: Call<
    Omit<PredictOptions, 'signal' | 'onPrediction'> & { readonly source: PredictSource },
    { readonly failed: number },
    { readonly event: 'prediction'; readonly prediction: Prediction }
  >;
  /** Loads a network for predictions to come, and says what it is. */
  'open-predictor': Call<PredictSource, Omit<Predictor, 'logits' | 'release'>>;
  'build-export': Call<ExportOptions, UnverifiedExport>;
  'verify-export': Call<UnverifiedExport, ExportResult>;
  'export-weights': Call<RunChoice & { readonly out: string }, null>;
  'export-log': Call<LogExportOptions, LogExport>;
  /** Certifies an order of images, good or bad, without training. */
  demonstrate: Call<Omit<DemonstrateOptions, 'signal' | 'onProgress'>, Certificate[], ProgressEvent>;
  devices: Call<null, DeviceStatus[]>;
  'resolve-device': Call<DeviceChoice, { readonly device: string; readonly reason: string }>;
}

/** The name of one of {@link ComputeCalls}. */
export type CallName = keyof ComputeCalls;

/** To a compute process. */
export type ToCompute =
  | { readonly type: 'call'; readonly id: number; readonly name: CallName; readonly input: unknown }
  | { readonly type: 'cancel'; readonly id: number };

/** From a compute process. */
export type FromCompute =
  | { readonly type: 'event'; readonly id: number; readonly event: unknown }
  | { readonly type: 'result'; readonly id: number; readonly output: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: LabErrorJson; readonly stack?: string };
