/** How long a training will take. */
import type { z } from 'zod';
import type { Estimate } from '../../src-shared/contract/train-plan.ts';
import type { plannedSchema } from '../../src-shared/contract/training.ts';
import { sha256File } from '../base/hash.ts';
import { batchSizes } from '../data/sampler.ts';
import { drawCount } from '../runs/settings.ts';
import type { Lab } from './lab.ts';
import { readAugmentations } from './augment.ts';
import { planTraining, type PlannedTraining } from './planned-training.ts';
import { findSpeed, frozenPatterns, type Speed, type SpeedQuery } from './speed.ts';

/** What is asked for. */
export type Planned = z.output<typeof plannedSchema>;

/**
 * Estimates a training from what was measured before, if anything was.
 *
 * @throws LabError as {@link planTraining} does
 */
export async function estimateTraining(
  lab: Lab,
  { dataset, split, ...settings }: Planned,
): Promise<Estimate> {
  const found = await planTraining(lab, dataset, settings);
  const plan = { ...found, images: imagesAfter(found.images, split) };
  const speed = await findSpeed(lab, await speedQuery(plan, dataset, settings));
  const { train, validation } = plan.images;
  return {
    ...{ device: plan.device, deviceReason: plan.reason, imageSize: plan.imageSize, mode: plan.mode },
    epochs: plan.phases.reduce((sum, { epochs }) => sum + epochs, 0),
    steps: batchSizes(train, settings.batchSize, { dropLast: settings.dropLast, joinSingle: true }).length,
    ...{ train, validation },
    basis: speed === undefined ? null : basisOf(speed),
    ...durations(plan, settings, dataset, speed),
  };
}

/** How many images each part will have once it is split. A test set that is there counts with the rest. */
function imagesAfter(images: PlannedTraining['images'], split: Planned['split']): PlannedTraining['images'] {
  if (split === null) return images;
  const all = images.train + images.validation + images.test;
  const [validation, test] = [Math.round(all * split.validation), Math.round(all * split.test)];
  return { train: all - validation - test, validation, test };
}

/** What the speed of a planned training is looked up by. */
export async function speedQuery(
  { network, imageSize, device, threads }: PlannedTraining,
  dataset: string,
  { batchSize, paramGroups }: Pick<Planned, 'batchSize' | 'paramGroups'>,
): Promise<SpeedQuery> {
  return {
    ...{ dataset, model: network.architecture.name, imageSize, device, threads, batchSize },
    networkHash: network.file === undefined ? null : await sha256File(network.file.source),
    frozen: frozenPatterns(paramGroups),
  };
}

function basisOf({ kind, run, dataset, at, train, evaluate }: Speed): Estimate['basis'] {
  return { kind, run, dataset, at, trainImagesPerSecond: train, evaluateImagesPerSecond: evaluate };
}

/** Starting the compute process, laying out graphs, loading weights. */
const START_SECONDS = 3;

/** A head takes next to nothing: a product of a vector and a small matrix for each image. */
const HEAD_IMAGES_PER_SECOND = 5000;

/** How far a training can be from its estimate, by what the estimate is based on. */
const SPREAD = {
  /** An earlier run on the same data set. */
  same: { low: 0.85, high: 1.25 },
  /** Other pictures take another time to read and to augment; a calibration is short. */
  other: { low: 0.7, high: 1.6 },
} as const;

function durations(
  { phases, images, imageSize }: PlannedTraining,
  settings: Omit<Planned, 'dataset' | 'split'>,
  dataset: string,
  speed: Speed | undefined,
): Pick<Estimate, 'epoch' | 'features' | 'total'> {
  if (speed === undefined) return { epoch: null, features: null, total: null };
  const { train, validation } = images;
  const full = train / speed.train + (train + validation) / speed.evaluate;
  const head = (2 * train + validation) / HEAD_IMAGES_PER_SECOND;
  const headPhase = phases.find(({ name }) => name === 'head');
  const draws = headPhase === undefined ? 0 : drawsOf(settings, headPhase.epochs, imageSize);
  const features = headPhase === undefined ? 0 : (train * (draws + 1) + validation) / speed.evaluate;
  const epochs = phases.reduce((sum, phase) => sum + phase.epochs * (phase.name === 'full' ? full : head), 0);
  const alike = speed.kind === 'run' && speed.dataset === dataset;
  const range = (seconds: number): NonNullable<Estimate['total']> => {
    const { low, high } = SPREAD[alike ? 'same' : 'other'];
    return { low: low * seconds, expected: seconds, high: high * seconds };
  };
  return {
    epoch: range(phases.at(-1)!.name === 'full' ? full : head),
    features: headPhase === undefined ? null : range(features),
    total: range(START_SECONDS + features + epochs),
  };
}

/** As many versions of each image as the head's phase computes features of. */
function drawsOf(
  { draws, augment }: Pick<Planned, 'draws' | 'augment'>,
  epochs: number,
  imageSize: number,
): number {
  const augmentations = readAugmentations(augment, imageSize);
  const augments = augmentations !== 'none' && augmentations.length > 0;
  return drawCount(draws, epochs, Number(augments));
}
