/** Changes of a data set as a whole. */
import path from 'node:path';
import { LabError } from '../../src-shared/errors.ts';
import { type RunFile, writeRunFile } from '../runs/run-file.ts';
import { listRuns, runPaths, type RunPaths, runsFolder } from '../runs/run-folder.ts';
import { isTraining } from '../runs/stop.ts';
import type { Lab } from './lab.ts';

/**
 * Gives a data set another name, in its runs too.
 *
 * @throws LabError `DATASET_NOT_FOUND`, `DATASET_EXISTS`, `DATASET_BUSY`, `INVALID_ARGUMENT`
 */
export async function renameDataset(lab: Lab, dataset: string, to: string): Promise<void> {
  const { name } = lab.store.dataset(dataset);
  const runs = await runsOf(lab, name);
  requireIdle(lab, name, runs);
  lab.store.renameDataset(name, to);
  for (const run of runs) {
    await writeRunFile(pathsOf(lab, run).run, { ...run, dataset: { ...run.dataset, name: to } });
  }
  announce(lab, name);
  announce(lab, to);
}

/** Forgets a data set. @throws LabError `DATASET_NOT_FOUND`, `DATASET_BUSY` */
export async function removeDataset(lab: Lab, dataset: string): Promise<void> {
  const { name } = lab.store.dataset(dataset);
  requireIdle(lab, name, []);
  await lab.store.removeDataset(name);
  announce(lab, name);
}

function announce(lab: Lab, dataset: string): void {
  lab.changes.emit({ what: 'datasets' });
  lab.changes.emit({ what: 'runs' });
  lab.changes.emit({ what: 'samples', dataset });
  lab.changes.emit({ what: 'predictions', dataset });
}

/** The runs that were trained on it. */
async function runsOf(lab: Lab, dataset: string): Promise<RunFile[]> {
  const key = dataset.normalize('NFC');
  return (await listRuns(lab.folder)).filter((run) => run.dataset.name.normalize('NFC') === key);
}

function pathsOf(lab: Lab, { id }: RunFile): RunPaths {
  return runPaths(path.join(runsFolder(lab.folder), id));
}

/** Throws LabError `DATASET_BUSY` while something works with the data set under its name. */
function requireIdle(lab: Lab, dataset: string, runs: readonly RunFile[]): void {
  const key = dataset.normalize('NFC');
  const job = lab.jobs
    .list()
    .find(({ subject, status }) => status === 'running' && subject.normalize('NFC') === key);
  const training = runs.find((run) => isTraining(pathsOf(lab, run)));
  if (job === undefined && training === undefined) return;
  const what = job === undefined ? 'the training of a run' : `a job, ${job.kind}`;
  throw new LabError('DATASET_BUSY', `The data set "${dataset}" is in use by ${what}.`, {
    hint: 'Wait until it has ended, or stop it.',
  });
}
