/** Serves calls inside the compute process, over any transport. */
import { LabError } from '../../src-shared/errors.ts';
import { COMPUTE_HANDLERS } from './compute-calls.ts';
import type { CallName, FromCompute, ToCompute } from './compute-protocol.ts';

/** Runs the handlers of calls and sends what they give. Calls run side by side; each can be cancelled. */
export class ComputeServer {
  readonly #send: (message: FromCompute) => void;
  readonly #calls = new Map<number, { readonly controller: AbortController; readonly done: Promise<void> }>();

  constructor(send: (message: FromCompute) => void) {
    this.#send = send;
  }

  receive(message: ToCompute): void {
    if (message.type === 'cancel') {
      this.#calls.get(message.id)?.controller.abort();
      return;
    }
    const controller = new AbortController();
    const done = this.#serve(message.id, message.name, message.input, controller.signal);
    this.#calls.set(message.id, { controller, done });
  }

  /** Cancels every call and waits for them. */
  async close(): Promise<void> {
    const calls = [...this.#calls.values()];
    for (const { controller } of calls) controller.abort();
    await Promise.all(calls.map(({ done }) => done));
  }

  async #serve(id: number, name: CallName, input: unknown, signal: AbortSignal): Promise<void> {
    try {
      // The message names the call and carries its input; together they were typed by the sender.
      const handler = COMPUTE_HANDLERS[name] as (input: unknown, context: unknown) => Promise<unknown>;
      const emit = (event: unknown): void => this.#send({ type: 'event', id, event });
      const output = await handler(input, { signal, emit });
      this.#send({ type: 'result', id, output });
    } catch (error) {
      const stack = error instanceof Error ? error.stack : undefined;
      const json = LabError.from(error).toJSON();
      this.#send({ type: 'error', id, error: json, ...(stack !== undefined && { stack }) });
    } finally {
      this.#calls.delete(id);
    }
  }
}
