/** One command's access to the lab, and how it ends. */
import { createLabClient, Lab, nodeHost } from '../../lab/index.ts';
import type { LabClient } from '../../../src-shared/contract/index.ts';
import { toLabError } from '../../../src-shared/contract/errors.ts';
import type { LabError } from '../../../src-shared/errors.ts';
import { defaultLabFolder } from '../default-lab.ts';
import { Output } from './output.ts';

/** Options that every command has. */
export interface GlobalOptions {
  readonly lab?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** What a command works with. */
export interface Session {
  readonly client: LabClient;
  readonly lab: Lab;
  readonly output: Output;
  /** The lab's folder. */
  readonly folder: string;
  /** Aborted by Ctrl+C. */
  readonly signal: AbortSignal;
}

/** Exit codes, as shells know them. */
export const EXIT = { success: 0, failure: 1, usage: 2, cancelled: 130 } as const;

/**
 * Runs a command in a lab and sets the process's exit code: a number that the command gives, else 0, or that of its
 * error.
 * The first Ctrl+C asks the work to end, the second ends it.
 */
export async function runSession(
  options: GlobalOptions,
  command: (session: Session) => Promise<unknown>,
): Promise<void> {
  const output = new Output({ json: options.json ?? false, debug: options.debug ?? false });
  const interrupts = new AbortController();
  let lab: Lab | undefined;
  const interrupt = (): void => {
    if (interrupts.signal.aborted) {
      lab?.kill();
      process.exit(EXIT.cancelled);
    }
    process.stderr.write('\nStopping … (once more ends it at once)\n');
    interrupts.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    lab = new Lab({ folder: options.lab ?? defaultLabFolder(), processHost: nodeHost });
    const session = {
      client: createLabClient(lab),
      lab,
      output,
      folder: lab.folder,
      signal: interrupts.signal,
    };
    const code = await command(session);
    process.exitCode = typeof code === 'number' ? code : EXIT.success;
  } catch (thrown) {
    const error = toLabError(thrown);
    output.error(error);
    process.exitCode = exitCodeOf(error);
  } finally {
    await lab?.close();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

/** Runs a command that needs no lab, and sets the process's exit code. */
export async function runWithoutLab(
  options: GlobalOptions,
  command: (output: Output) => Promise<void>,
): Promise<void> {
  const output = new Output({ json: options.json ?? false, debug: options.debug ?? false });
  try {
    await command(output);
  } catch (thrown) {
    const error = toLabError(thrown);
    output.error(error);
    process.exitCode = exitCodeOf(error);
  }
}

/** What the shell is told of an error. */
export function exitCodeOf({ code }: LabError): number {
  if (code === 'CANCELLED') return EXIT.cancelled;
  return code === 'INVALID_ARGUMENT' ? EXIT.usage : EXIT.failure;
}
