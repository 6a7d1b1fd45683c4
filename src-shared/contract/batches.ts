/** What a network is fed: batches as they are made, and what was made of them. */
import { z } from 'zod';
import { procedure } from './base.ts';
import { certificateSchema, SHOWN_ORDERS, verdictThresholds } from './certificate.ts';
import { list, oneOf, text, wholeNumber } from './fields.ts';
import { startedJob } from './job.ts';
import { trainFields } from './train-settings.ts';
import { runName } from './training.ts';

const dataset = text('the name of a data set');

/** Settings of a training that decide which batches it is fed; they mean what they mean there. */
export const feedFields = {
  /** Null for what the bundled weights were made for. */
  imageSize: trainFields.imageSize,
  resize: trainFields.resize,
  interpolation: trainFields.interpolation,
  /** A preset's name or a list of augmentations. */
  augment: trainFields.augment,
  seed: trainFields.seed,
  batchSize: trainFields.batchSize,
  shuffle: trainFields.shuffle,
  dropLast: trainFields.dropLast,
  /** Null for those of the bundled weights. */
  mean: trainFields.mean,
  std: trainFields.std,
} as const;

/** A batch of a run, or of a training that has not begun. */
export const batchChoiceSchema = z.strictObject({
  of: z.union([z.strictObject({ run: runName }), z.strictObject({ dataset, ...feedFields })]),
  /** From 1, over all phases. */
  epoch: wholeNumber({ min: 1 }).default(1),
  /** From 1. */
  batch: wholeNumber({ min: 1 }).default(1),
});

/** What an augmentation drew, by its own names. */
export const drawSchema = z.object({
  name: z.string(),
  /** Null where the picture was left alone. */
  draw: z.record(z.string(), z.unknown()).nullable(),
});

const channels = list(z.number());

/** What can be said of the numbers that a network sees. */
export const SPREADS = ['fits', 'unnormalised', 'off-centre', 'narrow', 'wide'] as const;

const preview = z.object({
  run: z.string().nullable(),
  dataset: z.string(),
  /** `features`: the head alone is trained, on what the backbone made of these pictures. */
  fed: z.enum(['images', 'features']),
  epoch: z.number(),
  /** Of a run; null for a training that has not begun. */
  epochs: z.number().nullable(),
  batch: z.number(),
  batches: z.number(),
  seed: z.number(),
  imageSize: z.number(),
  classes: list(z.string()),
  items: list(
    z.object({
      /** From 0. */
      slot: z.number(),
      /** Below `/images/`. */
      picture: z.string(),
      label: z.number(),
      /** The image's number in the training, which with seed and epoch keys what is drawn. */
      row: z.number(),
      /** The epoch that its augmentations are drawn for; null for none. */
      drawnFor: z.number().nullable(),
      /** The data set's sample; null when it is there no more. */
      sample: z.number().nullable(),
      path: z.string(),
      draws: list(drawSchema),
    }),
  ),
  /** Images by class. */
  counts: list(z.number()),
  /** Of the tensor's bytes, from 0 to 1, by channel. */
  tensor: z.object({ mean: channels, std: channels }),
  normalization: z.object({ mean: channels, std: channels }),
  /** What the network sees after normalisation, by channel, and what that says. */
  normalised: z.object({
    mean: channels,
    std: channels,
    min: z.number(),
    max: z.number(),
    verdict: z.enum(SPREADS),
    /** A mean further from 0, and deviations outside these two, are told. */
    limits: z.object({ mean: z.number(), narrow: z.number(), wide: z.number() }),
  }),
  /** How the graph mixes each picture with the one before it; null for not at all. */
  mix: z.object({ ownShare: z.number() }).nullable(),
});

/** See {@link batchChoiceSchema}. */
export type BatchPreview = z.output<typeof preview>;

/** An order to show the certificates of. */
export const showOrderSchema = z.strictObject({
  dataset,
  order: oneOf(SHOWN_ORDERS),
  batchSize: trainFields.batchSize,
  imageSize: trainFields.imageSize,
  seed: trainFields.seed,
  epochs: wholeNumber({ min: 1, max: 10 }).default(2),
  /** Of larger data sets, every so many images are fed. */
  limit: wholeNumber({ min: 2, max: 100_000 }).default(1000),
});

const runCertificates = z.object({
  run: z.string(),
  classes: list(z.string()),
  /** What the settings ask for. */
  shuffle: z.boolean(),
  thresholds: verdictThresholds,
  /** Of the epochs so far; those of trainings from before there were certificates have none. */
  certificates: list(certificateSchema),
});

/** See {@link runCertificates}. */
export type RunCertificates = z.output<typeof runCertificates>;

/** Procedures on batches. */
export const batches = {
  /** The pixels and labels of one batch, made the way a training makes them. */
  preview: procedure.input(batchChoiceSchema).output(preview),
  certificates: procedure.input(z.strictObject({ run: runName })).output(runCertificates),
  /** Feeds nobody the images of a data set in some order, and certifies it: a job. */
  showOrder: procedure.input(showOrderSchema).output(startedJob),
};
