/** The learning rates of a phase: by group of parameters, from step to step. */
import type { Model } from '../onnx/types.ts';
import { baseRate, readGroups, type RatedGroup } from '../training/param-groups.ts';
import { observeLoss, scheduledRate, type ScheduleState } from '../training/schedulers/index.ts';
import type { Position } from './checkpoint.ts';
import type { EpochRecord } from './metrics-log.ts';
import type { Phase, TrainSettings } from './settings.ts';

/** See the file. */
export class LearningRates {
  readonly #groups: readonly RatedGroup[];
  readonly #settings: TrainSettings;
  readonly #epochs: number;

  constructor(optimizer: Model, settings: TrainSettings, { epochs }: Phase) {
    this.#groups = readGroups(optimizer);
    this.#settings = settings;
    this.#epochs = epochs;
  }

  /** The rates of the position's epoch in one of its steps, counted from 0, in the order of the groups. */
  at({ phaseEpoch, schedule: state }: Position, step: number, stepsPerEpoch: number): number[] {
    const { schedule, lr } = this.#settings;
    const moment = { epoch: phaseEpoch, epochs: this.#epochs, step, stepsPerEpoch, lr, state };
    return this.#groups.map((group) => scheduledRate(schedule, baseRate(group, this.#settings), moment));
  }

  /** Rates by the names of their groups. */
  named(rates: readonly number[]): Record<string, number> {
    return Object.fromEntries(this.#groups.map(({ name }, i) => [name, rates[i]!]));
  }

  /** What the schedule knows after the position's epoch. */
  observe(
    { phaseEpoch, schedule: state }: Position,
    { running, train, validation }: Pick<EpochRecord, 'running' | 'train' | 'validation'>,
  ): ScheduleState {
    const { schedule } = this.#settings;
    const losses = { running: running.loss, train: train.loss, validation: (validation ?? train).loss };
    return observeLoss(schedule, state, { epoch: phaseEpoch, loss: losses[schedule.metric] });
  }
}
