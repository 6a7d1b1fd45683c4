/** Taking a run's network away as files: the work of jobs. */
import path from 'node:path';
import type { z } from 'zod';
import type { exportSchema, exportWeightsSchema } from '../../src-shared/contract/exporting.ts';
import { sha256File } from '../base/hash.ts';
import { recordExport } from '../runs/export-records.ts';
import { readRunFile, type RunFile } from '../runs/run-file.ts';
import { findRun, runPaths } from '../runs/run-folder.ts';
import type { Lab } from './lab.ts';
import type { PathAccess } from './path-access.ts';

/** A run's own name for its network; of a file, that of the file without its folders and its extension. */
export function networkName(model: string): string {
  const name = model.split(/[\\/]/).at(-1) ?? model;
  return name.replace(/\.(onnx|json)$/i, '');
}

/** What a run's exports are called after. */
export function exportWords({ dataset, settings }: Pick<RunFile, 'dataset' | 'settings'>): string[] {
  return [dataset.name, networkName(settings.model)];
}

/**
 * Starts the job that writes a run's network as ONNX, and records how it was found to agree.
 *
 * @returns its id
 * @throws LabError `RUN_NOT_FOUND`, `PATH_FORBIDDEN`
 */
export async function startExport(
  lab: Lab,
  paths: PathAccess,
  { run, input, epoch, ...places }: z.output<typeof exportSchema>,
): Promise<string> {
  const folder = await findRun(lab.folder, run);
  const given = places.out === null ? null : paths.check(places.out);
  const weightsFile = places.weightsOut === null ? null : paths.check(places.weightsOut);
  return lab.jobs.start('export', path.basename(folder), async ({ progress }) => {
    const file = await readRunFile(runPaths(folder).run);
    const choice = { folder, epoch: epoch ?? file.best?.epoch ?? ('best' as const) };
    progress({ done: 0, total: null, message: 'Exporting and comparing' });
    const out = await lab.exports.place(given, exportWords(file), '.onnx');
    const { parity } = await lab.exportRun({ ...choice, out, input });
    const saved = await lab.exports.saved(out);
    const number = Number(choice.epoch);
    await recordExport(folder, {
      ...{ at: new Date().toISOString(), name: path.basename(out), sha256: await sha256File(out) },
      ...{ bytes: saved.bytes, input, epoch: number, parity },
    });
    if (weightsFile !== null) await lab.compute('export-weights', { ...choice, out: weightsFile });
    return { ...saved, weightsFile, run: file.id, epoch: number, parity };
  });
}

/**
 * Starts the job that writes an epoch's weights as safetensors.
 *
 * @returns its id
 * @throws LabError `RUN_NOT_FOUND`, `PATH_FORBIDDEN`
 */
export async function startWeightsExport(
  lab: Lab,
  paths: PathAccess,
  { run, out, epoch }: z.output<typeof exportWeightsSchema>,
): Promise<string> {
  const folder = await findRun(lab.folder, run);
  const given = out === null ? null : paths.check(out);
  return lab.jobs.start('export-weights', path.basename(folder), async ({ progress }) => {
    const file = await readRunFile(runPaths(folder).run);
    const choice = { folder, epoch: epoch ?? file.best?.epoch ?? ('best' as const) };
    progress({ done: 0, total: null, message: 'Writing weights' });
    const place = await lab.exports.place(given, exportWords(file), '.safetensors');
    await lab.compute('export-weights', { ...choice, out: place });
    return { ...(await lab.exports.saved(place)), run: file.id, epoch: Number(choice.epoch) };
  });
}
