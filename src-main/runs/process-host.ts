/** How the lab starts a compute process, whatever shell it runs in. */

/** A started process, as the lab sees it. Messages are structured clones: typed arrays cross as they are. */
export interface ComputeProcess {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, with the exit code or the signal that ended the process, or the reason it did not start. */
  onExit(listener: (exit: ComputeExit) => void): void;
  /** Ends the process at once. */
  kill(): void;
}

/** How a process ended. */
export interface ComputeExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** Why it could not be started. */
  readonly error?: string;
}

/** Injected by the shell: `child_process` in a terminal and on a server, `utilityProcess` on the desktop. */
export interface ProcessHost {
  fork(entry: URL): ComputeProcess;
}
