/** The page's side of a window: runs the built preload, and makes calls to the lab as the page does. */
import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { LabClient } from '../../../../src-shared/contract/index.ts';
import type { Desktop } from '../../../../src-shared/desktop.ts';
import type { Port, PortMessage } from './ports.ts';

/** What the preload can reach of the main process. */
export interface Outside {
  send(channel: string, ...values: unknown[]): void;
  invoke(channel: string, ...values: unknown[]): Promise<unknown>;
}

interface WindowMessage {
  readonly source: unknown;
  readonly origin: string;
  readonly data: unknown;
  readonly ports: readonly MessagePort[];
}

type Listener = (event: never, ...values: unknown[]) => void;

/** A loaded page. */
export class Page {
  /** What the preload exposed as `window.vitrine`. */
  readonly bridge: Desktop;
  readonly #listeners: ((message: WindowMessage) => void)[] = [];
  readonly #channels = new Map<string, Listener>();
  readonly #window: object;
  readonly #ports: Port[] = [];
  readonly #origin: string;

  constructor(preload: string, origin: string, outside: Outside) {
    this.#origin = origin;
    const exposed: Record<string, unknown> = {};
    const electron = {
      contextBridge: { exposeInMainWorld: (name: string, value: unknown) => (exposed[name] = value) },
      ipcRenderer: {
        ...outside,
        on: (channel: string, listener: Listener) => this.#channels.set(channel, listener),
      },
      webUtils: { getPathForFile: (file: { path: string }) => file.path },
    };
    this.#window = {
      addEventListener: (_name: 'message', listener: (message: WindowMessage) => void) =>
        this.#listeners.push(listener),
      postMessage: (data: unknown, target: string, ports: readonly MessagePort[] = []) =>
        this.dispatch(data, target, ports),
    };
    const names = {
      window: this.#window,
      location: { origin },
      // A sandboxed preload has but these parts of Node.
      process: { platform: process.platform, versions: { electron: '45', chrome: '150' } },
      require: (name: string) => {
        if (name === 'electron') return electron;
        throw new Error(`A sandboxed preload cannot load ${name}.`);
      },
    };
    vm.runInNewContext(readFileSync(preload, 'utf8'), names, { filename: preload });
    this.bridge = exposed['vitrine'] as Desktop;
  }

  /** `window.postMessage`, by the page unless another source or origin is given. */
  dispatch(
    data: unknown,
    target: string,
    ports: readonly MessagePort[] = [],
    from: Partial<WindowMessage> = {},
  ): void {
    if (target !== this.#origin) return;
    const message = { source: this.#window, origin: this.#origin, data, ports, ...from };
    for (const listener of this.#listeners) setImmediate(() => listener(message));
  }

  /** The next message whose content is `data`. */
  next(data: string): Promise<WindowMessage> {
    return new Promise((resolve) => {
      const listener = (message: WindowMessage): void => {
        if (message.data === data) resolve(message);
      };
      this.#listeners.push(listener);
    });
  }

  /** Asks for a connection, as the page's client does. */
  async connect(): Promise<LabClient> {
    const answer = this.next('vitrine:port');
    this.dispatch({ vitrine: 'connect' }, this.#origin);
    const { ports } = await answer;
    return createORPCClient(new RPCLink({ port: ports[0]! }));
  }

  /** What the main process sends to this page's frame. */
  receive(channel: string, values: readonly unknown[], ports: readonly Port[] = []): void {
    const own = ports.map((port) => this.#portOfPage(port));
    this.#channels.get(channel)?.({ ports: own } as never, ...values);
  }

  /** The page goes, and its ports with it. */
  unload(): void {
    for (const port of this.#ports) port.close();
  }

  #portOfPage(transferred: Port): MessagePort {
    const port = transferred.move();
    const { port1, port2 } = new MessageChannel();
    port.on('message', ({ data }: PortMessage) => port1.postMessage(data));
    port.on('close', () => port1.close());
    port1.onmessage = ({ data }) => port.postMessage(data);
    port.start();
    this.#ports.push(port);
    return port2;
  }
}
