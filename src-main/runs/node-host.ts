/** Compute processes as child processes of Node. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ProcessHost } from './process-host.ts';

/** The host of the command line and the server. What a process writes to standard error passes through. */
export const nodeHost: ProcessHost = {
  fork(entry) {
    const child = fork(fileURLToPath(entry), {
      serialization: 'advanced',
      // Standard output belongs to the command's own results.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    return {
      // A process that has just died is reported by its exit, not by a failed message to it.
      send: (message) => void child.send(message as object, () => undefined),
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) => {
        child.once('exit', (code, signal) => listener({ code, signal }));
        child.once('error', (error) => listener({ code: null, signal: null, error: error.message }));
      },
      kill: () => void child.kill('SIGKILL'),
    };
  },
};
