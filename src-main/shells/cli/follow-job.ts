/** Waits for a job, showing how far it is. */
import type { JobEvent, JobKind, ResultOf } from '../../../src-shared/contract/job.ts';
import { LabError } from '../../../src-shared/errors.ts';
import { ProgressBar } from './progress-bar.ts';
import type { Session } from './session.ts';

/**
 * Follows a job to its end. Ctrl+C cancels it.
 *
 * @param onEvent told of every event but progress and the end
 * @throws LabError as the job failed, or `CANCELLED`
 */
export async function followJob<Kind extends JobKind>(
  { client, output, signal }: Session,
  kind: Kind,
  started: Promise<{ readonly job: string }>,
  onEvent: (event: JobEvent) => void = () => undefined,
): Promise<ResultOf<Kind>> {
  const { job } = await started;
  const bar = new ProgressBar(!output.json);
  const cancel = (): void => void client.jobs.cancel({ id: job });
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for await (const event of await client.jobs.watch({ id: job })) {
      if (event.event === 'progress') {
        bar.update(event.progress);
        continue;
      }
      if (QUIET.has(event.event)) {
        onEvent(event);
        continue;
      }
      bar.clear();
      if (event.event === 'done') return event.result as ResultOf<Kind>;
      if (event.event === 'failed') throw failure(event.error);
      if (event.event === 'cancelled') throw new LabError('CANCELLED', `The ${kind} was cancelled.`);
      onEvent(event);
    }
    throw new LabError('INTERNAL', `The ${kind} ended without a result.`);
  } finally {
    bar.clear();
    signal.removeEventListener('abort', cancel);
  }
}

/** Events for which the bar stays where it is. */
const QUIET: ReadonlySet<JobEvent['event']> = new Set(['features', 'step', 'checkpoint']);

function failure({ stack, ...json }: Extract<JobEvent, { event: 'failed' }>['error']): LabError {
  const { hint, ...rest } = json;
  const error = LabError.fromJSON({ ...rest, ...(hint !== undefined && { hint }) });
  if (stack !== undefined) error.stack = stack;
  return error;
}
