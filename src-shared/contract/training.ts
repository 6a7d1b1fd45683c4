/** Runs: planning, training, pausing and going on, looking at them, putting them in order. */
import { z } from 'zod';
import { procedure } from './base.ts';
import { list, number, text, told } from './fields.ts';
import { startedJob } from './job.ts';
import { runInfoSchema } from './run-info.ts';
import { runSeriesSchema } from './run-series.ts';
import { scheduleRatesSchema, scheduleRequestSchema } from './schedule.ts';
import { epochSchema } from './train-events.ts';
import { estimateSchema, suggestionSchema } from './train-plan.ts';
import { trainFields, trainSettingsSchema } from './train-settings.ts';

export type { RunInfo } from './run-info.ts';

/** A run by its id, the beginning or end of it, or `last`. */
export const runName = text('the id of a run');

const dataset = text('the name of a data set');

/** Where events for TensorBoard go while a run is trained; null for nowhere. */
const tensorboard = text('the path of a folder').nullable().default(null);

/** A data set and settings. */
export const startSchema = z.strictObject({ dataset, tensorboard, ...trainFields });

/** A run to go on with. */
export const resumeSchema = z.strictObject({ run: runName, tensorboard });

/** A data set and settings that are not trained with yet. */
export const plannedSchema = z.strictObject({
  dataset,
  /** Shares that will be set aside before it begins; null where the split is to stay as it is. */
  split: z
    .strictObject({ validation: number({ min: 0, max: 1 }), test: number({ min: 0, max: 1 }) })
    .nullable()
    .default(null),
  ...trainFields,
});

/** What a person says of a run; what is left out stays as it is. */
export const annotateSchema = z.strictObject({
  run: runName,
  /** Null takes the name away. */
  name: z.string(told('a text')).trim().min(1, told('a name')).max(200).nullable().optional(),
  note: z.string(told('a text')).max(20_000).optional(),
});

const oneRun = z.strictObject({ run: runName });

/** How the settings of some runs differ. Values are in the order of the runs. */
const comparison = z.object({
  runs: list(z.string()),
  /** Settings that not all of them share. */
  different: list(z.object({ setting: z.string(), values: list(z.unknown()) })),
  /** How many settings they share. */
  same: z.number(),
});

/** Procedures on runs. */
export const training = {
  /** Settings that suit a data set, with reasons. */
  suggest: procedure.input(z.strictObject({ dataset })).output(suggestionSchema),
  /** How long a training would take, as far as speeds that were measured here tell. */
  estimate: procedure.input(plannedSchema).output(estimateSchema),
  /** Measures the speed that an estimate lacks, on a few batches: a job. Refused while something is trained. */
  calibrate: procedure.input(plannedSchema).output(startedJob),
  /** A learning rate's course, as a list. */
  schedule: procedure.input(scheduleRequestSchema).output(scheduleRatesSchema),
  /** Makes a run and trains it: a job whose result is a training's. */
  start: procedure.input(startSchema).output(startedJob),
  /** Goes on with a run that was paused, stopped or interrupted, or that failed. */
  resume: procedure.input(resumeSchema).output(startedJob),
  /** Asks whichever process trains the run to write a checkpoint and stop. */
  stop: procedure.input(oneRun).output(z.object({ run: z.string() })),
  /** As `stop`, and remembers that someone means to go on. */
  pause: procedure.input(oneRun).output(z.object({ run: z.string() })),
  runs: procedure.output(list(runInfoSchema)),
  /** A run with the figures of its finished epochs and all of its settings. */
  run: procedure.input(oneRun).output(
    runInfoSchema.extend({
      settings: z.record(z.string(), z.unknown()),
      history: list(epochSchema.omit({ epochs: true })),
    }),
  ),
  /** The figures of all steps and epochs, thinned; also while the run is trained, by whichever process. */
  series: procedure.input(oneRun).output(runSeriesSchema),
  /** A run's settings as those of a new one. */
  settingsOf: procedure
    .input(oneRun)
    .output(z.object({ run: z.string(), dataset: z.string(), settings: trainSettingsSchema })),
  /** What differs between the settings of runs, what they were trained on, and where. */
  compare: procedure
    .input(z.strictObject({ runs: z.array(runName).min(2, told('two runs')).max(8) }))
    .output(comparison),
  /** Names a run, or writes about it. */
  annotate: procedure.input(annotateSchema).output(runInfoSchema),
  /** Puts a run into the lab's trash; `RUN_BUSY` while it is trained. */
  remove: procedure.input(oneRun).output(z.object({ run: z.string() })),
  /** Takes a run back out of the trash, named by its whole id. */
  restore: procedure.input(oneRun).output(runInfoSchema),
};
