import { describe, expect, test } from 'vitest';
import type { JobEvent } from '../../src-shared/contract/job.ts';
import { LabError } from '../../src-shared/errors.ts';
import { EventLog } from '../../src-main/lab/event-log.ts';
import { Jobs } from '../../src-main/lab/jobs.ts';

const RESULT = { files: 1, failed: 0 };

async function collect(jobs: Jobs, id: string, after = 0): Promise<JobEvent[]> {
  const events: JobEvent[] = [];
  for await (const { event } of jobs.watch(id, after)) events.push(event);
  return events;
}

describe('jobs', () => {
  test('tell early and late watchers the same, and keep the result', async () => {
    const jobs = new Jobs();
    const id = jobs.start('predict', 'x', ({ emit }) => {
      emit({ event: 'note', message: 'one' });
      return Promise.resolve(RESULT);
    });
    expect(jobs.get(id)).toMatchObject({ status: 'running', kind: 'predict', subject: 'x' });
    const early = await collect(jobs, id);
    expect(early).toEqual([
      { event: 'note', message: 'one' },
      { event: 'done', result: { kind: 'predict', ...RESULT } },
    ]);
    expect(await collect(jobs, id)).toEqual(early);
    expect(await collect(jobs, id, 1)).toEqual(early.slice(1));
    expect(jobs.get(id)).toMatchObject({ status: 'done', result: { kind: 'predict', ...RESULT } });
  });

  test('work out rate and remaining time', async () => {
    const jobs = new Jobs();
    const id = jobs.start('predict', 'x', async ({ progress }) => {
      progress({ done: 0, total: 10, message: 'm' });
      await new Promise((resolve) => setTimeout(resolve, 20));
      progress({ done: 5, total: 10, message: 'm' });
      return RESULT;
    });
    await collect(jobs, id);
    const { rate, secondsLeft } = jobs.get(id).progress!;
    // Timers fire no earlier than asked for: five units took at least 20 ms.
    expect(rate).toBeLessThanOrEqual(5 / 0.019);
    expect(secondsLeft).toBeCloseTo(5 / rate!, 9);
  });

  test('keep the error of a failed one', async () => {
    const jobs = new Jobs();
    const id = jobs.start('predict', 'x', () =>
      Promise.reject(new LabError('DISK_FULL', 'full', { hint: 'free some' })),
    );
    expect(await collect(jobs, id)).toMatchObject([
      { event: 'failed', error: { code: 'DISK_FULL', message: 'full', hint: 'free some' } },
    ]);
    expect(jobs.get(id)).toMatchObject({ status: 'failed', error: { code: 'DISK_FULL' } });
  });

  test('are cancelled through their signal, one or all of them', async () => {
    const jobs = new Jobs();
    const wait = ({ signal }: { signal: AbortSignal }) =>
      new Promise<typeof RESULT>((_, reject) => {
        signal.addEventListener('abort', () => reject(new LabError('CANCELLED', 'cancelled')));
      });
    const [first, second] = [jobs.start('predict', 'a', wait), jobs.start('predict', 'b', wait)];
    // The work begins in the next turn.
    await Promise.resolve();
    jobs.cancel(first);
    expect(await collect(jobs, first)).toEqual([{ event: 'cancelled' }]);
    expect(jobs.get(second).status).toBe('running');
    await jobs.close();
    expect(jobs.list().map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
  });

  test('one that nobody knows', () => {
    expect(() => new Jobs().get('7')).toThrow(new LabError('INVALID_ARGUMENT', 'There is no job "7".'));
  });
});

describe('the log of a job', () => {
  const step = (number: number): JobEvent => ({
    ...{ event: 'step', step: number, epoch: 1, epochStep: number, epochSteps: 9999, loss: 1, accuracy: 0 },
    learningRates: { head: 0.1 },
  });

  test('shows all to those who read along and the latest steps to those who come late', async () => {
    const log = new EventLog();
    const along: number[] = [];
    const reading = (async () => {
      for await (const { event } of log.read(0)) if (event.event === 'step') along.push(event.step);
    })();
    // The reader has to be there before the first event.
    await Promise.resolve();
    for (let number = 1; number <= 5000; number++) log.add(step(number));
    log.add({ event: 'note', message: 'kept' });
    log.end();
    await reading;
    expect(along).toHaveLength(5000);
    const late: JobEvent[] = [];
    for await (const { event } of log.read(0)) late.push(event);
    const steps = late.filter((event) => event.event === 'step').map(({ step }) => step);
    expect(steps.length).toBeGreaterThanOrEqual(1000);
    expect(steps.length).toBeLessThan(2000);
    expect(steps.at(-1)).toBe(5000);
    expect(late.at(-1)).toEqual({ event: 'note', message: 'kept' });
  });

  test('lets go of a reader whose signal aborts', async () => {
    const log = new EventLog();
    const controller = new AbortController();
    const reading = (async () => {
      for await (const { id } of log.read(0, controller.signal)) expect(id).toBe(1);
    })();
    log.add({ event: 'note', message: 'one' });
    controller.abort();
    await reading;
  });
});
