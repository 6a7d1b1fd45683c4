/** Starts compute processes for the lab process. Only the main process can fork: it is asked, and gives a port. */
import type { MessagePortMain } from 'electron';
import type { ComputeExit, ComputeProcess, ProcessHost } from '../../lab/index.ts';
import type { FromLab } from './lab-messages.ts';

interface Started {
  /** What is said before the port has come. */
  readonly waiting: unknown[];
  readonly onMessage: ((message: unknown) => void)[];
  readonly onExit: ((exit: ComputeExit) => void)[];
  port?: MessagePortMain;
}

/** The lab process's side: the main process's answers are handed to {@link connect} and {@link exited}. */
export class ComputeHost implements ProcessHost {
  readonly #ask: (message: FromLab) => void;
  readonly #started = new Map<number, Started>();
  #nextId = 0;

  /** @param ask sends a message to the main process */
  constructor(ask: (message: FromLab) => void) {
    this.#ask = ask;
  }

  /** The main process forks nothing but the compute process, so the entry is not told. */
  fork(): ComputeProcess {
    const id = this.#nextId++;
    const started: Started = { waiting: [], onMessage: [], onExit: [] };
    this.#started.set(id, started);
    this.#ask({ type: 'compute-fork', id });
    return {
      send(message) {
        if (started.port === undefined) started.waiting.push(message);
        else started.port.postMessage(message);
      },
      onMessage: (listener) => void started.onMessage.push(listener),
      onExit: (listener) => void started.onExit.push(listener),
      kill: () => this.#ask({ type: 'compute-kill', id }),
    };
  }

  /** The process runs; it listens at the other end of the port. */
  connect(id: number, port: MessagePortMain): void {
    const started = this.#started.get(id);
    if (started === undefined) return;
    port.on('message', ({ data }) => {
      for (const listener of started.onMessage) listener(data);
    });
    port.start();
    for (const message of started.waiting.splice(0)) port.postMessage(message);
    started.port = port;
  }

  /** The process has ended. */
  exited(id: number, exit: ComputeExit): void {
    const started = this.#started.get(id);
    this.#started.delete(id);
    started?.port?.close();
    for (const listener of started?.onExit ?? []) listener(exit);
  }
}
