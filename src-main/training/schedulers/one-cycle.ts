/**
 * `OneCycleLR`: from max / div_factor up to max and down to the first / final_div_factor, step by step (L. Smith and
 * N. Topin, Super-Convergence, 2018; https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html).
 * Momentum stays as it is: `cycle_momentum=False`.
 */
import type { Schedule, ScheduleOptions } from './schedule.ts';

export const oneCycle: Schedule = {
  rate(rate, { epoch, epochs, step, stepsPerEpoch, lr }, options) {
    const peak = options.max_lr === null ? rate : options.max_lr * (rate / lr);
    const pieces = piecesOf(peak, epochs * stepsPerEpoch, options);
    const at = epoch * stepsPerEpoch + step;
    const piece = pieces.find(({ end }) => at <= end)!;
    const start = pieces[pieces.indexOf(piece) - 1]?.end ?? 0;
    const share = piece.end > start ? (at - start) / (piece.end - start) : 1;
    return ANNEAL[options.anneal_strategy](piece.from, piece.to, share);
  },
};

interface Piece {
  /** The step at which `to` is reached. */
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

function piecesOf(
  peak: number,
  steps: number,
  { pct_start, div_factor, final_div_factor, three_phase }: ScheduleOptions,
): Piece[] {
  const first = peak / div_factor;
  const last = first / final_div_factor;
  const rise = { end: pct_start * steps - 1, from: first, to: peak };
  if (!three_phase) return [rise, { end: steps - 1, from: peak, to: last }];
  return [
    rise,
    { end: 2 * pct_start * steps - 2, from: peak, to: first },
    { end: steps - 1, from: first, to: last },
  ];
}

const ANNEAL = {
  cos: (from: number, to: number, share: number): number =>
    to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share)),
  linear: (from: number, to: number, share: number): number => from + (to - from) * share,
} as const;
