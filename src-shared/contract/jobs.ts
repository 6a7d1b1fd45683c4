/** Jobs under way and those that ended in this lab process. */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';
import { list, text } from './fields.ts';
import { jobEventSchema, jobSchema } from './job.ts';

const job = z.strictObject({ id: text('the id of a job') });

/** Procedures on jobs. */
export const jobs = {
  list: procedure.output(list(jobSchema)),
  get: procedure.input(job).output(jobSchema),
  /**
   * What the job has reported so far and all that comes, up to `done`, `failed` or `cancelled`. Of steps and
   * progress only the latest are kept for those who come late. A client that lost its connection goes on after
   * the last event it got.
   */
  watch: procedure.input(job).output(eventIterator(jobEventSchema)),
  /** Asks the job to end; a training writes a checkpoint and ends as `done` with the status `stopped`. */
  cancel: procedure.input(job).output(z.object({})),
};
