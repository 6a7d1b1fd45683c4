/** Tells everyone who looks at the lab what has changed, so that all windows show the same. */
import type { Change } from '../../src-shared/contract/changes.ts';

type Listener = (change: Change) => void;

/** The lab's changes as they happen. Nothing is kept for those who come late: they read the state first. */
export class Changes {
  readonly #listeners = new Set<Listener>();

  /** Reports a change. */
  emit(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** Calls the listener at every change until the returned function is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The changes from now on, until the signal is aborted. Equal ones that nobody has read yet are one. */
  async *watch(signal?: AbortSignal): AsyncGenerator<Change, void, undefined> {
    const waiting = new Map<string, Change>();
    let wake = (): void => undefined;
    const stop = this.listen((change) => {
      waiting.set(JSON.stringify(change), change);
      wake();
    });
    const ended = (): void => wake();
    signal?.addEventListener('abort', ended);
    try {
      while (signal?.aborted !== true) {
        for (const [key, change] of waiting) {
          waiting.delete(key);
          yield change;
        }
        if (waiting.size > 0) continue;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      stop();
      signal?.removeEventListener('abort', ended);
    }
  }
}
