/** Schedules that watch the loss. What they have seen is part of a checkpoint. */
import type { Schedule, ScheduleOptions, ScheduleState } from './schedule.ts';

/** What is known before the first epoch. */
export const UNSEEN: ScheduleState = { reductions: 0, reference: null, badEpochs: 0, cooldown: 0 };

/**
 * `ReduceLROnPlateau(mode='min')`: reduces after more than `patience` epochs without a loss that is better by the
 * threshold; in the `cooldown` epochs after that none counts as bad
 * (https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html).
 */
export const reduceOnPlateau: Schedule = {
  rate(rate, { state }, { factor, min_lr, eps }) {
    let current = rate;
    for (let i = 0; i < state.reductions; i++) {
      const reduced = Math.max(current * factor, min_lr);
      // A change this small is not made, so no later one is.
      if (current - reduced <= eps) break;
      current = reduced;
    }
    return current;
  },
  observe(state, loss, options) {
    const better = isBetter(loss, state.reference, options);
    const reference = better ? loss : state.reference;
    const cooling = state.cooldown > 0;
    const badEpochs = better || cooling ? 0 : state.badEpochs + 1;
    if (badEpochs > options.patience) {
      return { reductions: state.reductions + 1, reference, badEpochs: 0, cooldown: options.cooldown };
    }
    return { ...state, reference, badEpochs, cooldown: cooling ? state.cooldown - 1 : 0 };
  },
};

function isBetter(
  loss: number,
  reference: number | null,
  { threshold, threshold_mode }: ScheduleOptions,
): boolean {
  if (reference === null) return true;
  return loss < (threshold_mode === 'rel' ? reference * (1 - threshold) : reference - threshold);
}

/** Multiplies with `factor` after every epoch whose loss is above that of the epoch before. */
export const lossRise: Schedule = {
  rate: (rate, { state }, { factor }) => rate * factor ** state.reductions,
  observe: (state, loss) => ({
    ...state,
    reductions: state.reductions + Number(state.reference !== null && loss > state.reference),
    reference: loss,
  }),
};
