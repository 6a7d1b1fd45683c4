/** A training that has not begun: what of its network, weights and device is known without reading pictures. */
import path from 'node:path';
import type { TrainSettingsJson } from '../../src-shared/contract/train-settings.ts';
import type { LabStore, Split } from '../data/store/index.ts';
import { CATALOG } from '../models/weights/catalog.ts';
import { defaultThreads } from '../runtime/threads.ts';
import { phasesOf, type Phase, type TrainSettings } from '../runs/settings.ts';
import { readRunFile } from '../runs/run-file.ts';
import { findRun, runPaths } from '../runs/run-folder.ts';
import type { Lab } from './lab.ts';
import { findNetwork, type FoundNetwork } from './network.ts';
import { isPath } from './train-paths.ts';
import { readNotedPixels, usualWeights } from './weights.ts';

/** See the file. */
export interface PlannedTraining {
  readonly device: string;
  /** Why this device. */
  readonly reason: string;
  readonly network: FoundNetwork;
  readonly imageSize: number;
  readonly pretrained: boolean;
  readonly mode: TrainSettings['mode'];
  readonly phases: readonly Phase[];
  readonly threads: number;
  /** Images that can be trained on; those of no split count as training images. */
  readonly images: Readonly<Record<Split, number>>;
}

/**
 * Looks ahead. Nothing is downloaded and no weights are read that a name tells enough about.
 *
 * @throws LabError `DATASET_NOT_FOUND`, `DEVICE_UNAVAILABLE`, those of finding a network, reading weights
 */
export async function planTraining(
  lab: Lab,
  dataset: string,
  settings: TrainSettingsJson,
): Promise<PlannedTraining> {
  const images = imagesOf(lab.store, dataset);
  const network = await findNetwork(settings.model, settings);
  const { imageSize, pretrained } = await plannedWeights(lab, settings.weights, network);
  const mode = settings.mode ?? (pretrained ? 'head-then-full' : 'full');
  return {
    ...(await lab.resolveDevice(settings.device)),
    ...{ network, pretrained, mode, images },
    imageSize: settings.imageSize ?? imageSize,
    phases: phasesOf({ ...settings, mode }),
    threads: settings.threads ?? defaultThreads(),
  };
}

/** How many images of each split can be trained on. @throws LabError `DATASET_NOT_FOUND` */
export function imagesOf(store: LabStore, dataset: string): Record<Split, number> {
  const images = { train: 0, validation: 0, test: 0 };
  for (const { split, count } of store.trainableCounts(dataset)) images[split ?? 'train'] += count;
  return images;
}

interface PlannedWeights {
  readonly imageSize: number;
  readonly pretrained: boolean;
}

async function plannedWeights(
  lab: Lab,
  asked: string | null,
  network: FoundNetwork,
): Promise<PlannedWeights> {
  const { imageSize, name: model } = network.architecture;
  const name = asked ?? usualWeights(network);
  if (name === 'none' || name === 'own') return { imageSize, pretrained: name === 'own' };
  const entry = CATALOG.find((known) => known.name === name && known.model === model);
  if (entry !== undefined) return { imageSize: entry.imageSize, pretrained: true };
  if (isPath(name)) {
    const noted = await readNotedPixels(path.resolve(name));
    return { imageSize: noted?.imageSize ?? imageSize, pretrained: true };
  }
  const folder = await findRun(lab.folder, name.replace(/@[0-9]+$/, ''));
  const { settings } = await readRunFile(runPaths(folder).run);
  return { imageSize: settings.pipeline.imageSize, pretrained: true };
}
