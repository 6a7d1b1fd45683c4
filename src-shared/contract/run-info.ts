/** A run as lists show it. */
import { z } from 'zod';
import { list } from './fields.ts';
import { bestEpochSchema } from './figures.ts';
import { errorSchema } from './job.ts';

/** What a run stands at. */
export const RUN_STATES = [
  ...(['created', 'running', 'interrupted', 'paused', 'stopped', 'finished', 'failed'] as const),
] as const;

/** See the file. */
export const runInfoSchema = z.object({
  id: z.string(),
  /** What a person calls it; null for nothing. */
  name: z.string().nullable(),
  /** What a person wrote about it. */
  note: z.string(),
  createdAt: z.string(),
  /**
   * `interrupted`: its process is gone. `paused`: stopped by someone who means to go on. Both, and those that were
   * stopped or failed, can be resumed.
   */
  status: z.enum(RUN_STATES),
  /** The job of this lab process that trains it; null also while another process does. */
  job: z.string().nullable(),
  error: errorSchema.nullable(),
  dataset: z.object({
    name: z.string(),
    sha256: z.string(),
    classes: list(z.string()),
    train: z.number(),
    validation: z.number(),
    test: z.number(),
  }),
  model: z.string(),
  mode: z.string(),
  imageSize: z.number(),
  /** Name of the first weights; null for a fresh initialisation. */
  weights: z.string().nullable(),
  device: z.string().nullable(),
  /** Epochs finished, and epochs wanted. */
  epoch: z.number(),
  epochs: z.number(),
  best: bestEpochSchema.nullable(),
});

/** See {@link runInfoSchema}. */
export type RunInfo = z.output<typeof runInfoSchema>;
