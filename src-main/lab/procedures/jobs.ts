/** Procedures on jobs. */
import { withEventMeta } from '@orpc/server';
import { os } from './implementer.ts';

export const jobs = {
  list: os.jobs.list.handler(({ context }) => context.lab.jobs.list()),
  get: os.jobs.get.handler(({ context, input }) => context.lab.jobs.get(input.id)),
  watch: os.jobs.watch.handler(async function* ({ context, input, lastEventId, signal }) {
    const after = lastEventId === undefined ? 0 : Number(lastEventId);
    for await (const { id, event } of context.lab.jobs.watch(input.id, after, signal)) {
      yield withEventMeta({ ...event }, { id: String(id) });
    }
  }),
  cancel: os.jobs.cancel.handler(({ context, input }) => {
    context.lab.jobs.cancel(input.id);
    return {};
  }),
};
