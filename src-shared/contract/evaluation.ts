/** Measuring a run's network: on a split or a folder, or on every sample of its data set, kept to be looked into. */
import { z } from 'zod';
import { procedure } from './base.ts';
import { datasetName, formatChoice, splitName } from './datasets.ts';
import { flag, list, oneOf, text, wholeNumber } from './fields.ts';
import { classMetricsSchema, confusionSchema, intervalSchema } from './figures.ts';
import { rankedClass, seenCountsSchema, startedJob } from './job.ts';
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

/** Fields of an evaluation that is kept. */
export const keepSchema = z.strictObject({
  run: runName,
  epoch: epochChoice,
  /** Also samples that the run did not have: new and unlabelled ones. */
  unseen: flag().default(true),
});

/** Names a kept evaluation. */
const evaluationFields = {
  dataset: datasetName,
  run: text('the id of a run'),
  epoch: wholeNumber({ min: 1 }),
};

/** Where an image was when the run was trained; `none`: the run did not have it. */
const seenIn = oneOf(['train', 'validation', 'test', 'none']);

/** Null for all images. */
const part = seenIn.nullable().default(null);

const page = {
  offset: wholeNumber({ min: 0 }).default(0),
  limit: wholeNumber({ min: 1, max: 1000 }).default(100),
  /** How many classes are named of each image, the most probable first. */
  top: wholeNumber({ min: 1, max: 1000 }).default(3),
};

/** Which samples of an evaluation. */
export const judgedSchema = z.strictObject({
  ...evaluationFields,
  split: part,
  /** Null for unlabelled ones; left out for all labelled ones. */
  label: z.string().nullable().optional(),
  predicted: z.string().optional(),
  /** Whether the prediction is the label. */
  right: flag().optional(),
  /** The surest first, the least sure first, or the highest loss first. */
  order: oneOf(['confidence', 'doubt', 'loss']).default('confidence'),
  ...page,
});

/** How two runs do on the same image: `fixed` by the second, or `broken` by it. */
export const outcomeChoice = oneOf(['fixed', 'broken', 'both-wrong', 'both-right']);

const named = z.strictObject({ run: text('the id of a run'), epoch: wholeNumber({ min: 1 }) });

/** Two evaluations of a data set. */
export const compareSchema = z.strictObject({
  dataset: datasetName,
  first: named,
  second: named,
  /** Only images that both runs had there; null for all that both have. */
  split: part,
});

const keptEvaluation = z.object({
  run: z.string(),
  epoch: z.number(),
  /** When it was begun, ISO 8601, UTC. */
  at: z.string(),
  classes: list(z.string()),
  images: seenCountsSchema,
});

const pair = z.object({
  label: z.string(),
  predicted: z.string(),
  count: z.number(),
  /** Of the label's images. */
  share: z.number(),
});

const figures = z.object({
  at: z.string(),
  /** The network's, in the order of its outputs, then labels that it does not know. */
  classes: list(z.string()),
  /** How many of the classes the network knows. */
  known: z.number(),
  /** Images with a label that are not excluded. */
  count: z.number(),
  accuracy: z.number(),
  accuracyInterval: intervalSchema,
  /** Mean cross-entropy over images whose label the network knows; null without any. */
  loss: z.number().nullable(),
  /** The share whose label is among the five most probable classes; null for five classes and fewer. */
  topFive: z.number().nullable(),
  confusion: confusionSchema,
  perClass: list(classMetricsSchema),
  /** Labels taken for another class, the commonest first, at most fifty. */
  confused: list(pair),
  /** Images that are not counted. */
  leftOut: z.object({ excluded: z.number(), unlabelled: z.number() }),
});

const verdict = z.object({
  predicted: z.string(),
  /** Of the label; null where there is none that the network knows. */
  loss: z.number().nullable(),
  /** What the network gives the label. */
  probability: z.number().nullable(),
  /** The most probable classes, falling. */
  top: list(rankedClass),
});

const judged = z.object({
  id: z.number(),
  path: z.string(),
  sha256: z.string(),
  /** Pixels, upright. */
  width: z.number(),
  height: z.number(),
  flagged: z.boolean(),
  label: z.string().nullable(),
  seenIn,
});

/** An image and what a run says about it. */
export const judgedSample = judged.extend(verdict.shape);

/** An image and what two runs say about it. */
export const comparedSample = judged.extend({ first: verdict, second: verdict });

const comparison = z.object({
  /** Images that are compared. */
  count: z.number(),
  outcomes: z.record(outcomeChoice, z.number()),
  first: z.object({ accuracy: z.number() }),
  second: z.object({ accuracy: z.number() }),
  /**
   * How likely chance alone makes two equally good networks differ at least so much: McNemar's exact test of the
   * fixed against the broken.
   */
  pValue: z.number(),
});

/** Procedures on evaluation. What was kept is answered by the labels of now, without excluded samples. */
export const evaluation = {
  /** A job whose result is an evaluation. */
  evaluate: procedure.input(evaluateSchema).output(startedJob),
  /** A job that keeps what a run says about every sample of its data set, in place of what it said before. */
  keep: procedure.input(keepSchema).output(startedJob),
  /** Epochs of a run that can be evaluated. */
  epochs: procedure
    .input(z.strictObject({ run: runName }))
    .output(z.object({ run: z.string(), best: z.number().nullable(), epochs: list(z.number()) })),
  /** What is kept for a data set, the latest first. */
  list: procedure.input(z.strictObject({ dataset: datasetName })).output(list(keptEvaluation)),
  forget: procedure.input(z.strictObject(evaluationFields)).output(z.object({})),
  /** Accuracy, confusion matrix and what follows from it. */
  figures: procedure.input(z.strictObject({ ...evaluationFields, split: part })).output(figures),
  /** A page of images, of a cell of the matrix or of all. */
  samples: procedure.input(judgedSchema).output(z.object({ total: z.number(), samples: list(judgedSample) })),
  /** Two evaluations of one data set, image by image. */
  compare: procedure.input(compareSchema).output(comparison),
  /** A page of the images of one outcome. */
  compared: procedure
    .input(compareSchema.extend({ outcome: outcomeChoice, ...page }))
    .output(list(comparedSample)),
};

/** See {@link figures}. */
export type FiguresJson = z.output<typeof figures>;

/** See {@link keptEvaluation}. */
export type KeptEvaluationJson = z.output<typeof keptEvaluation>;

/** See {@link judgedSample}. */
export type JudgedSampleJson = z.output<typeof judgedSample>;

/** See {@link comparedSample}. */
export type ComparedSampleJson = z.output<typeof comparedSample>;

/** See {@link outcomeChoice}. */
export type OutcomeJson = z.output<typeof outcomeChoice>;

/** See {@link seenIn}. */
export type SeenInJson = z.output<typeof seenIn>;
