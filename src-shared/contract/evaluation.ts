/** Measuring a run's network. */
import { z } from 'zod';
import { procedure } from './base.ts';
import { formatChoice, splitName } from './datasets.ts';
import { text, wholeNumber } from './fields.ts';
import { startedJob } from './job.ts';
import { runName } from './training.ts';

/** Which of a run's epochs; null for the best. */
export const epochChoice = wholeNumber({ min: 1 }).nullable().default(null);

/** Fields of an evaluation. */
export const evaluateSchema = z.strictObject({
  run: runName,
  split: splitName.default('validation'),
  /** A folder of labelled images instead of a split; null for none. */
  data: text('the path of a folder').nullable().default(null),
  format: formatChoice,
  epoch: epochChoice,
  /** How many images of the highest loss to list. */
  worst: wholeNumber({ min: 0, max: 10_000 }).default(10),
});

/** Procedures on evaluation. */
export const evaluation = {
  /** A job whose result is an evaluation. */
  evaluate: procedure.input(evaluateSchema).output(startedJob),
};
