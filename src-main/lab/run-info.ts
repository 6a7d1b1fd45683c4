/** A run as lists show it. */
import path from 'node:path';
import type { RunInfo } from '../../src-shared/contract/run-info.ts';
import { readNotes } from '../runs/notes-file.ts';
import { readRunFile, type RunFile } from '../runs/run-file.ts';
import { runPaths, runsFolder } from '../runs/run-folder.ts';
import { phasesOf } from '../runs/settings.ts';
import { isTraining } from '../runs/stop.ts';
import type { Lab } from './lab.ts';

/** What lists say of a run. */
export async function runInfo(lab: Lab, run: RunFile): Promise<RunInfo> {
  const { id, createdAt, error, dataset, settings, weights, machine, epoch, best } = run;
  const { name, note, paused } = await readNotes(path.join(runsFolder(lab.folder), id));
  return {
    ...{ id, name, note, createdAt, error, dataset, epoch, best },
    status: statusOf(lab, run, paused),
    job: lab.trainings.get(id) ?? null,
    model: settings.model,
    mode: settings.mode,
    imageSize: settings.pipeline.imageSize,
    weights: weights?.name ?? null,
    device: machine?.device ?? null,
    epochs: phasesOf(settings).reduce((sum, phase) => sum + phase.epochs, 0),
  };
}

/** {@link runInfo} of the run in a folder. @throws LabError `RUN_STATE` */
export async function runInfoOf(lab: Lab, folder: string): Promise<RunInfo> {
  return runInfo(lab, await readRunFile(runPaths(folder).run));
}

/** A run that calls itself running and has no process was interrupted. */
function statusOf(lab: Lab, { id, status }: RunFile, paused: boolean): RunInfo['status'] {
  if (lab.trainings.has(id)) return 'running';
  if (status === 'running') {
    return isTraining(runPaths(path.join(runsFolder(lab.folder), id))) ? 'running' : 'interrupted';
  }
  return status === 'stopped' && paused ? 'paused' : status;
}
