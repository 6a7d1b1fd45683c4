/** What changed in the lab: sent to every window, which then reads again what it shows. */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';

/** A change. It names what to read again, never the new value. */
export const changeEventSchema = z.discriminatedUnion('what', [
  /** The stream has begun: what changes from here on is reported. */
  z.object({ what: z.literal('ready') }),
  /** Data sets were added or removed. */
  z.object({ what: z.literal('datasets') }),
  /** Samples, labels, marks, classes or splits of a data set. */
  z.object({ what: z.literal('samples'), dataset: z.string() }),
  /** Predictions that are kept for a data set. */
  z.object({ what: z.literal('predictions'), dataset: z.string() }),
  /** Runs were added, removed, or went on. */
  z.object({ what: z.literal('runs') }),
  /** Files in the lab's exports. */
  z.object({ what: z.literal('exports') }),
  /** A job began, moved on or ended. */
  z.object({ what: z.literal('job'), id: z.string() }),
]);

/** See {@link changeEventSchema}. */
export type Change = z.output<typeof changeEventSchema>;

/** Procedures on changes. */
export const changes = {
  /** Changes as they happen, without end. */
  watch: procedure.output(eventIterator(changeEventSchema)),
};
