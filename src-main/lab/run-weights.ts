/** The weights of another run, as a file to begin with. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../../src-shared/errors.ts';
import { readRunFile } from '../runs/run-file.ts';
import { findRun, runPaths } from '../runs/run-folder.ts';
import type { Lab } from './lab.ts';

/**
 * Writes the weights of a run's best epoch, or with `RUN@EPOCH` of another one, into a folder.
 *
 * @param model the name of the network that is to have them
 * @returns the file; undefined when no run is called so
 * @throws LabError `WEIGHTS_MISMATCH` for a run of another network, `RUN_STATE` when the epoch has no weights, `ARTIFACT_CHANGED`
 */
export async function runWeights(
  lab: Lab,
  name: string,
  { model, folder }: { readonly model: string; readonly folder: string },
): Promise<string | undefined> {
  const [, run = name, number] = /^(.+)@([0-9]+)$/.exec(name) ?? [];
  const found = await findRun(lab.folder, run).catch(noSuchRun);
  if (found === undefined) return undefined;
  const { id, best, network, settings } = await readRunFile(runPaths(found).run);
  if (network === null && settings.model !== model) throw ofAnotherNetwork(id, settings.model, model);
  const epoch = number === undefined ? (best?.epoch ?? 'best') : Number(number);
  const out = path.join(folder, `${id}@${epoch}.safetensors`);
  await mkdir(folder, { recursive: true });
  await lab.compute('export-weights', { folder: found, epoch, out });
  return out;
}

function noSuchRun(error: unknown): undefined {
  if (error instanceof LabError && error.code === 'RUN_NOT_FOUND') return;
  throw error;
}

function ofAnotherNetwork(run: string, found: string, expected: string): LabError {
  return new LabError(
    'WEIGHTS_MISMATCH',
    `The weights of the run ${run} are those of ${found}, not of ${expected}.`,
    { hint: `Train with --model ${found}.` },
  );
}
