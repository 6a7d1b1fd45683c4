/** Training as a job: from a data set and settings to a run, and from a run to its trained network. */
import path from 'node:path';
import type { startSchema } from '../../src-shared/contract/training.ts';
import { LabError } from '../../src-shared/errors.ts';
import { trainableRows, type TrainableRow } from '../data/trainable.ts';
import { checkDifferentiable } from '../models/differentiable.ts';
import { checkImageSize } from '../models/image-size.ts';
import { classWeights } from '../runs/artifacts.ts';
import { changeNotes } from '../runs/notes-file.ts';
import { readRunFile } from '../runs/run-file.ts';
import { createRun, runPaths } from '../runs/run-folder.ts';
import type { RunRow } from '../runs/rows.ts';
import { phasesOf, type TrainSettingsInput } from '../runs/settings.ts';
import { findLogFolder } from '../runs/tensorboard/log-folder.ts';
import type { TrainEvent, TrainResult } from '../runs/train-context.ts';
import { ruleOf } from '../training/param-groups.ts';
import type { z } from 'zod';
import type { JobContext, Work } from './jobs.ts';
import type { Lab } from './lab.ts';
import { checkNormalization, chooseNormalization } from './normalization.ts';
import { checkRules, engineSettings } from './train-settings.ts';
import { findNetwork, type FoundNetwork } from './network.ts';
import { findSpeed, querySpeedOf } from './speed.ts';
import { TrainingClock } from './training-clock.ts';
import { findWeights } from './weights.ts';

/**
 * Reads what a training needs from the store, so that a data set that cannot be trained on is told at once.
 *
 * @returns the work of the job
 * @throws LabError `DATASET_NOT_FOUND`, `DATASET_EMPTY`, `DATASET_ONE_CLASS`, `MODEL_UNKNOWN`, `MODEL_INPUT_SIZE`,
 * `OUTPUT_UNWRITABLE`
 */
export async function prepareRun(lab: Lab, input: z.output<typeof startSchema>): Promise<Work<'train'>> {
  const { dataset, tensorboard, ...settings } = input;
  checkNormalization(settings);
  const logs = await findTensorboard(tensorboard, null);
  const found = await findNetwork(settings.model, settings);
  if (settings.imageSize !== null) checkImageSize(found.architecture, settings.imageSize);
  const { name } = lab.store.dataset(dataset);
  const { classes, rows } = trainableRows(lab.store, dataset);
  const split = rows.some((row) => row.split !== null);
  const kept = runRows(rows);
  return async (job) => {
    const weights = await findWeights(
      lab,
      settings.weights,
      { network: found, classes: classes.length },
      job,
    );
    const engine = engineSettings(settings, weights);
    checkRules(found.architecture, classes.length, engine);
    if (found.file) checkTrainable(found, classes.length, engine);
    // Told before there is a run.
    classWeights(settings.classWeights, classes, kept);
    for (const message of found.notes ?? []) job.emit({ event: 'note', message });
    const normalization = await chooseNormalization(settings, engine, kept, job);
    const folder = await createRun({
      labFolder: lab.folder,
      dataset: { name, classes },
      rows: kept,
      weights: weights.file === null ? null : { name: weights.name, file: weights.file },
      ...(found.file && { network: { ...found.file, ownWeights: weights.name === 'own' } }),
      settings: { ...engine, normalization },
    });
    if (!split) {
      const message = `The data set "${name}" is not split: all its images are for training. Split it with: vitrine split ${name}`;
      job.emit({ event: 'note', message });
    }
    return trainJob(lab, folder, logs, job);
  };
}

/** The rows that a run keeps: those without a split are for training. */
export function runRows(rows: readonly TrainableRow[]): RunRow[] {
  return rows.map(({ path, file, sha256, className, split }) => ({
    path,
    ...(file !== path && { file }),
    sha256,
    label: className,
    split: split ?? 'train',
  }));
}

/** A file may hold ops without a gradient; where they are frozen, training goes on without them. */
function checkTrainable(
  { architecture }: FoundNetwork,
  classes: number,
  { mode, pipeline, paramGroups = [] }: TrainSettingsInput,
): void {
  const isTrainable = (name: string): boolean =>
    (mode !== 'head' || architecture.head.includes(name)) && ruleOf(paramGroups, name)?.freeze !== true;
  checkDifferentiable(architecture, classes, pipeline.imageSize, isTrainable);
}

/** Trains a run in a compute process; cancelling writes a checkpoint and ends as a result. */
export async function trainJob(
  lab: Lab,
  folder: string,
  tensorboard: string | undefined,
  job: JobContext,
): Promise<TrainResult> {
  const { cacheFolder } = lab;
  const run = path.basename(folder);
  if (lab.trainings.has(run)) throw new LabError('RUN_BUSY', `The run ${run} is being trained already.`);
  lab.trainings.set(run, job.id);
  const changed = (): void => lab.changes.emit({ what: 'runs' });
  try {
    changed();
    await changeNotes(folder, { paused: false });
    const { settings, dataset } = await readRunFile(runPaths(folder).run);
    const clock = new TrainingClock(phasesOf(settings), dataset);
    const onEvent = (event: TrainEvent): void => {
      report(event, job, clock);
      if (event.event === 'start') void setClock(clock, lab, folder, event);
      if (event.event === 'start' || event.event === 'epoch') changed();
    };
    return await lab.compute('train', { folder, cacheFolder, tensorboard }, { onEvent, signal: job.signal });
  } finally {
    lab.trainings.delete(run);
    changed();
  }
}

/** Tells a clock from earlier runs how long the phases take that have not begun. */
async function setClock(
  clock: TrainingClock,
  lab: Lab,
  folder: string,
  machine: { readonly device: string; readonly threads: number },
): Promise<void> {
  const run = await readRunFile(runPaths(folder).run);
  const speed = await findSpeed(lab, querySpeedOf(run, machine));
  if (speed === undefined) return;
  const { train, validation } = run.dataset;
  clock.expect({
    step: run.settings.batchSize / speed.train,
    evaluation: (train + validation) / speed.evaluate,
  });
}

/**
 * The folder that TensorBoard's events of a run go to, looked at before anything begins.
 *
 * @param run null for a new run
 * @throws LabError `OUTPUT_UNWRITABLE` when it is no folder or holds other events
 */
export async function findTensorboard(
  folder: string | null,
  run: string | null,
): Promise<string | undefined> {
  if (folder === null) return undefined;
  await findLogFolder(path.resolve(folder), run);
  return path.resolve(folder);
}

function report(event: TrainEvent, job: JobContext, clock: TrainingClock): void {
  switch (event.event) {
    case 'measuring':
      job.progress({ done: event.done, total: event.total, message: 'Measuring what is normalised' });
      return;
    case 'progress':
      job.emit({ event: 'features', draws: event.draws, done: event.done, total: event.total });
      job.progress({ done: event.done, total: event.total, message: 'Computing features' });
      return;
    case 'step':
      clock.step(event, performance.now());
      job.emit(event);
      job.progress({
        done: (event.epoch - 1) * event.epochSteps + event.epochStep,
        total: clock.epochs * event.epochSteps,
        message: `Epoch ${event.epoch} of ${clock.epochs}`,
        secondsLeft: clock.secondsLeft(),
      });
      return;
    case 'epoch':
      clock.epoch(event, performance.now());
      job.emit(event);
      return;
    case 'start':
    case 'checkpoint':
    case 'note':
      job.emit(event);
      return;
    // The job's own end says these.
    case 'done':
    case 'failed':
  }
}
