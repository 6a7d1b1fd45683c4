/** What the state of a run means to those who look at it. */
import type { RunInfo } from '../../../src-shared/contract/training.ts';

type State = RunInfo['status'];

/** How a state's badge looks. */
export const STATE_KINDS: Readonly<Record<State, 'plain' | 'accent' | 'good' | 'warn' | 'bad'>> = {
  created: 'plain',
  running: 'accent',
  interrupted: 'warn',
  paused: 'warn',
  stopped: 'plain',
  finished: 'good',
  failed: 'bad',
};

const RESUMABLE: ReadonlySet<State> = new Set(['created', 'interrupted', 'paused', 'stopped', 'failed']);

/** Whether its training can go on. */
export function canResume({ status }: RunInfo): boolean {
  return RESUMABLE.has(status);
}
