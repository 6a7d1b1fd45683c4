/** Message ports as Electron has them outside of pages, and how their ends move between processes. */
import { EventEmitter } from 'node:events';

/** What a port's listeners get. */
export interface PortMessage {
  readonly data: unknown;
  readonly ports: readonly Port[];
}

/** One end of a channel. Messages are copies, come in their order and later, and wait until the port is started. */
export class Port extends EventEmitter {
  #peer: Port | undefined;
  #waiting: PortMessage[] | undefined = [];
  #moved = false;

  static pair(): [Port, Port] {
    const [a, b] = [new Port(), new Port()];
    a.#peer = b;
    b.#peer = a;
    return [a, b];
  }

  postMessage(data: unknown, ports: readonly Port[] = []): void {
    if (this.#moved) throw new Error('This port was transferred.');
    if (this.#peer !== undefined) this.#peer.#receive({ data: structuredClone(data), ports });
  }

  start(): void {
    for (const message of this.#waiting ?? []) setImmediate(() => this.emit('message', message));
    this.#waiting = undefined;
  }

  close(): void {
    const peer = this.#peer;
    this.#peer = undefined;
    if (peer === undefined) return;
    peer.#peer = undefined;
    setImmediate(() => peer.emit('close'));
  }

  /** Gives this end away: what it stands for is used through the returned port from now on. */
  move(): Port {
    const heir = new Port();
    heir.#peer = this.#peer;
    if (heir.#peer !== undefined) heir.#peer.#peer = heir;
    for (const message of this.#waiting ?? []) heir.#receive(message);
    this.#peer = undefined;
    this.#moved = true;
    return heir;
  }

  #receive(message: PortMessage): void {
    if (this.#waiting !== undefined) this.#waiting.push(message);
    else setImmediate(() => this.emit('message', message));
  }
}

/** What crosses between two processes. */
export type Packet =
  | { readonly to: 'process'; readonly data: unknown; readonly ports: readonly string[] }
  | { readonly to: 'port'; readonly id: string; readonly data: unknown }
  | { readonly to: 'close'; readonly id: string };

/** A process's connection to another, over which ends of channels are moved. */
export class Link {
  readonly #send: (packet: Packet) => void;
  readonly #onMessage: (message: PortMessage) => void;
  readonly #ports = new Map<string, Port>();
  #nextId = 0;

  constructor(send: (packet: Packet) => void, onMessage: (message: PortMessage) => void) {
    this.#send = send;
    this.#onMessage = onMessage;
  }

  /** Sends a message to the other process, with ends of channels. */
  post(data: unknown, ports: readonly Port[] = []): void {
    const ids = ports.map((port) => {
      const id = `${process.pid}-${this.#nextId++}`;
      this.#join(id, port.move());
      return id;
    });
    this.#send({ to: 'process', data, ports: ids });
  }

  receive(packet: Packet): void {
    if (packet.to === 'process') {
      const ports = packet.ports.map((id) => {
        const [own, joined] = Port.pair();
        this.#join(id, joined);
        return own;
      });
      this.#onMessage({ data: packet.data, ports });
      return;
    }
    const port = this.#ports.get(packet.id);
    if (packet.to === 'port') port?.postMessage(packet.data);
    else port?.close();
  }

  /** The other process is gone. */
  close(): void {
    for (const port of this.#ports.values()) port.close();
  }

  #join(id: string, port: Port): void {
    this.#ports.set(id, port);
    port.on('message', ({ data }: PortMessage) => this.#send({ to: 'port', id, data }));
    port.on('close', () => this.#send({ to: 'close', id }));
    port.start();
  }
}
