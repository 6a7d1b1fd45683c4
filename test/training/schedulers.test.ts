import { describe, expect, it } from 'vitest';
import {
  learningRateFactor,
  SCHEDULE_DEFAULTS,
  type ScheduleOptions,
} from '../../src-main/training/schedulers/index.ts';
import { readGolden } from '../helpers/golden.ts';
import { relativeDifference } from '../helpers/numbers.ts';

interface Schedule {
  readonly name: ScheduleOptions['name'];
  readonly stepSize?: number;
  readonly gamma?: number;
  readonly warmUpEpochs?: number;
  readonly startFactor?: number;
  readonly etaMin?: number;
  readonly rates: readonly number[];
}

const file = readGolden<{ epochs: number; learningRate: number; schedules: readonly Schedule[] }>(
  'schedules',
);

describe('learning rates over 300 epochs', () => {
  it.each(file.schedules)('$name $stepSize $gamma $warmUpEpochs $etaMin are those of PyTorch', (test) => {
    const options: ScheduleOptions = {
      ...SCHEDULE_DEFAULTS,
      name: test.name,
      step_size: test.stepSize ?? 30,
      gamma: test.gamma ?? 0.1,
      // Ours is a share of each group's own rate, PyTorch's a rate for all.
      eta_min: (test.etaMin ?? 0) / file.learningRate,
      warmup_epochs: test.warmUpEpochs ?? 0,
      warmup_start_factor: test.startFactor ?? 1,
    };
    const rates = test.rates.map(
      (_, epoch) => file.learningRate * learningRateFactor(options, epoch, file.epochs),
    );
    // PyTorch computes each rate from the one before and gathers rounding errors over 300 epochs.
    expect(relativeDifference(rates, test.rates, 1e-8)).toBeLessThan(1e-9);
  });

  it('is constant without a schedule', () => {
    expect(learningRateFactor(SCHEDULE_DEFAULTS, 17, 300)).toBe(1);
  });
});
