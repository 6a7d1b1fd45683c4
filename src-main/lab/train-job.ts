/** Training as a job: from a data set and settings to a run, and from a run to its trained network. */
import path from 'node:path';
import type { startSchema } from '../../src-shared/contract/training.ts';
import { trainableRows } from '../data/trainable.ts';
import { checkDifferentiable } from '../models/differentiable.ts';
import { checkImageSize } from '../models/image-size.ts';
import { classWeights } from '../runs/artifacts.ts';
import { createRun } from '../runs/run-folder.ts';
import type { RunRow } from '../runs/rows.ts';
import type { TrainSettingsInput } from '../runs/settings.ts';
import { findLogFolder } from '../runs/tensorboard/log-folder.ts';
import type { TrainEvent, TrainResult } from '../runs/train-context.ts';
import { ruleOf } from '../training/param-groups.ts';
import type { z } from 'zod';
import type { JobContext, Work } from './jobs.ts';
import type { Lab } from './lab.ts';
import { checkNormalization, chooseNormalization } from './normalization.ts';
import { checkRules, engineSettings } from './train-settings.ts';
import { findNetwork, type FoundNetwork } from './network.ts';
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
  const runRows = rows.map(({ path, file, sha256, className, split }): RunRow => ({
    path,
    ...(file !== path && { file }),
    sha256,
    label: className,
    split: split ?? 'train',
  }));
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
    classWeights(settings.classWeights, classes, runRows);
    for (const message of found.notes ?? []) job.emit({ event: 'note', message });
    const normalization = await chooseNormalization(settings, engine, runRows, job);
    const folder = await createRun({
      labFolder: lab.folder,
      dataset: { name, classes },
      rows: runRows,
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
  const onEvent = (event: TrainEvent): void => report(event, job);
  return lab.compute('train', { folder, cacheFolder, tensorboard }, { onEvent, signal: job.signal });
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

function report(event: TrainEvent, job: JobContext): void {
  switch (event.event) {
    case 'measuring':
      job.progress({ done: event.done, total: event.total, message: 'Measuring what is normalised' });
      return;
    case 'progress':
      job.emit({ event: 'features', draws: event.draws, done: event.done, total: event.total });
      job.progress({ done: event.done, total: event.total, message: 'Computing features' });
      return;
    case 'step':
      job.emit(event);
      job.progress({ done: event.epochStep, total: event.epochSteps, message: `Epoch ${event.epoch}` });
      return;
    case 'start':
    case 'epoch':
    case 'checkpoint':
    case 'note':
      job.emit(event);
      return;
    // The job's own end says these.
    case 'done':
    case 'failed':
  }
}
