/** Schedules that are functions of the epoch (https://pytorch.org/docs/stable/optim.html). */
import type { Schedule } from './schedule.ts';

export const constant: Schedule = { rate: (rate) => rate };

/** The last of the given learning rates whose epoch has come; the group's own before the first. */
export const piecewise: Schedule = {
  rate(rate, { epoch, lr }, { rates }) {
    const current = rates.findLast((piece) => epoch >= piece.epoch);
    return current === undefined ? rate : current.lr * (rate / lr);
  },
};

/** `StepLR` */
export const step: Schedule = {
  rate: (rate, { epoch }, { step_size, gamma }) => rate * gamma ** Math.floor(epoch / step_size),
};

/** `MultiStepLR` */
export const multiStep: Schedule = {
  rate: (rate, { epoch }, { milestones, gamma }) =>
    rate * gamma ** milestones.filter((milestone) => epoch >= milestone).length,
};

/** `CosineAnnealingLR`: I. Loshchilov and F. Hutter, SGDR, 2016, equation 5, without restarts. */
export const cosine: Schedule = {
  rate: (rate, { epoch, epochs }, { eta_min }) =>
    rate * (eta_min + ((1 - eta_min) * (1 + Math.cos((Math.PI * epoch) / epochs))) / 2),
};
