/** What is shown of a training. */
import type { JobEvent } from '../../../src-shared/contract/job.ts';
import type {
  EpochJson,
  TrainEventJson,
  TrainResultJson,
} from '../../../src-shared/contract/train-events.ts';
import { followJob } from './follow-job.ts';
import type { Output } from './output.ts';
import { EXIT, type Session } from './session.ts';
import { count, duration, percent, printable } from './text.ts';

/** Follows a training, and returns the exit code: a training that was stopped is no success. */
export async function followTraining(
  session: Session,
  started: Promise<{ readonly job: string }>,
  logSteps: boolean,
): Promise<number> {
  const began = performance.now();
  const result = await train(session, started, logSteps);
  const seconds = (performance.now() - began) / 1000;
  const { kind: _, ...line } = { kind: '', ...result };
  session.output.result({ event: 'done', ...line, seconds }, () => describeResult(result, seconds));
  return result.status === 'finished' ? EXIT.success : EXIT.cancelled;
}

function train(
  session: Session,
  started: Promise<{ readonly job: string }>,
  logSteps: boolean,
): Promise<TrainResultJson> {
  return followJob(session, 'train', started, (event) => show(event, session.output, logSteps));
}

function show(event: JobEvent, output: Output, logSteps: boolean): void {
  switch (event.event) {
    case 'start':
      output.result(event, () => describeStart(event));
      return;
    case 'step':
      if (logSteps) output.result(event, () => `step ${event.step}  loss ${event.loss.toFixed(4)}`);
      return;
    case 'epoch':
      output.result(event, () => describeEpoch(event));
      return;
    case 'note':
      output.note(event.message);
      return;
    default:
  }
}

function describeStart(event: Extract<TrainEventJson, { event: 'start' }>): string {
  const { run, phases, device, deviceReason, threads, headLoaded, resumedFrom } = event;
  const plan = phases
    .map(({ name, epochs }) => `${count(epochs, 'epoch')} of ${PHASES[name]}`)
    .join(', then ');
  return [
    `Run ${printable(run)}: ${plan}.`,
    `Device: ${device} (${deviceReason}), ${count(threads, 'thread')}.`,
    ...(headLoaded === true ? ["The weights file's last layer fits the classes and is kept."] : []),
    ...(headLoaded === false ? ['The last layer is new: it has to learn your classes.'] : []),
    ...(resumedFrom === null ? [] : [`Going on after epoch ${resumedFrom.epoch}, step ${resumedFrom.step}.`]),
  ].join('\n');
}

const PHASES = { head: 'the last layer alone', full: 'the whole network' } as const;

function describeEpoch(event: EpochJson): string {
  const { epoch, epochs, phase, train, validation, imagesPerSecond } = event;
  const figures = (name: string, { loss, accuracy }: EpochJson['train']): string =>
    `${name} ${percent(accuracy).padStart(7)} (loss ${loss.toFixed(4)})`;
  return [
    `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    phase.padEnd(4),
    figures('train', train),
    ...(validation === null ? [] : [figures('validation', validation)]),
    `${imagesPerSecond.toFixed(imagesPerSecond < 10 ? 1 : 0)} images/s`,
  ].join('  ');
}

function describeResult({ run, status, epoch, best }: TrainResultJson, seconds: number): string {
  const name = printable(run);
  if (status === 'stopped') {
    return `Stopped with a checkpoint after ${count(epoch, 'epoch')}. Go on with: vitrine resume ${name}`;
  }
  const accuracy = best?.accuracy ?? null;
  return [
    `Finished ${count(epoch, 'epoch')} in ${duration(seconds)}.`,
    accuracy === null
      ? `The last epoch counts as the best, since there is no validation data.`
      : `Best epoch: ${best!.epoch}, ${percent(accuracy)} of the validation images right.`,
    `Next: vitrine evaluate ${name}`,
  ].join('\n');
}
