/** `vitrine serve`: the lab's page in a browser, its calls over a WebSocket. */
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { createServer } from 'node:http';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer } from 'ws';
import { LabError } from '../../../src-shared/errors.ts';
import { pathsBelow, router, type Lab } from '../../lab/index.ts';
import { createApp } from './app.ts';
import { inUrl, RequestChecks } from './request-checks.ts';
import { Session } from './session.ts';
import { Uploads } from './uploads.ts';

/** Options of {@link startServer}. */
export interface ServerOptions {
  readonly lab: Lab;
  /** Folders that the page may look into. */
  readonly roots: readonly string[];
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

/** A server that is listening. */
export interface RunningServer {
  /** With the token. */
  readonly url: string;
  readonly port: number;
  /** Ends all connections and stops listening; the lab stays open. */
  close(): Promise<void>;
}

/** Messages of a page that are longer are refused: calls are small, files go over HTTP. */
const LONGEST_MESSAGE = 16 * 1024 * 1024;

/**
 * Serves a lab.
 *
 * @throws LabError `PORT_UNAVAILABLE`
 */
export async function startServer({ lab, roots, host, port }: ServerOptions): Promise<RunningServer> {
  const server = createServer();
  await listen(server, host, port);
  const bound = (server.address() as AddressInfo).port;
  const session = new Session(lab.folder, bound);
  const checks = new RequestChecks(host, bound);
  const uploads = new Uploads(lab.uploadsFolder);
  const app = createApp({ lab, session, checks, uploads });
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  server.on('request', (request, response) => void answer(request, response));
  const paths = pathsBelow([...roots, lab.folder]);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LONGEST_MESSAGE });
  const calls = new RPCHandler(router);
  sockets.on('connection', (socket) => void calls.upgrade(socket, { context: { lab, paths } }));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { host: own, origin, cookie, 'sec-fetch-site': site } = request.headers;
    const refusal = checks.refusal({ host: own, origin, site: site }, true);
    if (refusal !== undefined || request.url !== '/calls') return refuse(socket, '403 Forbidden');
    if (!session.knowsCookie(cookie)) return refuse(socket, '401 Unauthorized');
    sockets.handleUpgrade(request, socket, head, (open) => sockets.emit('connection', open, request));
  });
  return {
    url: `http://${inUrl(host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host)}:${bound}/?token=${session.token}`,
    port: bound,
    close: () => close(server, sockets),
  };
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'another program uses it' : cause.message;
      reject(
        new LabError('PORT_UNAVAILABLE', `Serving on ${host}, port ${port}: ${reason}.`, {
          hint: 'Choose another port with --port, or 0 for any that is free.',
          cause,
        }),
      );
    });
    server.listen(port, host, resolve);
  });
}

async function close(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.terminate();
  sockets.close();
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
