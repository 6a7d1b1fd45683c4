/** Looking at the samples of a data set: filtered, sorted, counted, and one in detail. */
import { z } from 'zod';
import { procedure } from './base.ts';
import { datasetName, eventSchema, splitName } from './datasets.ts';
import { flag, list, number, oneOf, text, wholeNumber } from './fields.ts';

/** A kept evaluation: that of an epoch of a run, of the run's latest (null); null: of all the latest. */
const evaluation = z
  .strictObject({ run: text('the id of a run'), epoch: wholeNumber({ min: 1 }).nullable().default(null) })
  .nullable()
  .default(null);

/** What samples can be sorted by. Those that lack the value come last; equal ones as they were imported. */
export const SAMPLE_ORDERS = ['path', 'class', 'bytes', 'pixels', 'confidence', 'uncertainty'] as const;

const uncertainty = number({ min: 0, max: 1 });

/** Which samples: those that fit every field that is given. */
export const sampleQueryFields = {
  dataset: datasetName,
  /** Null for unlabelled ones. */
  className: z.string().nullable().optional(),
  /** Null for those in no split. */
  split: splitName.nullable().optional(),
  excluded: flag().optional(),
  flagged: flag().optional(),
  /** Whether another sample has the same bytes and a different label. */
  conflict: flag().optional(),
  /** Whether another sample has the same bytes. */
  duplicate: flag().optional(),
  /** Part of the path below the folder that holds all samples, in capitals or not. */
  text: text('a part of a path').optional(),
  /** The class that the network took it for. */
  predicted: z.string().optional(),
  /** Whether the prediction is the label; of labelled samples with a prediction only. */
  right: flag().optional(),
  /** Entropy of the prediction as a share of that of a blind guess. */
  minUncertainty: uncertainty.optional(),
  evaluation,
  order: oneOf(SAMPLE_ORDERS).default('path'),
  descending: flag().default(false),
} as const;

/** A page of the samples. */
export const samplePageSchema = z.strictObject({
  ...sampleQueryFields,
  offset: wholeNumber({ min: 0 }).default(0),
  limit: wholeNumber({ min: 1, max: 10_000 }).default(200),
});

/** Samples from a position of the order up to another. */
export const sampleIdsSchema = z.strictObject({
  ...sampleQueryFields,
  from: wholeNumber({ min: 0 }).default(0),
  /** Not included; null for the end. */
  to: wholeNumber({ min: 0 }).nullable().default(null),
});

const evaluationInfo = z.object({ run: z.string(), epoch: z.number(), at: z.string() });

const prediction = z.object({
  className: z.string(),
  /** Probability of the class. */
  confidence: z.number(),
  uncertainty: z.number(),
});

/** One entry of a data set. */
export const sampleSchema = z.object({
  id: z.number(),
  path: z.string(),
  sha256: z.string(),
  /** Pixels, upright. */
  width: z.number(),
  height: z.number(),
  bytes: z.number(),
  className: z.string().nullable(),
  split: splitName.nullable(),
  excluded: z.boolean(),
  flagged: z.boolean(),
  /** Another sample has the same bytes and a different label. */
  conflict: z.boolean(),
  /** Of the evaluation; null where it says nothing of the sample. */
  prediction: prediction.nullable(),
});

/** See {@link sampleSchema}. */
export type SampleJson = z.output<typeof sampleSchema>;

const bySplit = z.object({
  train: z.number(),
  validation: z.number(),
  test: z.number(),
  none: z.number(),
});

const countsSchema = z.object({
  /** The folder that holds all samples, with its separator at the end; paths can be shown without it. */
  root: z.string(),
  samples: z.number(),
  /** In code-point order, the unlabelled (null) last. */
  classes: list(
    z.object({
      name: z.string().nullable(),
      samples: z.number(),
      excluded: z.number(),
      /** Of those that are not excluded. */
      splits: bySplit,
    }),
  ),
  splits: bySplit,
  excluded: z.number(),
  flagged: z.number(),
  /** Samples with the same bytes as another. */
  duplicates: z.number(),
  /** Those of them that are labelled differently. */
  conflicts: z.number(),
});

/** See {@link countsSchema}. */
export type SampleCountsJson = z.output<typeof countsSchema>;

const outcomesSchema = z.object({
  /** The one that was counted; null where nothing was predicted yet. */
  evaluation: evaluationInfo.nullable(),
  /** Labelled samples. */
  right: z.number(),
  wrong: z.number(),
  /** In code-point order; only those that were predicted. */
  predicted: list(z.object({ name: z.string(), samples: z.number() })),
});

/** See {@link outcomesSchema}. */
export type SampleOutcomesJson = z.output<typeof outcomesSchema>;

const copySchema = z.object({
  id: z.number(),
  path: z.string(),
  className: z.string().nullable(),
  excluded: z.boolean(),
});

const detailSchema = sampleSchema.omit({ prediction: true }).extend({
  dataset: z.string(),
  /** Where the bytes lie: at the path, or in the lab. */
  file: z.string(),
  format: z.string(),
  /** The split that the source stated. */
  givenSplit: splitName.nullable(),
  /** Other samples of the data set with the same bytes. */
  copies: list(copySchema),
  /** What was changed about it, oldest first. */
  events: list(eventSchema),
  /** By every kept evaluation, the latest first. */
  predictions: list(
    evaluationInfo.extend({
      /** Where the run had it. */
      split: oneOf(['train', 'validation', 'test', 'none']),
      uncertainty: z.number(),
      /** The most probable first. */
      classes: list(z.object({ name: z.string(), probability: z.number() })),
    }),
  ),
});

/** See {@link detailSchema}. */
export type SampleDetailJson = z.output<typeof detailSchema>;

/** Procedures on samples. */
export const samples = {
  page: procedure.input(samplePageSchema).output(
    z.object({
      /** Samples that fit. */
      total: z.number(),
      evaluation: evaluationInfo.nullable(),
      samples: list(sampleSchema),
    }),
  ),
  /** The ids alone, for selecting many. */
  ids: procedure.input(sampleIdsSchema).output(z.object({ ids: list(z.number()) })),
  counts: procedure.input(z.strictObject({ dataset: datasetName })).output(countsSchema),
  /** How predictions stand to the labels of now. */
  outcomes: procedure.input(z.strictObject({ dataset: datasetName, evaluation })).output(outcomesSchema),
  detail: procedure.input(z.strictObject({ sample: wholeNumber({ min: 1 }) })).output(detailSchema),
};
