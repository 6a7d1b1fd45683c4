/** What a schedule is: the learning rate of a group of parameters at a moment of a phase. */

/** Every setting of every schedule, named as in `torch.optim.lr_scheduler`. Epochs count from 0. */
export interface ScheduleOptions {
  readonly name:
    | 'constant'
    | 'piecewise'
    | 'step'
    | 'multi-step'
    | 'cosine'
    | 'one-cycle'
    | 'reduce-on-plateau'
    | 'loss-rise';
  /** Epochs of linear warm-up before the schedule begins (`LinearLR`). */
  readonly warmup_epochs: number;
  /** The factor in the first warm-up epoch (`LinearLR`'s `start_factor`). */
  readonly warmup_start_factor: number;
  /** `piecewise`: learning rates and the epochs they begin at, rising. */
  readonly rates: readonly { readonly epoch: number; readonly lr: number }[];
  /** `StepLR`'s period. */
  readonly step_size: number;
  /** The factor of `StepLR` and `MultiStepLR`. */
  readonly gamma: number;
  /** `MultiStepLR`'s epochs. */
  readonly milestones: readonly number[];
  /** `CosineAnnealingLR`'s smallest learning rate, as a share of the first. */
  readonly eta_min: number;
  /** `OneCycleLR`'s peak; null for the group's own learning rate. */
  readonly max_lr: number | null;
  readonly pct_start: number;
  readonly anneal_strategy: 'cos' | 'linear';
  readonly div_factor: number;
  readonly final_div_factor: number;
  readonly three_phase: boolean;
  /** Which loss `reduce-on-plateau` and `loss-rise` watch; `validation` is `train` without validation data. */
  readonly metric: 'validation' | 'train' | 'running';
  /** What they multiply the learning rate with. */
  readonly factor: number;
  /** `ReduceLROnPlateau`'s, as all that follow. */
  readonly patience: number;
  readonly threshold: number;
  readonly threshold_mode: 'rel' | 'abs';
  readonly cooldown: number;
  readonly min_lr: number;
  readonly eps: number;
}

/** What a schedule that watches the loss has seen. */
export interface ScheduleState {
  /** How often it has reduced the learning rate. */
  readonly reductions: number;
  /** The loss that the next one is compared with; null before the first. */
  readonly reference: number | null;
  readonly badEpochs: number;
  /** Epochs of `cooldown` that are left. */
  readonly cooldown: number;
}

/** When a learning rate is asked for. Epochs and steps count from 0. */
export interface Moment {
  /** Of the phase. */
  readonly epoch: number;
  readonly epochs: number;
  /** Of the epoch. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** The learning rate that `rates` and `max_lr` stand for; other groups keep their ratio to it. */
  readonly lr: number;
  readonly state: ScheduleState;
}

/** A schedule. */
export interface Schedule {
  /** The learning rate of a group whose own is `rate`. */
  rate(rate: number, moment: Moment, options: ScheduleOptions): number;
  /** What is known after an epoch of the given loss. */
  readonly observe?: (state: ScheduleState, loss: number, options: ScheduleOptions) => ScheduleState;
}
