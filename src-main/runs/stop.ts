/** How a run in progress is asked to stop: by its own process, or by another one through a file. */
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { LabError } from '../../src-shared/errors.ts';
import { lockLab, type LabLock } from '../data/store/lock.ts';
import { runPaths, type RunPaths } from './run-folder.ts';
import { readRunFile } from './run-file.ts';

/** Watches both ways of asking. The file is looked at whenever somebody asks, since steps block the thread. */
export class StopWatch {
  readonly #file: string;
  readonly #controller = new AbortController();

  constructor(paths: RunPaths, signal: AbortSignal | undefined) {
    this.#file = paths.stop;
    if (signal?.aborted === true) this.#controller.abort();
    signal?.addEventListener('abort', () => this.#controller.abort(), { once: true });
  }

  /** Aborted once a stop has been noticed. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the run shall stop. */
  requested(): boolean {
    if (!this.signal.aborted && existsSync(this.#file)) this.#controller.abort();
    return this.signal.aborted;
  }
}

/** Takes the run for this process. @throws LabError `RUN_BUSY` when another one has it */
export function lockRun(paths: RunPaths): LabLock {
  try {
    return lockLab(paths.folder);
  } catch (cause) {
    if (!(cause instanceof LabError) || cause.code !== 'LAB_LOCKED') throw cause;
    const holder = / by (.*)\.$/.exec(cause.message)?.[1] ?? 'another process';
    throw new LabError('RUN_BUSY', `The run ${paths.folder} is being trained by ${holder}.`, {
      hint: 'Wait for it, or stop it with: vitrine stop RUN',
      cause,
    });
  }
}

/**
 * {@link lockRun} for a training that begins. Whoever asks {@link isTraining} holds the run for a moment, which is
 * waited for.
 */
export async function takeRun(paths: RunPaths): Promise<LabLock> {
  for (let attempt = 1; attempt < TAKE_ATTEMPTS; attempt++) {
    try {
      return lockRun(paths);
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== 'RUN_BUSY') throw error;
      await setTimeout(TAKE_INTERVAL_MS);
    }
  }
  return lockRun(paths);
}

const TAKE_ATTEMPTS = 4;
const TAKE_INTERVAL_MS = 50;

/** Whether a living process trains the run. */
export function isTraining(paths: RunPaths): boolean {
  try {
    lockRun(paths).release();
    return false;
  } catch {
    return true;
  }
}

/**
 * Asks the process that trains a run, whichever it is, to write a checkpoint and stop.
 *
 * @throws LabError `RUN_STATE` when none does
 */
export async function requestStop(folder: string): Promise<void> {
  const paths = runPaths(folder);
  const { id } = await readRunFile(paths.run);
  if (!isTraining(paths)) {
    throw new LabError('RUN_STATE', `Stopping the run ${id}: no process is training it.`);
  }
  await writeFile(paths.stop, '');
}

/** Forgets an earlier request. */
export async function clearStop(paths: RunPaths): Promise<void> {
  await rm(paths.stop, { force: true });
}
