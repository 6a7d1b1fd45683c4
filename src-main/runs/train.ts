/** Trains a run to its end, from wherever its folder stands. */
import { LabError, type LabErrorJson } from '../../src-shared/errors.ts';
import { removeStaleTemporaries } from '../base/atomic-file.ts';
import { sha256File } from '../base/hash.ts';
import { createLoader } from '../data/loader.ts';
import type { RestoredNorms } from '../models/imported/restored-norms.ts';
import { writeSafetensors } from '../models/weights/safetensors.ts';
import { resolveDevice } from '../runtime/devices.ts';
import { runtimeVersion } from '../runtime/session.ts';
import { defaultThreads, processorName } from '../runtime/threads.ts';
import { writeArtifacts } from './artifacts.ts';
import { readCheckpoint, START, type Checkpoint } from './checkpoint.ts';
import { FeedRecorder } from './certificate/feed-recorder.ts';
import { Journal } from './journal.ts';
import { cutRecords } from './metrics-log.ts';
import { measuredNorms } from './measured-norms.ts';
import { expectedRows, labelledRows, readRows, rowsOf, type RunRow } from './rows.ts';
import { artifactPath, runPaths, type RunPaths } from './run-folder.ts';
import { readRunFile, writeRunFile, type RunFile } from './run-file.ts';
import { phasesOf } from './settings.ts';
import { clearStop, StopWatch, takeRun } from './stop.ts';
import type { TrainContext, TrainEvent, TrainResult } from './train-context.ts';
import { Trainer } from './trainer.ts';
import { firstWeights, readInitial, removeEpochs, type Weights } from './weights.ts';

/** Options of {@link trainRun}. */
export interface TrainOptions {
  /** The run's folder, as `createRun` made it. */
  readonly folder: string;
  /** Where features of frozen backbones are kept: the lab's cache. */
  readonly cacheFolder: string;
  readonly emit: (event: TrainEvent) => void;
  /** Aborting asks for a checkpoint and a stop at the next step. */
  readonly signal?: AbortSignal;
  /** TensorBoard's folder, if events shall go there while the run is trained. */
  readonly tensorboard?: string | undefined;
}

/**
 * Trains a run: a new one from the beginning, an interrupted one from its checkpoint. On the CPU, with the same
 * threads, both end with the same weights, bit for bit.
 *
 * @throws LabError `RUN_BUSY`, `RUN_FINISHED`, `ARTIFACT_CHANGED`, `CHECKPOINT_CORRUPT`, `TRAINING_DIVERGED`, `OUTPUT_UNWRITABLE`,
 * `SAMPLE_CHANGED`, `DEVICE_UNAVAILABLE`, and those of weights and images; a `failed` event goes before
 */
export async function trainRun(options: TrainOptions): Promise<TrainResult> {
  const paths = runPaths(options.folder);
  const lock = await takeRun(paths);
  try {
    return await trainLocked(paths, options);
  } finally {
    await clearStop(paths);
    lock.release();
  }
}

async function trainLocked(paths: RunPaths, options: TrainOptions): Promise<TrainResult> {
  const run = await readRunFile(paths.run);
  if (run.status === 'finished') {
    throw new LabError('RUN_FINISHED', `The run ${run.id} has finished its ${run.epoch} epochs.`, {
      hint: `Start a new run, from its weights if you like: vitrine train ${run.dataset.name} --weights ${run.id}`,
    });
  }
  try {
    return await trainUnfinished(paths, run, options);
  } catch (error) {
    const kept = LabError.from(error).toJSON();
    await recordFailure(paths, kept);
    options.emit({ event: 'failed', run: run.id, error: kept });
    throw error;
  }
}

async function recordFailure(paths: RunPaths, error: LabErrorJson): Promise<void> {
  try {
    await writeRunFile(paths.run, { ...(await readRunFile(paths.run)), status: 'failed', error });
  } catch {
    // A full disk, say: the training's own error is the one to report.
  }
}

async function trainUnfinished(paths: RunPaths, found: RunFile, options: TrainOptions): Promise<TrainResult> {
  await clearStop(paths);
  await removeStaleTemporaries(paths.folder);
  await removeStaleTemporaries(paths.epochs);
  const rows = await readRows(paths.rows, found.dataset.sha256);
  const watch = new StopWatch(paths, options.signal);
  const run = await prepare(paths, found, rows, { watch, emit: options.emit });
  if (run.status === 'stopped') return stoppedBefore(run, options.emit);
  const checkpoint = (await readCheckpoint(paths.checkpoint)) ?? { position: START, tensors: new Map() };
  await forgetAfter(paths, checkpoint);
  const { position } = checkpoint;
  const { tensorboard, emit } = options;
  const journal = await Journal.open({ paths, run, rows, position, tensorboard, emit });
  const recorder = await FeedRecorder.open({
    ...{ paths, position, classes: run.dataset.classes.length },
    rows: expectedRows(rows, run.dataset.classes),
    onNote: (message) => journal.emit({ event: 'note', message }),
  });
  const context = await createContext(paths, run, rows, watch, recorder, { ...options, emit: journal.emit });
  try {
    announce(context, checkpoint);
    return await new Trainer(context, checkpoint, watch).run();
  } finally {
    journal.close();
    recorder.close();
    await context.loader.close();
  }
}

interface Watching {
  readonly watch: StopWatch;
  readonly emit: (event: TrainEvent) => void;
}

/**
 * Settles what a run needs before its first step and keeps it in `run.json`; nothing changes on a resume.
 *
 * @returns the run, which is `stopped` when that was asked for before it had its first weights
 */
async function prepare(
  paths: RunPaths,
  found: RunFile,
  rows: readonly RunRow[],
  watching: Watching,
): Promise<RunFile> {
  const machine = await settleMachine(found);
  let run: RunFile = { ...found, machine, status: 'running', error: null };
  for (const { name } of phasesOf(run.settings)) {
    if (artifactPath(name, 'training_model') in run.files) continue;
    run = { ...run, files: { ...run.files, ...(await writeArtifacts(paths, run, rows, name)) } };
  }
  if (!('initial.safetensors' in run.files)) run = await writeInitial(paths, run, rows, watching);
  await writeRunFile(paths.run, run);
  return run;
}

async function writeInitial(
  paths: RunPaths,
  run: RunFile,
  rows: readonly RunRow[],
  watching: Watching,
): Promise<RunFile> {
  const { weights, headLoaded, unmeasured } = await firstWeights(paths, run);
  const measured = unmeasured && (await measuredUnlessStopped(run, rows, unmeasured, weights, watching));
  if (measured === 'stopped') return { ...run, status: 'stopped' };
  await writeSafetensors(paths.initial, new Map([...weights, ...(measured ?? [])]), {});
  const hash = await sha256File(paths.initial);
  return {
    ...run,
    weights: run.weights && { ...run.weights, headLoaded },
    files: { ...run.files, 'initial.safetensors': hash },
  };
}

async function measuredUnlessStopped(
  run: RunFile,
  rows: readonly RunRow[],
  norms: RestoredNorms,
  weights: Weights,
  { watch, emit }: Watching,
): Promise<Weights | 'stopped'> {
  const onProgress = (done: number, total: number): void => {
    emit({ event: 'measuring', done, total });
    watch.requested();
  };
  try {
    return await measuredNorms({ run, rows, norms, weights, signal: watch.signal, onProgress });
  } catch (error) {
    if (error instanceof LabError && error.code === 'CANCELLED') return 'stopped';
    throw error;
  }
}

function stoppedBefore({ id, epoch, best }: RunFile, emit: Watching['emit']): TrainResult {
  const result: TrainResult = { run: id, status: 'stopped', epoch, best };
  emit({ event: 'done', ...result });
  return result;
}

async function settleMachine({ settings, machine }: RunFile): Promise<NonNullable<RunFile['machine']>> {
  const { device, reason } = await resolveDevice(machine?.device ?? settings.device);
  return {
    device,
    deviceReason: machine?.deviceReason ?? reason,
    threads: machine?.threads ?? settings.threads ?? defaultThreads(),
    onnxruntime: runtimeVersion(),
    node: process.versions.node,
    processor: processorName(),
  };
}

/** Drops what was recorded after the checkpoint, since it will come again. */
async function forgetAfter(paths: RunPaths, { position }: Checkpoint): Promise<void> {
  await cutRecords(paths.metrics, position.epoch);
  await removeEpochs(paths, (epoch) => epoch <= position.epoch);
}

async function createContext(
  paths: RunPaths,
  run: RunFile,
  rows: readonly RunRow[],
  watch: StopWatch,
  recorder: FeedRecorder,
  { cacheFolder, emit }: TrainOptions,
): Promise<TrainContext> {
  const { settings, dataset } = run;
  const { device, threads } = run.machine!;
  const loaderRows = labelledRows(rows, dataset.classes);
  const { pipeline, seed, maxPixels } = settings;
  return {
    paths,
    run,
    rows: loaderRows,
    train: rowsOf(rows, 'train'),
    validation: rowsOf(rows, 'validation'),
    loader: createLoader({ rows: loaderRows, pipeline, seed, ...(maxPixels !== undefined && { maxPixels }) }),
    initial: await readInitial(paths, run),
    recorder,
    cacheFolder,
    session: { device, threads },
    signal: watch.signal,
    emit,
  };
}

function announce({ run, emit }: TrainContext, { position }: Checkpoint): void {
  const { epoch, step } = position;
  emit({
    event: 'start',
    run: run.id,
    phases: phasesOf(run.settings),
    device: run.machine!.device,
    deviceReason: run.machine!.deviceReason,
    threads: run.machine!.threads,
    headLoaded: run.weights?.headLoaded ?? null,
    resumedFrom: epoch + step > 0 ? { epoch, step } : null,
  });
}
