/** Asking a network what is in pictures. */
import { z } from 'zod';
import { procedure } from './base.ts';
import { flag, list, oneOf, text, told, wholeNumber } from './fields.ts';
import { epochChoice } from './evaluation.ts';
import { errorSchema, predictionTimes, rankedClass, startedJob } from './job.ts';
import { savedFile } from './saved-file.ts';

/** A run, or the path of a `.onnx` file: exported by the lab, or of another tool. */
const model = text('a run or a .onnx file');

/** Fields of a prediction. */
export const predictSchema = z.strictObject({
  model,
  /** Images, and folders whose images are meant. */
  files: z.array(text('the path of an image or a folder')).min(1, told('at least one file')),
  /** How many classes to name for each file. */
  top: wholeNumber({ min: 1 }).default(5),
  epoch: epochChoice,
  /** Whether the job tells every file's prediction with all logits, as an event. */
  events: flag().default(false),
});

const origin = z.discriminatedUnion('kind', [
  z.object({
    /** A run, or a file that the lab exported from one. */
    kind: z.enum(['run', 'export']),
    run: z.string(),
    epoch: z.number(),
    dataset: z.string(),
  }),
  z.object({ kind: z.literal('foreign') }),
]);

/**
 * That classes are called by their numbers; that images have ImageNet's usual size, or its mean and deviation; that
 * the short side is resized and the middle taken.
 */
const ASSUMPTIONS = ['class-names', 'image-size', 'normalization', 'resize'] as const;

const modelInfo = z.object({
  origin,
  classes: list(z.string()),
  /** Side of the square that pictures are brought to. */
  imageSize: z.number(),
  /** What a file of another tool does not say, so that the usual is taken. */
  assumed: list(z.enum(ASSUMPTIONS)),
});

/** What a network is known to be. */
export type ModelInfo = z.output<typeof modelInfo>;

/** Orders of a table of predictions. */
export const PREDICTION_ORDERS = ['file', 'least-sure', 'surest'] as const;

/** One of {@link PREDICTION_ORDERS}. */
export type PredictionOrder = (typeof PREDICTION_ORDERS)[number];

/** A file in a table of predictions. */
const predictedRow = z.object({
  /** Its place among the job's files; with the job's id its picture's address. */
  index: z.number(),
  /** Absolute path. */
  file: z.string(),
  /** For people: the file's name, below the folder that was asked for. */
  name: z.string(),
  /** The most probable classes; none where the file could not be read. */
  top: list(rankedClass),
  times: predictionTimes.nullable(),
  error: errorSchema.nullable(),
});

/** See {@link predictedRow}. */
export type PredictedRow = z.output<typeof predictedRow>;

/** Which rows of a job's table, a page of them. */
export const predictionRowsSchema = z.strictObject({
  job: text('the id of a job'),
  offset: wholeNumber({ min: 0 }).default(0),
  limit: wholeNumber({ min: 1, max: 1000 }).default(100),
  order: oneOf(PREDICTION_ORDERS).default('file'),
  /** Only those with this class on top. */
  className: text('the name of a class').optional(),
  /** Only those that could not be read, or that could. */
  failed: flag().optional(),
});

/** Procedures on prediction. */
export const prediction = {
  /** Loads a network for the predictions to come, so that the first is as fast as the others. */
  prepare: procedure.input(z.strictObject({ model, epoch: epochChoice })).output(modelInfo),
  /** A job; its table can be looked at while it goes on. */
  predict: procedure.input(predictSchema).output(startedJob),
  /** The table of a job; those of the latest jobs are kept until the lab is closed. */
  rows: procedure.input(predictionRowsSchema).output(
    z.object({
      /** Rows that fit. */
      total: z.number(),
      rows: list(predictedRow),
      /** Of the whole table: files so far, and those that could not be read. */
      files: z.number(),
      failed: z.number(),
      /** Files by the class on top, the commonest first. */
      counts: list(z.object({ class: z.string(), count: z.number() })),
    }),
  ),
  /** Writes the table of a job as CSV. */
  saveTable: procedure
    .input(
      z.strictObject({
        job: text('the id of a job'),
        /** Null for the lab's exports. */
        out: text('the path of the file to write').nullable().default(null),
      }),
    )
    .output(savedFile),
};
