/**
 * The entry of the compute process, the only one that loads onnxruntime. It serves calls that arrive over the
 * channel of its parent: Node's, or Electron's.
 */
import { ComputeServer } from './compute-server.ts';
import type { ToCompute } from './compute-protocol.ts';

/** Electron's channel to the process that forked a utility process; absent elsewhere. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: ToCompute }) => void): void;
}

const { parentPort } = process as unknown as { readonly parentPort?: ParentPort };

if (parentPort !== undefined) {
  const server = new ComputeServer((message) => parentPort.postMessage(message));
  parentPort.on('message', ({ data }) => server.receive(data));
} else {
  // Once the parent is gone nobody listens, and a training still has its checkpoint to write.
  const server = new ComputeServer((message) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  });
  process.on('message', (message) => server.receive(message as ToCompute));
  // Without a parent nobody will ask for anything: what runs writes its checkpoint and ends.
  process.on('disconnect', () => void server.close().then(() => process.exit(0)));
}

// A terminal's Ctrl+C and a service manager's SIGTERM reach the whole process group; the parent decides what they mean
// and cancels calls.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
