/** The lab's side of a compute process. */
import { rm } from 'node:fs/promises';
import { LabError } from '../../src-shared/errors.ts';
import { entryUrl } from '../base/entry.ts';
import type { CallName, ComputeCalls, FromCompute, ToCompute } from './compute-protocol.ts';
import type { ExportOptions } from './export.ts';
import type { ComputeExit, ComputeProcess, ProcessHost } from './process-host.ts';
import type { ExportResult } from './verify-export.ts';

/** Options of a call. */
export interface CallOptions<Name extends CallName> {
  readonly onEvent?: (event: ComputeCalls[Name]['event']) => void;
  /** Aborting cancels the call; a training then stops with a checkpoint and still gives its result. */
  readonly signal?: AbortSignal | undefined;
}

interface PendingCall {
  readonly describe: string;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: LabError) => void;
  readonly onEvent: ((event: never) => void) | undefined;
}

/** Starts a process at the first call and gives calls to it. A process that died is replaced at the next call. */
export class ComputeClient {
  readonly #host: ProcessHost;
  readonly #pending = new Map<number, PendingCall>();
  #process: ComputeProcess | undefined;
  #nextId = 0;

  constructor(host: ProcessHost) {
    this.#host = host;
  }

  /**
   * Makes a call.
   *
   * @throws LabError as the call does, and `COMPUTE_DIED` when the process ends before its answer
   */
  async call<Name extends CallName>(
    name: Name,
    input: ComputeCalls[Name]['input'],
    { onEvent, signal }: CallOptions<Name> = {},
  ): Promise<ComputeCalls[Name]['output']> {
    const id = this.#nextId++;
    const running = this.#started();
    const post = (message: ToCompute): void => running.send(message);
    const cancel = (): void => post({ type: 'cancel', id });
    try {
      return await new Promise<ComputeCalls[Name]['output']>((resolve, reject) => {
        this.#pending.set(id, {
          describe: describeCall(name, input),
          resolve: resolve as (output: unknown) => void,
          reject,
          onEvent: onEvent,
        });
        post({ type: 'call', id, name, input });
        if (signal?.aborted) cancel();
        else signal?.addEventListener('abort', cancel, { once: true });
      });
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#pending.delete(id);
    }
  }

  /** Ends the process at once; calls under way fail. */
  close(): void {
    this.#process?.kill();
  }

  #started(): ComputeProcess {
    if (this.#process !== undefined) return this.#process;
    const started = this.#host.fork(entryUrl('compute'));
    started.onMessage((message) => this.#receive(message as FromCompute));
    started.onExit((exit) => {
      if (this.#process === started) this.#process = undefined;
      for (const call of this.#pending.values()) call.reject(died(call.describe, exit));
    });
    this.#process = started;
    return started;
  }

  #receive(message: FromCompute): void {
    const call = this.#pending.get(message.id);
    switch (message.type) {
      case 'event':
        call?.onEvent?.(message.event as never);
        break;
      case 'result':
        call?.resolve(message.output);
        break;
      case 'error': {
        const error = LabError.fromJSON(message.error);
        if (message.stack !== undefined) error.stack = message.stack;
        call?.reject(error);
      }
    }
  }
}

/**
 * Exports a run: built in one process, checked in a fresh one that sees nothing but files.
 *
 * @throws LabError `EXPORT_PARITY` and those of building; nothing is left behind then
 */
export async function exportRun(host: ProcessHost, options: ExportOptions): Promise<ExportResult> {
  const unverified = await callOnce(host, 'build-export', options);
  try {
    return await callOnce(host, 'verify-export', unverified);
  } finally {
    // A process that died could not remove it.
    await rm(unverified.temporary, { force: true });
  }
}

/** Makes a call in a process of its own. */
export async function callOnce<Name extends CallName>(
  host: ProcessHost,
  name: Name,
  input: ComputeCalls[Name]['input'],
  options: CallOptions<Name> = {},
): Promise<ComputeCalls[Name]['output']> {
  const client = new ComputeClient(host);
  try {
    return await client.call(name, input, options);
  } finally {
    client.close();
  }
}

function describeCall(name: CallName, input: unknown): string {
  const folder = (input as { readonly folder?: unknown } | null)?.folder;
  return typeof folder === 'string' ? `${name} ${folder.split(/[\\/]/).at(-1)}` : name;
}

function died(call: string, { code, signal, error }: ComputeExit): LabError {
  const how = error ?? (signal === null ? `exit code ${code}` : `signal ${signal}`);
  const run = call.startsWith('train ') ? call.slice('train '.length) : undefined;
  const hint =
    run === undefined
      ? 'Try again; if memory is short, use a smaller batch size.'
      : `Its checkpoint is kept. Go on with: vitrine resume ${run}`;
  return new LabError('COMPUTE_DIED', `The compute process ended during "${call}": ${how}.`, { hint });
}
