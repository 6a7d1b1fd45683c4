/** Learning rate schedules. To add one: its name in `ScheduleOptions`, and a line here. */
import { constant, cosine, multiStep, piecewise, step } from './by-epoch.ts';
import { lossRise, reduceOnPlateau } from './by-loss.ts';
import { oneCycle } from './one-cycle.ts';
import type { Moment, Schedule, ScheduleOptions, ScheduleState } from './schedule.ts';

export { UNSEEN } from './by-loss.ts';
export type { Moment, ScheduleOptions, ScheduleState } from './schedule.ts';

const SCHEDULES: Readonly<Record<ScheduleOptions['name'], Schedule>> = {
  constant,
  piecewise,
  step,
  'multi-step': multiStep,
  cosine,
  'one-cycle': oneCycle,
  'reduce-on-plateau': reduceOnPlateau,
  'loss-rise': lossRise,
};

/** Constant, and PyTorch's defaults for the rest. */
export const SCHEDULE_DEFAULTS: ScheduleOptions = {
  name: 'constant',
  warmup_epochs: 0,
  warmup_start_factor: 1 / 3,
  rates: [],
  step_size: 30,
  gamma: 0.1,
  milestones: [],
  eta_min: 0,
  max_lr: null,
  pct_start: 0.3,
  anneal_strategy: 'cos',
  div_factor: 25,
  final_div_factor: 1e4,
  three_phase: false,
  metric: 'validation',
  factor: 0.1,
  patience: 10,
  threshold: 1e-4,
  threshold_mode: 'rel',
  cooldown: 0,
  min_lr: 0,
  eps: 1e-8,
};

/** The learning rate of a group whose own is `rate`. The schedule begins after the warm-up. */
export function scheduledRate(options: ScheduleOptions, rate: number, moment: Moment): number {
  const { warmup_epochs, warmup_start_factor } = options;
  const { epoch, epochs } = moment;
  if (epoch < warmup_epochs) {
    return rate * (warmup_start_factor + ((1 - warmup_start_factor) * epoch) / warmup_epochs);
  }
  return SCHEDULES[options.name].rate(
    rate,
    { ...moment, epoch: epoch - warmup_epochs, epochs: Math.max(1, epochs - warmup_epochs) },
    options,
  );
}

/** Whether a schedule watches the loss. */
export function watchesLoss({ name }: ScheduleOptions): boolean {
  return SCHEDULES[name].observe !== undefined;
}

/** What a schedule knows after an epoch, counted from 0, of the given loss. It sees none of the warm-up's. */
export function observeLoss(
  options: ScheduleOptions,
  state: ScheduleState,
  { epoch, loss }: { readonly epoch: number; readonly loss: number },
): ScheduleState {
  if (epoch < options.warmup_epochs) return state;
  return SCHEDULES[options.name].observe?.(state, loss, options) ?? state;
}
