/** The paths among the settings of a training. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { TrainSettingsJson } from '../../src-shared/contract/train-settings.ts';
import { AUGMENTATION_PRESETS } from '../data/augmentations/presets.ts';
import { networkExtension } from '../models/network-file.ts';
import { CATALOG } from '../models/weights/catalog.ts';
import { runsFolder } from '../runs/run-folder.ts';
import type { PathAccess } from './path-access.ts';

const NAMED_WEIGHTS: ReadonlySet<string> = new Set(['none', 'own', ...CATALOG.map(({ name }) => name)]);

/**
 * Refuses settings that name files the caller may not read. What runs keep themselves may always be read.
 *
 * @throws LabError `PATH_FORBIDDEN`
 */
export function checkTrainPaths(
  { model, weights, augment }: TrainSettingsJson,
  { paths, labFolder }: { readonly paths: PathAccess; readonly labFolder: string },
): void {
  const check = (given: string): void => {
    if (!path.resolve(given).startsWith(runsFolder(labFolder) + path.sep)) paths.check(given);
  };
  if (networkExtension(model) !== undefined) check(model);
  if (weights !== null && isPath(weights)) check(weights);
  if (typeof augment === 'string' && !isPreset(augment) && !/^\s*[[{]/.test(augment)) check(augment);
}

/** Whether weights are named by a path, rather than as those of the catalog or of a run. */
export function isPath(weights: string): boolean {
  if (NAMED_WEIGHTS.has(weights)) return false;
  return /[\\/]|\.[a-z]+$/i.test(weights) || existsSync(weights);
}

function isPreset(name: string): boolean {
  return AUGMENTATION_PRESETS.some((preset) => preset === name);
}
