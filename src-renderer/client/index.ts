/** The lab, as the page calls it: the same contract over a WebSocket (server) or a MessagePort (desktop). */
import { createORPCClient } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import { WebSocket as ReconnectingSocket } from 'partysocket';
import type { LabClient } from '../../src-shared/contract/index.ts';
import type { Desktop } from '../../src-shared/desktop.ts';

declare global {
  interface Window {
    /** Present on the desktop alone. */
    readonly vitrine?: Desktop;
  }
}

/** Whether the lab can be reached. */
export type ConnectionState = 'connecting' | 'open' | 'lost';

/** A connection to the lab that mends itself. */
export interface Connection {
  readonly client: LabClient;
  /** Calls the listener now and whenever the state changes. */
  onState(listener: (state: ConnectionState) => void): void;
}

/** The desktop around the page; undefined in a browser. */
export const desktop: Desktop | undefined = globalThis.window?.vitrine;

let current: LabClient | undefined;

/** The lab's procedures. @throws Error before {@link provideClient} */
export function useClient(): LabClient {
  if (current === undefined) throw new Error('The page has no client yet.');
  return current;
}

/** Gives the page its client: once at the start, or that of a lab in a test. */
export function provideClient(client: LabClient): void {
  current = client;
}

/** Connects the page to its lab. */
export function connect(): Promise<Connection> {
  return desktop === undefined ? Promise.resolve(connectSocket()) : connectPort();
}

function connectSocket(): Connection {
  const url = new URL('/calls', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const socket = new ReconnectingSocket(url.href, [], {
    ...{ minReconnectionDelay: 200, maxReconnectionDelay: 2000, connectionTimeout: 5000 },
    // A call that found nobody fails; whoever made it asks again when the lab is back.
    maxEnqueuedMessages: 0,
  });
  return {
    client: createORPCClient(new SocketLink({ websocket: socket as unknown as WebSocket })),
    onState(listener) {
      listener(socket.readyState === 1 ? 'open' : 'connecting');
      socket.addEventListener('open', () => listener('open'));
      socket.addEventListener('close', () => listener('lost'));
    },
  };
}

/** The preload answers with a port of the lab's process. */
function connectPort(): Promise<Connection> {
  return new Promise((resolve) => {
    const receive = ({ source, data, ports }: MessageEvent<unknown>): void => {
      const [port] = ports;
      if (source !== window || data !== 'vitrine:port' || port === undefined) return;
      window.removeEventListener('message', receive);
      port.start();
      resolve({
        client: createORPCClient(new PortLink({ port })),
        onState(listener) {
          listener('open');
          port.addEventListener('close', () => listener('lost'));
        },
      });
    };
    window.addEventListener('message', receive);
    window.postMessage({ vitrine: 'connect' }, location.origin);
  });
}
