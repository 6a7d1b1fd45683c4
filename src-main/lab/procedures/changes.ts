/** Procedures on changes. */
import { os } from './implementer.ts';

export const changes = {
  watch: os.changes.watch.handler(async function* ({ context: { lab }, signal }) {
    // Listening begins before the stream says so: nothing is missed in between.
    const watched = lab.changes.watch(signal);
    const first = watched.next();
    yield { what: 'ready' as const };
    const { value, done } = await first;
    if (done === true) return;
    yield value;
    yield* watched;
  }),
};
