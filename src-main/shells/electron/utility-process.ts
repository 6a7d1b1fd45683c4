/** Ends of Electron's utility processes. */
import type { UtilityProcess } from 'electron';
import type { ComputeExit } from '../../lab/index.ts';

/**
 * Ends a process for certain. `UtilityProcess.kill()` asks with SIGTERM, which the lab and compute processes leave
 * to their parent, and does nothing to a process that has not come up yet.
 */
export function endAtOnce(child: UtilityProcess): void {
  if (child.pid === undefined) {
    child.once('spawn', () => endAtOnce(child));
    return;
  }
  try {
    process.kill(child.pid, 'SIGKILL');
  } catch {
    // It ended by itself; its exit is on the way.
  }
}

/** Signals that end a process without its doing, by number. */
const SIGNALS: Readonly<Record<number, string>> = {
  4: 'SIGILL',
  6: 'SIGABRT',
  9: 'SIGKILL',
  11: 'SIGSEGV',
};

/**
 * What the number of an `exit` event says. On POSIX it is either an exit code or, as `waitpid` gives it, the
 * number of a signal (plus 128 when memory was dumped). Our processes exit with 0 and 1, so larger numbers that
 * are known signals are signals.
 */
export function describeExit(code: number, platform = process.platform): ComputeExit {
  const signal = platform === 'win32' ? undefined : SIGNALS[code & 127];
  return signal === undefined ? { code, signal: null } : { code: null, signal };
}
