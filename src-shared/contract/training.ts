/** Runs: training them, stopping, going on, looking at them. */
import { z } from 'zod';
import { procedure } from './base.ts';
import { list, text } from './fields.ts';
import { bestEpochSchema } from './figures.ts';
import { errorSchema, startedJob } from './job.ts';
import { epochSchema } from './train-events.ts';
import { trainFields } from './train-settings.ts';

/** A run by its id, the beginning or end of it, or `last`. */
export const runName = text('the id of a run');

/** Where events for TensorBoard go while a run is trained; null for nowhere. */
const tensorboard = text('the path of a folder').nullable().default(null);

/** A data set and settings. */
export const startSchema = z.strictObject({
  dataset: text('the name of a data set'),
  tensorboard,
  ...trainFields,
});

/** A run to go on with. */
export const resumeSchema = z.strictObject({ run: runName, tensorboard });

const runInfo = z.object({
  id: z.string(),
  createdAt: z.string(),
  /** `interrupted`: its process is gone, and it can be resumed. */
  status: z.enum(['created', 'running', 'interrupted', 'stopped', 'finished', 'failed']),
  error: errorSchema.nullable(),
  dataset: z.object({
    name: z.string(),
    sha256: z.string(),
    classes: list(z.string()),
    train: z.number(),
    validation: z.number(),
    test: z.number(),
  }),
  model: z.string(),
  mode: z.string(),
  imageSize: z.number(),
  /** Name of the first weights; null for a fresh initialisation. */
  weights: z.string().nullable(),
  device: z.string().nullable(),
  /** Epochs finished, and epochs wanted. */
  epoch: z.number(),
  epochs: z.number(),
  best: bestEpochSchema.nullable(),
});

/** A run in a list. */
export type RunInfo = z.output<typeof runInfo>;

/** Procedures on runs. */
export const training = {
  /** Makes a run and trains it: a job whose result is a training's. */
  start: procedure.input(startSchema).output(startedJob),
  /** Goes on with a run that was stopped or interrupted. */
  resume: procedure.input(resumeSchema).output(startedJob),
  /** Asks whichever process trains the run to write a checkpoint and stop. */
  stop: procedure.input(z.strictObject({ run: runName })).output(z.object({ run: z.string() })),
  runs: procedure.output(list(runInfo)),
  /** A run with the figures of its finished epochs and all of its settings. */
  run: procedure.input(z.strictObject({ run: runName })).output(
    runInfo.extend({
      settings: z.record(z.string(), z.unknown()),
      history: list(epochSchema.omit({ epochs: true })),
    }),
  ),
};
