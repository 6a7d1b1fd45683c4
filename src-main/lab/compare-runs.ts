/** What differs between runs: their settings, what they were trained on, and where. */
import { isDeepStrictEqual } from 'node:util';
import path from 'node:path';
import type { RunFile } from '../runs/run-file.ts';
import { flatSettings } from './flat-settings.ts';

/** Settings that not all runs share, with the value of each. */
export interface Comparison {
  readonly runs: string[];
  readonly different: { readonly setting: string; readonly values: unknown[] }[];
  /** How many settings they share. */
  readonly same: number;
}

/** A setting counts as shared when it means the same, however it was written. */
export function compareRuns(runs: readonly { readonly run: RunFile; readonly folder: string }[]): Comparison {
  const all = runs.map(({ run, folder }) => factsOf(run, folder));
  const different: { setting: string; values: unknown[] }[] = [];
  const names = Object.keys(all[0] ?? {});
  for (const setting of names) {
    const values = all.map((facts) => facts[setting] ?? null);
    if (values.some((value) => !isDeepStrictEqual(value, values[0]))) different.push({ setting, values });
  }
  return { runs: runs.map(({ run }) => run.id), different, same: names.length - different.length };
}

function factsOf(run: RunFile, folder: string): Record<string, unknown> {
  const { dataset, machine, network, files, settings } = run;
  return {
    dataset: dataset.name,
    ...{ 'dataset.sha256': dataset.sha256, 'dataset.classes': dataset.classes },
    ...{
      'dataset.train': dataset.train,
      'dataset.validation': dataset.validation,
      'dataset.test': dataset.test,
    },
    ...flatSettings(run, folder),
    // Every run keeps a copy of its network's file: what tells them apart is what it holds.
    model:
      network === null
        ? settings.model
        : `${path.basename(settings.model)} ${files[network.file]?.slice(0, 8)}`,
    'weights.sha256': run.weights?.sha256 ?? null,
    ...{ 'machine.device': machine?.device ?? null, 'machine.threads': machine?.threads ?? null },
    ...{
      'machine.onnxruntime': machine?.onnxruntime ?? null,
      'machine.processor': machine?.processor ?? null,
    },
  };
}
