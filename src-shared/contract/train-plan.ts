/** What is known of a training before it begins: settings that suit the data set, and how long it will take. */
import { z } from 'zod';
import { list } from './fields.ts';
import { trainSettingsSchema } from './train-settings.ts';

/** What a suggestion can say. Each is a sentence in every language, with the values named here. */
export const ADVICE = [
  /** train, validation, test */
  'split-given',
  /** validation, test: shares of the data set that will be set aside */
  'split-missing',
  /** validation: a share; too few images for a test set */
  'split-missing-few',
  /** train: there is no validation data, so no epoch can be called the best */
  'split-no-validation',
  /** model, imageSize */
  'weights-bundled',
  /** model, imageSize */
  'weights-imagenet',
  /** side: of the median picture; imageSize */
  'image-size-small',
  /** headEpochs, epochs */
  'mode-head-then-full',
  /** train, classes: too few for a whole network */
  'mode-head-few',
  /** train: too many for a whole network on this processor */
  'mode-head-slow',
  /** epochs, train: few images are shown more often */
  'epochs-more',
  /** batchSize, train */
  'batch-small',
  /** the classes are digits or letters, which are others when mirrored */
  'augment-symbols',
  /** largest, smallest: classes; largestCount, smallestCount */
  'classes-unbalanced',
  /** name, reason */
  'device',
  /** class, count: too few training images */
  'few-images',
  /** excluded, unlabelled, conflicts */
  'left-out',
] as const;

/** One of {@link ADVICE}. */
export type Advice = (typeof ADVICE)[number];

/** Settings that suit a data set, and why. */
export const suggestionSchema = z.object({
  dataset: z.string(),
  settings: trainSettingsSchema,
  /** The split to make first, with these shares; null where there is one. */
  split: z.object({ validation: z.number(), test: z.number() }).nullable(),
  advice: list(
    z.object({
      key: z.enum(ADVICE),
      /** Whether it asks the user for something, rather than giving a reason. */
      warning: z.boolean(),
      values: z.record(z.string(), z.union([z.string(), z.number()])),
    }),
  ),
});

const range = z.object({ low: z.number(), expected: z.number(), high: z.number() });

/** How long a training will take, in seconds. */
export const estimateSchema = z.object({
  device: z.string(),
  /** Why this device. */
  deviceReason: z.string(),
  imageSize: z.number(),
  mode: z.string(),
  epochs: z.number(),
  /** Steps of an epoch. */
  steps: z.number(),
  train: z.number(),
  validation: z.number(),
  /** The speed it is worked out from; null when nothing comparable was ever measured here. */
  basis: z
    .object({
      /** An earlier run, or a short calibration. */
      kind: z.enum(['run', 'calibration']),
      run: z.string(),
      dataset: z.string(),
      at: z.string(),
      trainImagesPerSecond: z.number(),
      evaluateImagesPerSecond: z.number(),
    })
    .nullable(),
  /** Of an epoch of the whole network, or of the head alone where only that is trained; null without a basis. */
  epoch: range.nullable(),
  /** Before the first epoch of `head` and `head-then-full`: features of all images. Null without a basis. */
  features: range.nullable(),
  /** In all; null without a basis. */
  total: range.nullable(),
});

/** How fast a network was found to be. */
export const calibrationSchema = z.object({
  device: z.string(),
  trainImagesPerSecond: z.number(),
  evaluateImagesPerSecond: z.number(),
});

/** See {@link suggestionSchema}. */
export type Suggestion = z.output<typeof suggestionSchema>;

/** See {@link estimateSchema}. */
export type Estimate = z.output<typeof estimateSchema>;
