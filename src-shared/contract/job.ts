/** Long work: a job reports progress and events, ends with a result or an error, and can be cancelled. */
import { z } from 'zod';
import { shownOrderSchema } from './certificate.ts';
import { list } from './fields.ts';
import { ERROR_CODES } from '../errors.ts';
import { classMetricsSchema, confusionSchema, intervalSchema } from './figures.ts';
import { savedFile } from './saved-file.ts';
import {
  fileCheckSchema,
  importReportSchema,
  inspectionSchema,
  relocationSchema,
  skippedFile,
  sourcePlanSchema,
} from './source-reports.ts';
import { trainEventSchema, trainResultSchema } from './train-events.ts';
import { calibrationSchema } from './train-plan.ts';

/** What a procedure that begins a job answers. */
export const startedJob = z.object({ job: z.string() });

/** Kinds of jobs. */
export const JOB_KINDS = [
  'demo-set',
  'inspect',
  'import',
  'check-files',
  'relocate',
  'train',
  'calibrate',
  'evaluate',
  'keep-evaluation',
  'predict',
  'export',
  'export-weights',
  'export-log',
  'export-dataset',
  'stats',
  'certify',
] as const;

/** One of {@link JOB_KINDS}. */
export type JobKind = (typeof JOB_KINDS)[number];

/** How far a job is. */
export const progressSchema = z.object({
  done: z.number(),
  /** Null while nobody knows. */
  total: z.number().nullable(),
  /** Units a second; null while nobody knows. */
  rate: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  /** What is being done, such as `Reading images`. */
  message: z.string(),
});

/** An error as JSON. */
export const errorSchema = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  hint: z.string().optional(),
});

/** How a run's network does on some images. */
export const evaluationSchema = z.object({
  run: z.string(),
  epoch: z.number(),
  /** The split, or null for a folder. */
  split: z.string().nullable(),
  /** The folder, or null for a split. */
  data: z.string().nullable(),
  accuracy: z.number(),
  accuracyInterval: intervalSchema,
  loss: z.number(),
  /** Images. */
  count: z.number(),
  classes: list(z.string()),
  confusion: confusionSchema,
  perClass: list(classMetricsSchema),
  /** The images of the highest loss, worst first. */
  worst: list(
    z.object({
      path: z.string(),
      label: z.string(),
      predicted: z.string(),
      /** What the network gave the label. */
      probability: z.number(),
      loss: z.number(),
    }),
  ),
  /** Files of the folder that were left out, and why. */
  skipped: list(skippedFile),
});

/** Images by where they were when the run was trained; `none`: the run did not have them. */
export const seenCountsSchema = z.object({
  train: z.number(),
  validation: z.number(),
  test: z.number(),
  none: z.number(),
});

/** What a run says about every sample of its data set, as it was kept. */
export const keptEvaluationSchema = z.object({
  run: z.string(),
  dataset: z.string(),
  epoch: z.number(),
  images: seenCountsSchema,
  /** Images that could not be read, or have changed since their import. */
  skipped: z.number(),
  /** The first of them. */
  reasons: list(skippedFile),
});

/** A class and its probability. */
export const rankedClass = z.object({ class: z.string(), probability: z.number() });

/** Milliseconds that a picture took; of pictures that were classified together, their share. */
export const predictionTimes = z.object({
  /** From the file to the pixels that the network sees. */
  decode: z.number(),
  inference: z.number(),
});

/** A file's classes, the most probable first, or why there are none. */
export const predictionSchema = z.union([
  z.object({
    file: z.string(),
    top: list(rankedClass),
    /** In the order of the classes. */
    logits: list(z.number()),
    times: predictionTimes,
  }),
  z.object({ file: z.string(), error: errorSchema }),
]);

/** What an export wrote, and how it agrees with the lab. */
export const exportReportSchema = savedFile.extend({
  /** The safetensors file, if one was asked for. */
  weightsFile: z.string().nullable(),
  run: z.string(),
  epoch: z.number(),
  parity: z.object({
    /** Images compared. */
    images: z.number(),
    maxAbsLogitDifference: z.number(),
    /** The share of images with the same class on top. */
    argmaxAgreement: z.number(),
  }),
});

/** An epoch's weights as a file. */
export const weightsReportSchema = savedFile.extend({ run: z.string(), epoch: z.number() });

/** The event file that a run's log was written to. */
export const logReportSchema = z.object({
  file: z.string(),
  run: z.string(),
  /** Epochs and steps whose figures it holds. */
  epochs: z.number(),
  steps: z.number(),
  /** Sample images. */
  images: z.number(),
});

/** The sample data set that was drawn. Paths are relative to the folder. */
export const demoSetSchema = z.object({
  folder: z.string(),
  classes: list(z.string()),
  /** Files written. */
  files: z.number(),
  /** The flaws that a lab should find. */
  planted: z.object({
    broken: list(z.string()),
    rotated: list(z.string()),
    duplicates: list(z.object({ path: z.string(), copyOf: z.string() })),
    wrongLabels: list(z.object({ path: z.string(), shows: z.string() })),
  }),
});

/** What the export of a data set wrote. */
export const datasetExportSchema = z.object({
  /** Null where it went into one file. */
  folder: z.string().nullable(),
  /** The file for a page to fetch; null for a folder. */
  saved: savedFile.nullable(),
  images: z.number(),
  classes: list(z.string()),
  /** Excluded by someone, or without a label. */
  leftOut: z.number(),
});

const spread = z.object({ min: z.number(), median: z.number(), max: z.number() });
const channels = z.tuple([z.number(), z.number(), z.number()]);

/** Statistics of a data set's pixels, which run from 0 to 1, and of its image sizes. */
export const statsReportSchema = z.object({
  dataset: z.string(),
  /** Null for all images. */
  split: z.string().nullable(),
  /** Side of the square the images were brought to; null for the images as they are. */
  imageSize: z.number().nullable(),
  images: z.number(),
  pixels: z.number(),
  /** Red, green, blue, over all pixels of all images. */
  mean: channels,
  std: channels,
  /** Sizes of the images as they are. */
  width: spread,
  height: spread,
  /** The commonest sizes first, at most fifty. */
  sizes: list(z.object({ width: z.number(), height: z.number(), count: z.number() })),
  /** Different sizes. */
  distinctSizes: z.number(),
});

/** What a finished job leaves, by its kind. */
export const jobResultSchema = z.discriminatedUnion('kind', [
  demoSetSchema.extend({ kind: z.literal('demo-set') }),
  inspectionSchema.extend({ kind: z.literal('inspect') }),
  importReportSchema.extend({ kind: z.literal('import') }),
  fileCheckSchema.extend({ kind: z.literal('check-files') }),
  relocationSchema.extend({ kind: z.literal('relocate') }),
  trainResultSchema.extend({ kind: z.literal('train') }),
  calibrationSchema.extend({ kind: z.literal('calibrate') }),
  evaluationSchema.extend({ kind: z.literal('evaluate') }),
  keptEvaluationSchema.extend({ kind: z.literal('keep-evaluation') }),
  z.object({ kind: z.literal('predict'), files: z.number(), failed: z.number() }),
  exportReportSchema.extend({ kind: z.literal('export') }),
  weightsReportSchema.extend({ kind: z.literal('export-weights') }),
  logReportSchema.extend({ kind: z.literal('export-log') }),
  datasetExportSchema.extend({ kind: z.literal('export-dataset') }),
  statsReportSchema.extend({ kind: z.literal('stats') }),
  shownOrderSchema.extend({ kind: z.literal('certify') }),
]);

/** What a job reports: its progress, what it has done so far, and its end. */
export const jobEventSchema = z.union([
  trainEventSchema,
  z.object({ event: z.literal('progress'), progress: progressSchema }),
  /** Of an inspection, before it reads the images. */
  z.object({ event: z.literal('plan'), plan: sourcePlanSchema }),
  z.object({ event: z.literal('prediction'), prediction: predictionSchema }),
  z.object({ event: z.literal('note'), message: z.string() }),
  z.object({ event: z.literal('done'), result: jobResultSchema }),
  /** The stack is for `--debug`. */
  z.object({ event: z.literal('failed'), error: errorSchema.extend({ stack: z.string().optional() }) }),
  z.object({ event: z.literal('cancelled') }),
]);

/** A job as it stands. */
export const jobSchema = z.object({
  id: z.string(),
  kind: z.enum(JOB_KINDS),
  /** Such as the data set's or the run's name. */
  subject: z.string(),
  status: z.enum(['running', 'done', 'failed', 'cancelled']),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  progress: progressSchema.nullable(),
  result: jobResultSchema.nullable(),
  error: errorSchema.nullable(),
});

/** See {@link progressSchema}. */
export type Progress = z.output<typeof progressSchema>;

/** See {@link jobEventSchema}. */
export type JobEvent = z.output<typeof jobEventSchema>;

/** See {@link jobResultSchema}. */
export type JobResult = z.output<typeof jobResultSchema>;

/** The result of one kind of job. */
export type ResultOf<Kind extends JobKind> = Extract<JobResult, { readonly kind: Kind }>;

/** See {@link jobSchema}. */
export type JobJson = z.output<typeof jobSchema>;

/** See {@link predictionSchema}. */
export type PredictionJson = z.output<typeof predictionSchema>;

/** See {@link evaluationSchema}. */
export type EvaluationJson = z.output<typeof evaluationSchema>;
