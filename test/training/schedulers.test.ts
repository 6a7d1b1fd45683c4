import { describe, expect, it } from 'vitest';
import {
  observeLoss,
  SCHEDULE_DEFAULTS,
  scheduledRate,
  UNSEEN,
  type Moment,
  type ScheduleOptions,
  type ScheduleState,
} from '../../src-main/training/schedulers/index.ts';
import { readGolden } from '../helpers/golden.ts';
import { relativeDifference } from '../helpers/numbers.ts';
import { uniform } from '../helpers/seeded.ts';

interface Case<Rate> {
  readonly options: Partial<ScheduleOptions>;
  readonly rates: readonly Rate[];
}

const file = readGolden<{
  epochs: number;
  learningRate: number;
  stepsPerEpoch: number;
  byEpoch: readonly Case<number>[];
  oneCycle: readonly Case<number>[];
  plateau: readonly Case<readonly number[]>[];
}>('schedules');

const { epochs, learningRate: lr, stepsPerEpoch } = file;

// PyTorch computes many rates from the one before and gathers rounding errors over 300 epochs.
const TOLERANCE = 1e-9;

const DAINET7 = [
  ...[
    { epoch: 0, lr: 1e-3 },
    { epoch: 50, lr: 5e-4 },
    { epoch: 100, lr: 3e-4 },
  ],
  ...[
    { epoch: 150, lr: 1e-4 },
    { epoch: 200, lr: 1e-5 },
    { epoch: 230, lr: 1e-6 },
  ],
];

function at(epoch: number, change: Partial<Moment> = {}): Moment {
  return { epoch, epochs, step: 0, stepsPerEpoch, lr, state: UNSEEN, ...change };
}

function options(change: Partial<ScheduleOptions>): ScheduleOptions {
  return { ...SCHEDULE_DEFAULTS, ...change };
}

/** As `losses` in goldens_schedules.py. */
function losses(): number[] {
  const noise = uniform('schedule.losses', epochs);
  return Array.from(noise, (value, epoch) => 2 / (1 + epoch / 20) + value / 16);
}

/** The state that each epoch begins with; `keep` stands for what a checkpoint does to it. */
function statesOf(
  schedule: ScheduleOptions,
  curve: readonly number[],
  keep = (state: ScheduleState): ScheduleState => state,
): ScheduleState[] {
  const states = [UNSEEN];
  curve.forEach((loss, epoch) => states.push(keep(observeLoss(schedule, states[epoch]!, { epoch, loss }))));
  return states;
}

describe('learning rates over 300 epochs are those of PyTorch', () => {
  it.each(file.byEpoch)('$options', (test) => {
    // The golden's table is in factors of its learning rate.
    const rates = DAINET7.map((piece) => ({ ...piece, lr: (piece.lr / 1e-3) * lr }));
    const schedule = options({ ...test.options, rates });
    const found = test.rates.map((_, epoch) => scheduledRate(schedule, lr, at(epoch)));
    expect(relativeDifference(found, test.rates, 1e-9)).toBeLessThan(TOLERANCE);
  });

  it.each(file.oneCycle)('one-cycle, step by step: $options', (test) => {
    const schedule = options({ name: 'one-cycle', ...test.options });
    const found = test.rates.map((_, i) => {
      const epoch = Math.floor(i / stepsPerEpoch);
      return scheduledRate(schedule, lr, at(epoch, { step: i % stepsPerEpoch }));
    });
    expect(relativeDifference(found, test.rates, 1e-9)).toBeLessThan(TOLERANCE);
  });

  it.each(file.plateau)('reduce-on-plateau, in two groups: $options', (test) => {
    const schedule = options({ name: 'reduce-on-plateau', ...test.options });
    const states = statesOf(
      schedule,
      losses(),
      (state) => JSON.parse(JSON.stringify(state)) as ScheduleState,
    );
    [lr, lr / 50].forEach((own, group) => {
      const found = test.rates.map((_, epoch) =>
        scheduledRate(schedule, own, at(epoch, { state: states[epoch]! })),
      );
      const expected = test.rates.map((rates) => rates[group]!);
      expect(relativeDifference(found, expected, 1e-9)).toBeLessThan(TOLERANCE);
    });
    expect(states.at(-1)!.reductions).toBeGreaterThan(2);
  });
});

describe('a schedule', () => {
  it('is constant by default', () => {
    expect(scheduledRate(SCHEDULE_DEFAULTS, lr, at(17))).toBe(lr);
  });

  it('of absolute rates gives exactly these, and other groups their share', () => {
    const schedule = options({ name: 'piecewise', rates: DAINET7 });
    const own = (rate: number, epoch: number): number =>
      scheduledRate(schedule, rate, at(epoch, { lr: 1e-3 }));
    expect([0, 49, 50, 229, 230, 299].map((epoch) => own(1e-3, epoch))).toEqual([
      ...[1e-3, 1e-3, 5e-4, 1e-5, 1e-6, 1e-6],
    ]);
    expect(own(5e-4, 50)).toBe(2.5e-4);
    const late = options({ name: 'piecewise', rates: DAINET7.slice(1) });
    expect(scheduledRate(late, 0.7, at(49))).toBe(0.7);
  });

  it('has a peak of its own, which other groups keep their share of', () => {
    const schedule = options({ name: 'one-cycle', max_lr: 1, pct_start: 0.5 });
    const peak = at(149, { step: stepsPerEpoch - 1 });
    expect(scheduledRate(schedule, lr, peak)).toBeCloseTo(1, 12);
    expect(scheduledRate(schedule, lr / 2, peak)).toBeCloseTo(0.5, 12);
  });

  it('multiplies when the loss rises above that of the epoch before', () => {
    const schedule = options({ name: 'loss-rise', factor: 0.95 });
    const states = statesOf(schedule, [3, 2, 2, 2.5, 2.4, 2.6]);
    expect(states.map((state, epoch) => scheduledRate(schedule, lr, at(epoch, { state })))).toEqual([
      ...[lr, lr, lr, lr, lr * 0.95, lr * 0.95, lr * 0.95 ** 2],
    ]);
  });

  it('sees no loss of the warm-up', () => {
    const schedule = options({ name: 'loss-rise', factor: 0.5, warmup_epochs: 2 });
    expect(statesOf(schedule, [1, 2, 3, 4]).map(({ reductions }) => reductions)).toEqual([0, 0, 0, 0, 1]);
  });
});
