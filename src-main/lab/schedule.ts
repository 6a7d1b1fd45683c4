/** The learning rate's course: from the contract's flat settings to the engine's, and drawn as a list of rates. */
import { LabError } from '../../src-shared/errors.ts';
import type { ScheduleJson } from '../../src-shared/contract/schedule-fields.ts';
import type { ScheduleRequest, ScheduleRates } from '../../src-shared/contract/schedule.ts';
import {
  observeLoss,
  scheduledRate,
  UNSEEN,
  watchesLoss,
  type ScheduleOptions,
} from '../training/schedulers/index.ts';

/**
 * The engine's schedule.
 *
 * @throws LabError `INVALID_ARGUMENT` when a schedule lacks what it is made of, or a table is for another one
 */
export function engineSchedule(given: ScheduleJson): ScheduleOptions {
  const { lrTable, milestones } = given;
  const name = given.schedule ?? (lrTable === null ? 'cosine' : 'piecewise');
  if ((name === 'piecewise') !== (lrTable !== null)) throw badTable(name);
  if (name === 'multi-step' && milestones === null) throw noMilestones();
  const rising = name === 'loss-rise';
  return {
    name,
    warmup_epochs: given.warmupEpochs,
    warmup_start_factor: given.warmupStartFactor,
    rates: lrTable ?? [],
    step_size: given.stepSize,
    gamma: given.gamma,
    milestones: milestones ?? [],
    eta_min: given.etaMin,
    max_lr: given.maxLr,
    pct_start: given.pctStart,
    anneal_strategy: given.annealStrategy,
    div_factor: given.divFactor,
    final_div_factor: given.finalDivFactor,
    three_phase: given.threePhase,
    metric: given.reduceOn ?? (rising ? 'running' : 'validation'),
    factor: given.reduceFactor ?? (rising ? 0.95 : 0.1),
    patience: given.reducePatience,
    threshold: given.reduceThreshold,
    threshold_mode: given.reduceThresholdMode,
    cooldown: given.reduceCooldown,
    min_lr: given.reduceMinLr,
    eps: given.reduceEps,
  };
}

/** The learning rate of a table in epoch 0; undefined when there is none. */
export function firstRate({ lrTable }: Pick<ScheduleJson, 'lrTable'>): number | undefined {
  return lrTable?.find(({ epoch }) => epoch === 0)?.lr;
}

function badTable(name: string): LabError {
  const message =
    name === 'piecewise'
      ? 'The schedule piecewise needs a table of learning rates.'
      : `The schedule ${name} takes no table of learning rates.`;
  return new LabError('INVALID_ARGUMENT', message, {
    hint: 'Give --lr-table 0:1e-3,50:5e-4 with no --schedule, or another --schedule with no table.',
  });
}

function noMilestones(): LabError {
  return new LabError('INVALID_ARGUMENT', 'The schedule multi-step needs the epochs of its steps.', {
    hint: 'Give them with --milestones 30,80.',
  });
}

/** The rate of a schedule alone, where neither it nor the caller names one. */
const DEFAULT_LR = 0.1;

/**
 * The learning rates of a phase, of a group whose own rate is `lr`.
 *
 * @throws LabError `INVALID_ARGUMENT` as {@link engineSchedule} does, and when losses that are needed are missing
 */
export function scheduleRates(request: ScheduleRequest): ScheduleRates {
  const schedule = engineSchedule(request);
  const { epochs, stepsPerEpoch } = request;
  const lr = request.lr ?? firstRate(request) ?? request.maxLr ?? DEFAULT_LR;
  const losses = watchesLoss(schedule) ? lossesOf(schedule.name, request) : [];
  let state = UNSEEN;
  const rates: number[][] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const moment = { epoch, epochs, stepsPerEpoch, lr, state };
    rates.push(
      Array.from({ length: stepsPerEpoch }, (_, step) => scheduledRate(schedule, lr, { ...moment, step })),
    );
    if (epoch < losses.length) state = observeLoss(schedule, state, { epoch, loss: losses[epoch]! });
  }
  return {
    schedule: schedule.name,
    epochs: rates.map((steps) => steps[0]!),
    steps: schedule.name === 'one-cycle' ? rates.flat() : null,
  };
}

function lossesOf(name: string, { losses, epochs }: ScheduleRequest): readonly number[] {
  if (losses !== null && losses.length >= epochs - 1) return losses;
  const found = losses === null ? 'none' : `${losses.length}`;
  throw new LabError(
    'INVALID_ARGUMENT',
    `The schedule ${name} over ${epochs} epochs depends on the loss of all but the last: expected ${epochs - 1} losses, found ${found}.`,
    { hint: 'Give them with --losses, in a file or with commas between.' },
  );
}
