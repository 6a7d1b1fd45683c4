/** A learning rate's course as a list of rates. */
import { z } from 'zod';
import { list, number, wholeNumber } from './fields.ts';
import { scheduleFields } from './schedule-fields.ts';

/** What the list depends on. */
export const scheduleRequestSchema = z.strictObject({
  ...scheduleFields,
  /** Null for the first rate of a table, the peak of `one-cycle`, or 0.1. */
  lr: number({ above: 0 }).nullable().default(null),
  epochs: wholeNumber({ min: 1, max: 100_000 }),
  /** Steps of an epoch, which `one-cycle` counts. */
  stepsPerEpoch: wholeNumber({ min: 1, max: 100_000 }).default(1),
  /** The loss after each epoch, for schedules that watch it. */
  losses: list(number()).nullable().default(null),
});

/** See {@link scheduleRequestSchema}. */
export type ScheduleRequest = z.output<typeof scheduleRequestSchema>;

/** The list. */
export const scheduleRatesSchema = z.object({
  schedule: z.string(),
  /** The rate in the first step of each epoch. */
  epochs: list(z.number()),
  /** The rate in each step of all epochs, where it moves from step to step; else null. */
  steps: list(z.number()).nullable(),
});

/** See {@link scheduleRatesSchema}. */
export type ScheduleRates = z.output<typeof scheduleRatesSchema>;
