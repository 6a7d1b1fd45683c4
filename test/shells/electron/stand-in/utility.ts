/** Loaded before the code of a utility process: gives it `process.parentPort`, as Electron does. */
import { EventEmitter } from 'node:events';
import { Link, type Packet, type PortMessage } from './ports.ts';

const waiting: PortMessage[] = [];

class ParentPort extends EventEmitter {
  postMessage(message: unknown): void {
    link.post(message);
  }
}

const parentPort = new ParentPort();
const link = new Link(
  (packet) => void process.send?.(packet, undefined, undefined, () => undefined),
  (message) => {
    if (parentPort.listenerCount('message') > 0) parentPort.emit('message', message);
    else waiting.push(message);
  },
);
parentPort.on('newListener', (name) => {
  if (name !== 'message') return;
  setImmediate(() => {
    for (const message of waiting.splice(0)) parentPort.emit('message', message);
  });
});
process.on('message', (packet) => link.receive(packet as Packet));
// Chromium ends the processes of a browser that is gone.
process.on('disconnect', () => process.exit(1));
Object.defineProperty(process, 'parentPort', { value: parentPort });
