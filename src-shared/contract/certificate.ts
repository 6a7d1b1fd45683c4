/** Certificates: what the tensors of an epoch's steps testify about its order and its labels. */
import { z } from 'zod';
import { list } from './fields.ts';

/** `fail`: chance does not do this; `notice`: it seldom does; `unknown`: there is nothing to judge by. */
export const verdictSchema = z.enum(['pass', 'notice', 'fail', 'unknown']);

const check = z.object({ verdict: verdictSchema });

/** The certificate of an epoch. Where a check is null there is nothing to test. */
export const certificateSchema = z.object({
  epoch: z.number(),
  /** Whether the steps were fed pictures, or features of them. */
  fed: z.enum(['images', 'features']),
  /** The worst of the checks. */
  verdict: verdictSchema,
  /** Images whose feeding was witnessed. */
  images: z.number(),
  /** Steps of the epoch, and how many were witnessed: fewer when the record of an interrupted epoch was lost. */
  steps: z.number(),
  witnessed: z.number(),
  /** A hash of the contents in the order fed; null unless all steps were witnessed. */
  order: z.string().nullable(),
  /** How the classes are spread over the batches, against random sampling without replacement. */
  balance: check
    .extend({
      /** Pearson's X². */
      statistic: z.number(),
      degreesOfFreedom: z.number(),
      /** Classes that were compared, rare ones joined. */
      groups: z.number(),
      /** The chance that a random order spreads them at least as unevenly, and at least as evenly. */
      uneven: z.number(),
      even: z.number(),
    })
    .nullable(),
  /** The longest stretch of one class. */
  classRun: check
    .extend({
      length: z.number(),
      /** The class's number. */
      label: z.number(),
      /** The mean of random orders. */
      expected: z.number(),
      /** At most the chance of one as long. */
      p: z.number(),
    })
    .nullable(),
  /** The order against that of the files. */
  fileOrder: check
    .extend({
      /** Spearman's. */
      correlation: z.number(),
      p: z.number(),
      /** Whether it is exactly the order of the files. */
      same: z.boolean(),
    })
    .nullable(),
  /** Whether an earlier epoch had the same order. */
  repeat: check.extend({
    /** The latest of them. */
    epoch: z.number().nullable(),
    /** Epochs it was compared with. */
    compared: z.number(),
  }),
  /** Whether each label belongs to its image, by the content in the slot. */
  labels: check.extend({
    attached: z.number(),
    wrong: z.number(),
    /** Slots whose bytes are of no training image. */
    unknown: z.number(),
    /** The first wrong ones. */
    examples: list(
      z.object({
        step: z.number(),
        /** From 0. */
        slot: z.number(),
        /** The image's number in the run. */
        row: z.number(),
        /** Numbers of classes. */
        fed: z.number(),
        expected: z.number(),
      }),
    ),
  }),
  /** Whether each image came once. */
  coverage: check.extend({
    missing: z.number(),
    /** As many as the settings leave out. */
    dropped: z.number(),
    repeated: z.number(),
  }),
  /** The epoch's batches; of many, some from the whole epoch. */
  batches: list(
    z.object({
      step: z.number(),
      /** Images by class. */
      counts: list(z.number()),
      /** Of the tensor: by channel from 0 to 1 for images, one for all features. */
      mean: list(z.number()),
      std: list(z.number()),
    }),
  ),
});

/** Orders that can be certified without training; all but the first are as they should not be. */
export const SHOWN_ORDERS = ['shuffled', 'file-order', 'same-order', 'shifted-labels'] as const;

/** What the certificates of an order that was only shown rest on. */
export const shownOrderSchema = z.object({
  dataset: z.string(),
  order: z.enum(SHOWN_ORDERS),
  classes: list(z.string()),
  /** Images that were fed, of as many training images. */
  images: z.number(),
  of: z.number(),
  certificates: list(certificateSchema),
});

/** Chances below which a check fails, or is worth a notice. */
export const verdictThresholds = z.object({ fail: z.number(), notice: z.number() });

/** See {@link certificateSchema}. */
export type CertificateJson = z.output<typeof certificateSchema>;

/** See {@link verdictSchema}. */
export type VerdictJson = z.output<typeof verdictSchema>;
