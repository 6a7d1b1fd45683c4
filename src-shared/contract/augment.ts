/** Looking at augmentations before training with them. */
import { z } from 'zod';
import { procedure } from './base.ts';
import { drawSchema, feedFields } from './batches.ts';
import { list, text, wholeNumber } from './fields.ts';

/** Which pictures, in how many variants. */
export const augmentPreviewSchema = z.strictObject({
  dataset: text('the name of a data set'),
  /** Samples by their ids; none for training images in their order. */
  samples: z
    .array(wholeNumber({ min: 1 }))
    .max(16)
    .default([]),
  imageSize: feedFields.imageSize,
  resize: feedFields.resize,
  interpolation: feedFields.interpolation,
  augment: feedFields.augment,
  seed: feedFields.seed,
  /** The first variant is that of this epoch, the next that of the one after it; a head's versions count from 0. */
  epoch: wholeNumber({ min: 0 }).default(1),
  variants: wholeNumber({ min: 1, max: 64 }).default(16),
  /** How many training images are taken when none is named, and from which on. */
  count: wholeNumber({ min: 1, max: 16 }).default(1),
  first: wholeNumber({ min: 0 }).default(0),
});

const preview = z.object({
  seed: z.number(),
  imageSize: z.number(),
  /** Training images of the data set. */
  total: z.number(),
  /** The augmentations with all their parameters. */
  augmentations: list(z.record(z.string(), z.unknown())),
  items: list(
    z.object({
      sample: z.number(),
      path: z.string(),
      className: z.string().nullable(),
      /** Its number in a training of the data set as it is, which keys what is drawn; null for one that is left out. */
      row: z.number().nullable(),
      /** Without augmentation; below `/images/`. */
      plain: z.string(),
      variants: list(z.object({ epoch: z.number(), picture: z.string(), draws: list(drawSchema) })),
    }),
  ),
});

/** See {@link augmentPreviewSchema}. */
export type AugmentPreview = z.output<typeof preview>;

/** Procedures on augmentation. */
export const augment = {
  /** The pixels that training with these settings is fed. Mixing of whole batches is not among them. */
  preview: procedure.input(augmentPreviewSchema).output(preview),
};
