/** What an epoch shows: which rows, in which order, in which batches, in which augmented version. */
import { LabError } from '../../src-shared/errors.ts';
import { CounterRandom } from '../base/random.ts';
import { batchSizes, epochOrder } from '../data/sampler.ts';
import type { Phase, TrainSettings } from './settings.ts';

/** An epoch's rows in the order they are shown, and the sizes of its batches. */
export interface EpochPlan {
  /** Row numbers of the run. */
  readonly order: Uint32Array;
  readonly sizes: readonly number[];
}

/** Settings that an {@link epochPlan} depends on. */
export type PlanSettings = Pick<TrainSettings, 'seed' | 'shuffle' | 'batchSize' | 'dropLast'>;

/**
 * Plans an epoch.
 *
 * @param train numbers of the training rows, rising
 * @param epoch of the run, from 1
 * @throws LabError `INVALID_ARGUMENT` when dropping the last batch leaves none
 */
export function epochPlan(
  train: Uint32Array,
  { seed, shuffle, batchSize, dropLast }: PlanSettings,
  phase: Phase['name'],
  epoch: number,
): EpochPlan {
  const places = epochOrder(train.length, { seed, epoch, shuffle });
  // BatchNorm, which only the whole network's training has, finds no variance in a batch of one.
  const sizes = batchSizes(train.length, batchSize, { dropLast, joinSingle: phase === 'full' });
  if (sizes.length === 0) {
    throw new LabError(
      'INVALID_ARGUMENT',
      `Dropping the last batch leaves nothing: there are ${train.length} training images, and a batch takes ${batchSize}.`,
      { hint: 'Use a smaller --batch-size, or no --drop-last.' },
    );
  }
  return { order: places.map((place) => train[place]!), sizes };
}

/**
 * Which of its augmented versions a row shows in an epoch of the head's phase: each row begins at a version of its
 * own and goes through all of them.
 *
 * @param epoch of the phase, from 0
 */
export function drawOf(seed: number, row: number, epoch: number, draws: number): number {
  return (new CounterRandom('draw', seed, row).integer(draws) + epoch) % draws;
}
