/** The figures that say how good a classifier is. */
import { z } from 'zod';
import { list } from './fields.ts';

/** A range that holds the true share with 95 % confidence. */
export const intervalSchema = z.object({ low: z.number(), high: z.number() });

/** Counts; row: the label, column: the prediction. */
export const confusionSchema = list(list(z.number()));

/** Loss, accuracy and confusion matrix of some images. */
export const summarySchema = z.object({
  /** Mean cross-entropy. */
  loss: z.number(),
  /** From 0 to 1. */
  accuracy: z.number(),
  accuracyInterval: intervalSchema,
  /** Images. */
  count: z.number(),
  confusion: confusionSchema,
});

/** Figures of one class. */
export const classMetricsSchema = z.object({
  class: z.string(),
  precision: z.number(),
  recall: z.number(),
  f1: z.number(),
  /** Images of the class. */
  support: z.number(),
});

/** The epoch that evaluation, prediction and export use. */
export const bestEpochSchema = z.object({
  epoch: z.number(),
  /** On the validation split; null where there is none, and the last epoch counts as the best. */
  loss: z.number().nullable(),
  accuracy: z.number().nullable(),
});

/** See {@link summarySchema}. */
export type SummaryJson = z.output<typeof summarySchema>;

/** See {@link classMetricsSchema}. */
export type ClassMetricsJson = z.output<typeof classMetricsSchema>;

/** See {@link bestEpochSchema}. */
export type BestEpochJson = z.output<typeof bestEpochSchema>;
