/** Data sets: importing, splitting, looking at samples, editing labels. */
import { z } from 'zod';
import { procedure } from './base.ts';
import { flag, list, number, oneOf, text, told, wholeNumber } from './fields.ts';
import { startedJob } from './job.ts';

/** A data set. */
export const datasetName = text('the name of a data set');
const dataset = datasetName;

/** The parts of a data set. */
export const splitName = oneOf(['train', 'validation', 'test']);

/** How a folder says which image has which class; `auto` finds out. */
export const formatChoice = oneOf(['auto', 'image-folder', 'kaggle', 'manifest']).default('auto');

/** What an import reads: besides, formats that keep many images in one file. */
export const IMPORT_FORMATS = [
  ...(['auto', 'image-folder', 'kaggle', 'manifest'] as const),
  ...(['cifar-10', 'cifar-100', 'cifar-100-coarse', 'mnist', 'fashion-mnist', 'unlabelled'] as const),
] as const;

const splitShares = z.strictObject({
  validation: number({ min: 0, max: 1 }).default(0.2),
  test: number({ min: 0, max: 1 }).default(0.1),
  seed: wholeNumber({ min: 0, max: 2 ** 32 - 1 }).default(0),
});

/** Fields of an import. */
export const importSchema = z.strictObject({
  /** A folder, an archive (.zip, .tar, .tar.gz), or a list of images (.csv, .jsonl). */
  path: text('the path of a folder, an archive or a list of images'),
  dataset,
  /** Names of the only entries of a folder to look at; null for all. */
  only: z.array(text('a name')).min(1).nullable().default(null),
  format: oneOf(IMPORT_FORMATS).default('auto'),
  /** The only classes to take, as the source calls them; null for all. */
  classes: z.array(text('the name of a class')).min(1).nullable().default(null),
  /** New names by those of the source. */
  rename: z.record(text('the name of a class'), text('the name of a class')).default({}),
  /** Divides the data set at the end, if its images have labels; null to leave it. */
  split: splitShares.nullable().default(null),
  /** Larger pictures (width × height) are skipped; null for the default limit. */
  maxPixels: wholeNumber({ min: 1 }).nullable().default(null),
  /** Archives that unpack to more are refused; null for the default limit. */
  maxArchiveBytes: wholeNumber({ min: 1 }).nullable().default(null),
});

/** Fields of an inspection: those of an import that say how to read. */
export const inspectSchema = importSchema.pick({
  path: true,
  only: true,
  format: true,
  maxPixels: true,
  maxArchiveBytes: true,
});

/** Fields of a split. */
export const splitSchema = splitShares.extend({
  dataset,
  /** A regular expression on file names: those with the same first capture group stay on one side. */
  groupPattern: text('a regular expression').nullable().default(null),
});

const counts = z.object({ train: z.number(), validation: z.number(), test: z.number() });

const splitReport = counts.extend({
  /** By the name of the class. */
  classes: z.record(z.string(), counts),
  /** Excluded, unlabelled, or copies that are labelled differently. */
  leftOut: z.number(),
  /** About what the data set's own splits override. */
  notes: list(z.string()),
});

const datasetInfo = z.object({
  name: z.string(),
  createdAt: z.string(),
  samples: z.number(),
  classes: list(z.string()),
});

/** What an edit changes; a label of null takes the label away. */
export const changeSchema = z.union([
  z.strictObject({ label: z.string().min(1).nullable() }),
  z.strictObject({ excluded: flag() }),
  z.strictObject({ flagged: flag() }),
]);

/** Fields of an edit. */
export const labelSchema = z.strictObject({
  dataset,
  /** Samples by their ids. */
  samples: z.array(wholeNumber({ min: 1 })).default([]),
  /** Samples by their paths, or by ends of their paths that no other sample has. */
  paths: z.array(text('a path')).default([]),
  change: changeSchema,
  /** Make the label a new class when the data set has none of that name; else that is an error. */
  createClass: flag().default(false),
  /** Who decided. */
  who: text('a name').default('user'),
});

const editResult = z.object({
  /** Samples whose value really changed. */
  changed: z.number(),
});

/** One change of one sample, as the log holds it. */
export const eventSchema = z.object({
  id: z.number(),
  operation: z.number(),
  kind: z.enum(['edit', 'undo', 'redo']),
  who: z.string(),
  when: z.string(),
  sample: z.number(),
  what: z.enum(['label', 'excluded', 'flagged']),
  from: z.union([z.string(), z.boolean()], told('a value')).nullable(),
  to: z.union([z.string(), z.boolean()], told('a value')).nullable(),
});

/** Fields of the sample data set. */
export const demoSetSchema = z.strictObject({
  /** The folder to draw it into. */
  folder: text('the path of a folder'),
  seed: wholeNumber({ min: 0, max: 2 ** 32 - 1 }).default(0),
  /** Pictures of each class. */
  perClass: wholeNumber({ min: 10, max: 10_000 }).default(90),
});

const resize = oneOf(['crop', 'stretch']).default('crop');
const interpolation = oneOf(['nearest', 'bilinear', 'bicubic', 'lanczos']).default('bilinear');

/** Formats that a data set can be written in. */
export const EXPORT_FORMATS = ['image-folder', 'csv', 'cifar'] as const;

/** Fields of the export of a data set. */
export const exportDatasetSchema = z.strictObject({
  dataset,
  format: oneOf(EXPORT_FORMATS).default('image-folder'),
  /** A folder that is empty or does not exist yet; null for one file in the lab's exports. */
  out: text('the path of a folder').nullable().default(null),
  /** With csv: put copies of the images beside the list, instead of referring to them where they lie. */
  copy: flag().default(false),
  /** With cifar: how pictures are brought to 32 × 32. */
  resize,
  interpolation,
});

/** Fields of the statistics of a data set. */
export const statsSchema = z.strictObject({
  dataset,
  /** Null for all images. */
  split: splitName.nullable().default(null),
  /** Side of the square to bring the images to first, as an evaluation does; null for the images as they are. */
  imageSize: wholeNumber({ min: 1, max: 4096 }).nullable().default(null),
  resize,
  interpolation,
});

/** Procedures on data sets. */
export const datasets = {
  /** Draws the sample data set: a job. */
  drawDemoSet: procedure.input(demoSetSchema).output(startedJob),
  /** Looks at a folder or an archive without importing it: a job that reports its plan and then reads everything. */
  inspect: procedure.input(inspectSchema).output(startedJob),
  /** A job whose result is an import's report. */
  import: procedure.input(importSchema).output(startedJob),
  /** A job whose result says what was written. */
  export: procedure.input(exportDatasetSchema).output(startedJob),
  /** A job whose result is the statistics. */
  stats: procedure.input(statsSchema).output(startedJob),
  /** Looks whether the originals are where they were: a job. */
  checkFiles: procedure.input(z.strictObject({ dataset })).output(startedJob),
  /** Finds originals that moved, by content, in a folder: a job. Labels, splits and history stay. */
  relocate: procedure
    .input(z.strictObject({ dataset, folder: text('the path of a folder') }))
    .output(startedJob),
  /** Gives a data set another name, in its runs too. */
  rename: procedure.input(z.strictObject({ dataset, name: datasetName })).output(z.object({})),
  /** Forgets a data set, its labels and their history. Images and runs stay. */
  remove: procedure.input(z.strictObject({ dataset })).output(z.object({})),
  split: procedure.input(splitSchema).output(splitReport),
  list: procedure.output(list(datasetInfo)),
  label: procedure.input(labelSchema).output(editResult),
  /** The log of edits, oldest first. */
  history: procedure.input(z.strictObject({ dataset })).output(list(eventSchema)),
};
