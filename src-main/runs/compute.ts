/**
 * The entry of the compute process, the only one that loads onnxruntime. It serves calls that arrive over the
 * channel of its parent: Node's, or Electron's.
 */
import { ComputeServer } from './compute-server.ts';
import type { ToCompute } from './compute-protocol.ts';

/** As Electron's; absent from other processes than its own. */
interface MessagePort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: MessageEvent) => void): void;
  on(event: 'close', listener: () => void): void;
  start(): void;
}

interface MessageEvent {
  readonly data: unknown;
  readonly ports: readonly MessagePort[];
}

const { parentPort } = process as unknown as { readonly parentPort?: Pick<MessagePort, 'on'> };

if (parentPort !== undefined) {
  // The parent only forks; it hands over a port to the lab.
  parentPort.on('message', ({ ports: [port] }) => {
    if (port === undefined) return;
    const server = new ComputeServer((message) => port.postMessage(message));
    port.on('message', ({ data }) => server.receive(data as ToCompute));
    port.on('close', () => void end(server));
    port.start();
  });
} else {
  // Once the parent is gone nobody listens, and a training still has its checkpoint to write.
  const server = new ComputeServer((message) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  });
  process.on('message', (message) => server.receive(message as ToCompute));
  process.on('disconnect', () => void end(server));
}

// A terminal's Ctrl+C and a service manager's SIGTERM reach the whole process group; the parent decides what they mean
// and cancels calls.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

/** Without the lab nobody will ask for anything: what runs writes its checkpoint and ends. */
async function end(server: ComputeServer): Promise<void> {
  await server.close();
  process.exit(0);
}
