/** A run's network after an epoch, ready to classify. */
import type { SessionOptions } from '../runtime/session.ts';
import { resolveDevice, type DeviceChoice } from '../runtime/devices.ts';
import { defaultThreads } from '../runtime/threads.ts';
import { readEvaluationModel } from './artifacts.ts';
import { Classifier } from './classifier.ts';
import { runPaths, type RunPaths } from './run-folder.ts';
import { readRunFile, type RunFile } from './run-file.ts';
import { readEpochWeights, type EpochChoice, type Weights } from './weights.ts';

/** Which weights of which run, and where to compute. */
export interface RunChoice {
  /** The run's folder. */
  readonly folder: string;
  readonly epoch: EpochChoice;
  /** `auto` unless told otherwise. */
  readonly device?: DeviceChoice | undefined;
  readonly threads?: number | undefined;
}

/** A run opened for reading. */
export interface OpenRun {
  readonly paths: RunPaths;
  readonly run: RunFile;
  readonly epoch: number;
  readonly weights: Weights;
}

/**
 * Reads a run and the weights of an epoch.
 *
 * @throws LabError `RUN_STATE` when the epoch has none, `ARTIFACT_CHANGED`
 */
export async function openRun({ folder, epoch }: RunChoice): Promise<OpenRun> {
  const paths = runPaths(folder);
  const run = await readRunFile(paths.run);
  return { paths, run, ...(await readEpochWeights(paths, run, epoch)) };
}

/** The network that maps images to logits; release it after use. */
export async function runClassifier(
  { paths, run, weights }: OpenRun,
  choice: Pick<RunChoice, 'device' | 'threads'>,
): Promise<Classifier> {
  const model = await readEvaluationModel(paths, run);
  return Classifier.create(model, weights, 'logits', await sessionOptions(choice));
}

/** Session options for a device that a user chose, or did not. @throws LabError `DEVICE_UNAVAILABLE` */
export async function sessionOptions({
  device = 'auto',
  threads,
}: Pick<RunChoice, 'device' | 'threads'>): Promise<SessionOptions> {
  const resolved = await resolveDevice(device);
  return { device: resolved.device, threads: threads ?? defaultThreads() };
}
