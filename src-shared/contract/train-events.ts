/** What a training reports while it runs. */
import { z } from 'zod';
import { list } from './fields.ts';
import { bestEpochSchema, summarySchema } from './figures.ts';

const phase = z.enum(['head', 'full']);

/** The figures of a finished epoch. */
export const epochSchema = z.object({
  /** From 1, over all phases. */
  epoch: z.number(),
  /** Epochs that the training is going to have. */
  epochs: z.number(),
  phase,
  /** Measured while the weights moved, on augmented images. */
  running: z.object({ loss: z.number(), accuracy: z.number() }),
  /** Of the finished epoch, on the training images as they are. */
  train: summarySchema,
  /** Null without validation data. */
  validation: summarySchema.nullable(),
  /** In the epoch's first step, by parameter group: `head`, `backbone` while it is trained, and those of one's own. */
  learningRates: z.record(z.string(), z.number()),
  imagesPerSecond: z.number(),
});

/** Events of a training, in the order they come. */
export const trainEventSchema = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('start'),
    run: z.string(),
    phases: list(z.object({ name: phase, epochs: z.number() })),
    device: z.string(),
    /** Why this device. */
    deviceReason: z.string(),
    threads: z.number(),
    /** Whether the head of the weights file was used; null without a file. */
    headLoaded: z.boolean().nullable(),
    /** Where a resumed training goes on; null from the beginning. */
    resumedFrom: z.object({ epoch: z.number(), step: z.number() }).nullable(),
  }),
  z.object({
    event: z.literal('features'),
    /** Augmented versions of each training picture. */
    draws: z.number(),
    done: z.number(),
    total: z.number(),
  }),
  z.object({
    event: z.literal('step'),
    /** From 1, over the whole run. */
    step: z.number(),
    epoch: z.number(),
    epochStep: z.number(),
    epochSteps: z.number(),
    /** Of the step's batch as it was shown, before the step changed the weights. */
    loss: z.number(),
    accuracy: z.number(),
    /** By parameter group. */
    learningRates: z.record(z.string(), z.number()),
  }),
  epochSchema.extend({ event: z.literal('epoch') }),
  z.object({ event: z.literal('checkpoint'), epoch: z.number(), step: z.number() }),
]);

/** How a training ended. */
export const trainResultSchema = z.object({
  run: z.string(),
  status: z.enum(['finished', 'stopped']),
  /** Epochs finished. */
  epoch: z.number(),
  best: bestEpochSchema.nullable(),
});

/** See {@link epochSchema}. */
export type EpochJson = z.output<typeof epochSchema>;

/** See {@link trainEventSchema}. */
export type TrainEventJson = z.output<typeof trainEventSchema>;

/** See {@link trainResultSchema}. */
export type TrainResultJson = z.output<typeof trainResultSchema>;
