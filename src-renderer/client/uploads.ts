/** Sends files to the server that the page came from. */
import { LabError, type LabErrorJson } from '../../src-shared/errors.ts';
import type { DroppedFile } from './drops.ts';

/** Options of {@link sendFiles}. */
export interface SendOptions {
  /** Of what was dropped. */
  readonly name: string;
  readonly signal: AbortSignal;
  readonly onProgress: (sent: number, total: number) => void;
}

/** Requests at a time: one waits for the disk while others are on their way. */
const AT_ONCE = 4;

/**
 * Sends files and keeps their places below what was dropped.
 *
 * @returns the folder of the lab that holds them now
 * @throws LabError as the server tells it, `CANCELLED`; then nothing is left of what was sent
 */
export async function sendFiles(files: readonly DroppedFile[], options: SendOptions): Promise<string> {
  const { name, signal, onProgress } = options;
  const { id, folder } = (await ask(`/uploads?name=${encodeURIComponent(name)}`, { method: 'POST' })) as {
    id: string;
    folder: string;
  };
  let next = 0;
  let sent = 0;
  const sender = async (): Promise<void> => {
    for (let at = next++; at < files.length; at = next++) {
      const { file, relative } = files[at]!;
      const address = relative.split('/').map(encodeURIComponent).join('/');
      await ask(`/uploads/${id}/${address}`, { method: 'PUT', body: file, signal });
      onProgress(++sent, files.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
    return folder;
  } catch (error) {
    next = files.length;
    await fetch(`/uploads/${id}`, { method: 'DELETE' }).catch(() => undefined);
    if (signal.aborted) throw new LabError('CANCELLED', 'Sending the files was cancelled.', { cause: error });
    throw error;
  }
}

async function ask(address: string, request: RequestInit): Promise<unknown> {
  const answer = await fetch(address, request).catch((cause: unknown) => {
    throw new LabError('INTERNAL', 'Sending files: the server cannot be reached.', {
      hint: 'Is it still running? Try again when it is.',
      cause,
    });
  });
  if (answer.ok) return answer.json();
  const text = await answer.text();
  throw toError(text, answer.status);
}

function toError(text: string, status: number): LabError {
  try {
    const { code, message, hint } = JSON.parse(text) as LabErrorJson;
    return new LabError(code, message, hint === undefined ? {} : { hint });
  } catch {
    return new LabError('INTERNAL', `Sending files: the server answered ${status}: ${text.trim()}`);
  }
}
