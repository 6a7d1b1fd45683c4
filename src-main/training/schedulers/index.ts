/** Learning rate schedules: the factor on a group's learning rate, by epoch. */

/** A schedule's settings. Epochs count from 0. */
export interface ScheduleOptions {
  readonly name: 'constant' | 'step' | 'cosine';
  /** `torch.optim.lr_scheduler.StepLR`'s period. */
  readonly step_size: number;
  /** `StepLR`'s factor. */
  readonly gamma: number;
  /** `CosineAnnealingLR`'s smallest learning rate, as a share of the first. */
  readonly eta_min: number;
  /** Epochs of linear warm-up before the schedule begins (`LinearLR`). */
  readonly warmup_epochs: number;
  /** The factor in the first warm-up epoch (`LinearLR`'s `start_factor`). */
  readonly warmup_start_factor: number;
}

/** Constant, and PyTorch's defaults for the rest. */
export const SCHEDULE_DEFAULTS: ScheduleOptions = {
  name: 'constant',
  step_size: 30,
  gamma: 0.1,
  eta_min: 0,
  warmup_epochs: 0,
  warmup_start_factor: 1 / 3,
};

type Schedule = (epoch: number, epochs: number, options: ScheduleOptions) => number;

const SCHEDULES: Readonly<Record<ScheduleOptions['name'], Schedule>> = {
  constant: () => 1,
  step: (epoch, _epochs, { step_size, gamma }) => gamma ** Math.floor(epoch / step_size),
  // I. Loshchilov and F. Hutter, SGDR, 2016, equation 5, without restarts.
  cosine: (epoch, epochs, { eta_min }) =>
    eta_min + ((1 - eta_min) * (1 + Math.cos((Math.PI * epoch) / epochs))) / 2,
};

/**
 * The factor on the learning rate in an epoch.
 *
 * @param epoch from 0
 * @param epochs how many there are, warm-up included
 */
export function learningRateFactor(options: ScheduleOptions, epoch: number, epochs: number): number {
  const { warmup_epochs, warmup_start_factor } = options;
  if (epoch < warmup_epochs) {
    return warmup_start_factor + ((1 - warmup_start_factor) * epoch) / warmup_epochs;
  }
  return SCHEDULES[options.name](epoch - warmup_epochs, Math.max(1, epochs - warmup_epochs), options);
}
