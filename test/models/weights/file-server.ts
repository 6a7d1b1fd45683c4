import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Answers one request; gets the bytes and where the request wants to begin. */
export type Answer = (response: ServerResponse, content: Uint8Array, start: number | undefined) => void;

/** A real HTTP server on the loopback interface. */
export interface FileServer {
  readonly url: string;
  /** The `Range` header of every request so far. */
  readonly ranges: (string | undefined)[];
  /** Cuts every connection. */
  readonly cut: () => void;
}

/** Serves `content` as a good server does. */
export const serve: Answer = (response, content, start) => {
  if (start === undefined) {
    response.writeHead(200, { 'content-length': content.length }).end(content);
  } else if (start >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
  } else {
    partial(response, content, start).end(content.subarray(start));
  }
};

/** Sends `count` bytes of what is asked for, and then nothing until the connection is cut. */
export function sendOnly(count: number): Answer {
  return (response, content, start = 0) => {
    if (start === 0) response.writeHead(200, { 'content-length': content.length });
    else partial(response, content, start);
    response.write(content.subarray(start, start + count));
  };
}

/** Announces everything and cuts the connection. */
export const cut: Answer = (response, content, start = 0) => {
  if (start === 0) response.writeHead(200, { 'content-length': content.length });
  else partial(response, content, start);
  response.flushHeaders();
  response.destroy();
};

function partial(response: ServerResponse, content: Uint8Array, start: number): ServerResponse {
  return response.writeHead(206, {
    'content-length': content.length - start,
    'content-range': `bytes ${start}-${content.length - 1}/${content.length}`,
  });
}

/** Starts a server that gives the answers in turn, and the last one from then on. It ends with the test. */
export async function fileServer(content: Uint8Array, answers: readonly Answer[]): Promise<FileServer> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const answer = answers[Math.min(ranges.length, answers.length - 1)]!;
    ranges.push(request.headers.range);
    const match = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    answer(response, content, match === null ? undefined : Number(match[1]));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const cutAll = () => {
    server.closeAllConnections();
  };
  return {
    cut: cutAll,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/weights.bin`,
    ranges,
  };
}
