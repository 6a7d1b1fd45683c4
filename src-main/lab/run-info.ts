/** A run as lists show it. */
import path from 'node:path';
import type { RunInfo } from '../../src-shared/contract/training.ts';
import { runPaths, runsFolder } from '../runs/run-folder.ts';
import type { RunFile } from '../runs/run-file.ts';
import { phasesOf } from '../runs/settings.ts';
import { isTraining } from '../runs/stop.ts';

/** What lists say of a run. A run that calls itself running and has no process was interrupted. */
export function runInfo(labFolder: string, run: RunFile): RunInfo {
  const { id, createdAt, error, dataset, settings, weights, machine, epoch, best } = run;
  const living = run.status !== 'running' || isTraining(runPaths(path.join(runsFolder(labFolder), id)));
  return {
    ...{ id, createdAt, error, dataset, epoch, best },
    status: living ? run.status : 'interrupted',
    model: settings.model,
    mode: settings.mode,
    imageSize: settings.pipeline.imageSize,
    weights: weights?.name ?? null,
    device: machine?.device ?? null,
    epochs: phasesOf(settings).reduce((sum, phase) => sum + phase.epochs, 0),
  };
}
