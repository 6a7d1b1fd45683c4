/** A run's figures from its beginning, thinned to what a chart can show. */
import { z } from 'zod';
import { list } from './fields.ts';

const figures = z.object({ loss: z.number(), accuracy: z.number() });

/** One step, or the mean of several that follow each other. */
export const seriesStepSchema = figures.extend({
  /** The last of them, from 1, over the whole run. */
  step: z.number(),
  /** The epoch it belongs to, from 1. */
  epoch: z.number(),
  /** Milliseconds since 1970. */
  time: z.number(),
  /** By parameter group. */
  learningRates: z.record(z.string(), z.number()),
});

/** A finished epoch. */
export const seriesEpochSchema = z.object({
  epoch: z.number(),
  /** Its last step. */
  step: z.number(),
  /** Milliseconds since 1970. */
  time: z.number(),
  /** Measured while the weights moved, on what the steps were shown. */
  running: figures,
  /** Of the finished epoch. */
  train: figures,
  validation: figures.nullable(),
  /** By parameter group. */
  learningRates: z.record(z.string(), z.number()),
  imagesPerSecond: z.number(),
});

/** See the file. */
export const runSeriesSchema = z.object({
  run: z.string(),
  /** Of the whole network's training; the head's may have one more. */
  stepsPerEpoch: z.number(),
  /** How many steps a point stands for. */
  stride: z.number(),
  /** At most a thousand. */
  steps: list(seriesStepSchema),
  /** At most a thousand, evenly chosen, the last one among them. */
  epochs: list(seriesEpochSchema),
});

/** See {@link seriesStepSchema}. */
export type SeriesStep = z.output<typeof seriesStepSchema>;

/** See {@link seriesEpochSchema}. */
export type SeriesEpoch = z.output<typeof seriesEpochSchema>;

/** See {@link runSeriesSchema}. */
export type RunSeries = z.output<typeof runSeriesSchema>;
