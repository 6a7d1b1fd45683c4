/** A compute process that waits for the next call, and ends when none comes for a while. */
import { ComputeClient, type CallOptions } from './compute-client.ts';
import type { CallName, ComputeCalls } from './compute-protocol.ts';
import type { ProcessHost } from './process-host.ts';

/** Milliseconds without a call after which the process ends: its networks take memory, also a graphics card's. */
const IDLE = 5 * 60_000;

/** Calls to one process after the other, whose loaded networks serve the calls that follow. */
export class KeptClient {
  readonly #host: ProcessHost;
  readonly #idle: number;
  #client: ComputeClient | undefined;
  #calls = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(host: ProcessHost, idle = IDLE) {
    this.#host = host;
    this.#idle = idle;
  }

  /** Makes a call as {@link ComputeClient} does. */
  async call<Name extends CallName>(
    name: Name,
    input: ComputeCalls[Name]['input'],
    options: CallOptions<Name> = {},
  ): Promise<ComputeCalls[Name]['output']> {
    clearTimeout(this.#timer);
    this.#calls += 1;
    this.#client ??= new ComputeClient(this.#host);
    try {
      return await this.#client.call(name, input, options);
    } finally {
      this.#calls -= 1;
      if (this.#calls === 0) this.#timer = setTimeout(() => this.close(), this.#idle).unref();
    }
  }

  /** Ends the process at once; calls under way fail. The next call starts another. */
  close(): void {
    clearTimeout(this.#timer);
    this.#client?.close();
    // A call that comes before the process is gone must not go to it.
    this.#client = undefined;
  }
}
