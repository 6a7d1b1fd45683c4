/** Measures how fast a network is on this machine: a training of a few batches, of which only the times are kept. */
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ResultOf } from '../../src-shared/contract/job.ts';
import { LabError } from '../../src-shared/errors.ts';
import { trainableRows } from '../data/trainable.ts';
import { createRun } from '../runs/run-folder.ts';
import type { RunRow } from '../runs/rows.ts';
import { speedQuery, type Planned } from './estimate.ts';
import type { Work } from './jobs.ts';
import type { Lab } from './lab.ts';
import { planTraining } from './planned-training.ts';
import { calibrationFolder, findSpeed } from './speed.ts';
import { engineSettings } from './train-settings.ts';
import { runRows } from './train-job.ts';

/** Batches that are trained on. The first two warm up. */
const BATCHES = 7;

/** After this long what has been measured must do, if there are a few steps. */
const LIMIT_MS = 20_000;
const FEWEST_STEPS = 4;

/** Network weights, checkpoints and graphs are of no use afterwards. */
const KEPT = new Set(['run.json', 'log.jsonl', 'metrics.jsonl']);

/**
 * Prepares the measurement, so that settings that cannot be trained with are told at once.
 *
 * @returns the work of a job
 * @throws LabError as `planTraining` does; `RUN_BUSY` while something is trained, since both would be slower
 */
export async function prepareCalibration(lab: Lab, planned: Planned): Promise<Work<'calibrate'>> {
  if (lab.trainings.size > 0) throw busy();
  const { dataset, split: _, ...settings } = planned;
  const plan = await planTraining(lab, dataset, settings);
  const { classes, rows } = trainableRows(lab.store, dataset);
  const engine = engineSettings(
    { ...settings, mode: 'full', epochs: 1, classWeights: null, init: [], shuffle: true },
    {
      ...{ name: 'none', file: null, pretrained: plan.pretrained, imageSize: plan.imageSize },
      normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
    },
  );
  return async (job) => {
    const labFolder = calibrationFolder(lab);
    const { file } = plan.network;
    const folder = await createRun({
      ...{ labFolder, dataset: { name: dataset, classes }, weights: null },
      rows: fewRows(runRows(rows), settings.batchSize),
      ...(file && { network: { ...file, ownWeights: false } }),
      settings: { ...engine, keepEpochs: 'best', checkpointSteps: null, checkpointSeconds: 3600 },
    });
    try {
      const enough = new AbortController();
      const began = performance.now();
      await lab.compute(
        'train',
        { folder, cacheFolder: path.join(folder, 'cache') },
        {
          signal: AbortSignal.any([job.signal, enough.signal]),
          onEvent: (event) => {
            if (event.event !== 'step') return;
            job.progress({ done: event.step, total: event.epochSteps, message: 'Measuring the speed' });
            if (event.step >= FEWEST_STEPS && performance.now() - began > LIMIT_MS) enough.abort();
          },
        },
      );
      if (job.signal.aborted) throw new LabError('CANCELLED', 'Measuring the speed was cancelled.');
      await dropAllBut(KEPT, folder);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return resultOf(lab, await speedQuery(plan, dataset, settings));
  };
}

async function resultOf(
  lab: Lab,
  query: Awaited<ReturnType<typeof speedQuery>>,
): Promise<Omit<ResultOf<'calibrate'>, 'kind'>> {
  const speed = await findSpeed(lab, query);
  if (speed === undefined) throw new LabError('INTERNAL', 'The calibration has left no figures.');
  lab.changes.emit({ what: 'runs' });
  return {
    device: query.device,
    trainImagesPerSecond: speed.train,
    evaluateImagesPerSecond: speed.evaluate,
  };
}

/** Some batches of training images, evenly from the list so that all classes are among them, and one to validate. */
function fewRows(rows: readonly RunRow[], batchSize: number): RunRow[] {
  const train = evenly(
    rows.filter(({ split }) => split === 'train'),
    BATCHES * batchSize,
  );
  return [
    ...train,
    ...evenly(
      rows.filter(({ split }) => split === 'validation'),
      batchSize,
    ),
  ];
}

function evenly<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, at) => items[Math.floor((at * items.length) / count)]!);
}

async function dropAllBut(kept: ReadonlySet<string>, folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!kept.has(name)) await rm(path.join(folder, name), { recursive: true, force: true });
  }
}

function busy(): LabError {
  return new LabError('RUN_BUSY', 'The speed cannot be measured while a run is trained.', {
    hint: 'Wait until it has ended, or pause it.',
  });
}
