/** Settings of the learning rate's course, with the names and defaults of `torch.optim.lr_scheduler`. */
import { z } from 'zod';
import { flag, number, oneOf, told, wholeNumber } from './fields.ts';

/** Courses that a learning rate can take. */
export const SCHEDULES = [
  ...(['constant', 'piecewise', 'step', 'multi-step'] as const),
  ...(['cosine', 'one-cycle', 'reduce-on-plateau', 'loss-rise'] as const),
] as const;

const rising = (epochs: readonly number[]): boolean =>
  epochs.every((epoch, i) => i === 0 || epoch > epochs[i - 1]!);

const lrTable = z
  .array(z.strictObject({ epoch: wholeNumber({ min: 0 }), lr: number({ above: 0 }) }))
  .min(1, told('at least one epoch with its learning rate'))
  .refine((table) => rising(table.map(({ epoch }) => epoch)), told('epochs that rise'));

const milestones = z
  .array(wholeNumber({ min: 1 }))
  .min(1, told('at least one epoch'))
  .refine(rising, told('epochs that rise'));

/** The fields, flat. Epochs count from 0, in each phase anew. */
export const scheduleFields = {
  /** Null for `piecewise` with a table of learning rates, and `cosine` without. */
  schedule: oneOf(SCHEDULES).nullable().default(null),
  /**
   * `piecewise`: learning rates of the head, each with the epoch it begins at. The rates of other groups keep their
   * ratio to it.
   */
  lrTable: lrTable.nullable().default(null),
  stepSize: wholeNumber({ min: 1 }).default(30),
  /** The factor of each step of `step` and `multi-step`. */
  gamma: number({ above: 0 }).default(0.1),
  /** Epochs of `multi-step`. */
  milestones: milestones.nullable().default(null),
  /** Where the cosine ends, as a share of the learning rate. */
  etaMin: number({ min: 0, max: 1 }).default(0),
  /** The peak of `one-cycle` for the head; null for the learning rate. Rates of other groups keep their ratio to it. */
  maxLr: number({ above: 0 }).nullable().default(null),
  pctStart: number({ min: 0, max: 1 }).default(0.3),
  annealStrategy: oneOf(['cos', 'linear']).default('cos'),
  divFactor: number({ above: 0 }).default(25),
  finalDivFactor: number({ above: 0 }).default(1e4),
  threePhase: flag().default(false),
  /**
   * The loss that `reduce-on-plateau` and `loss-rise` watch: of the validation images (without any, of the training
   * images), of the training images after the epoch, or the mean of its steps. Null for `validation` with
   * `reduce-on-plateau` and `running` with `loss-rise`.
   */
  reduceOn: oneOf(['validation', 'train', 'running']).nullable().default(null),
  /** Null for 0.1 with `reduce-on-plateau` and 0.95 with `loss-rise`. */
  reduceFactor: number({ above: 0, below: 1 }).nullable().default(null),
  reducePatience: wholeNumber({ min: 0 }).default(10),
  reduceThreshold: number({ min: 0 }).default(1e-4),
  reduceThresholdMode: oneOf(['rel', 'abs']).default('rel'),
  reduceCooldown: wholeNumber({ min: 0 }).default(0),
  reduceMinLr: number({ min: 0 }).default(0),
  reduceEps: number({ min: 0 }).default(1e-8),
  warmupEpochs: wholeNumber({ min: 0 }).default(0),
  warmupStartFactor: number({ above: 0, max: 1 }).default(1 / 3),
};

/** {@link scheduleFields} with their defaults filled in. */
export type ScheduleJson = z.output<z.ZodObject<typeof scheduleFields>>;
