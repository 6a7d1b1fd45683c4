/** What the server answers over HTTP: the page, pictures, transfers. Calls go over a WebSocket, see server.ts. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeStream } from 'node:stream/web';
import { Hono, type Context } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { LabError, type ErrorCode } from '../../../src-shared/errors.ts';
import { servePicture, type Lab } from '../../lab/index.ts';
import type { RequestChecks } from './request-checks.ts';
import type { Session } from './session.ts';
import { findPageFile } from './page-files.ts';
import type { Uploads } from './uploads.ts';

/** What the answers depend on. */
export interface AppOptions {
  readonly lab: Lab;
  readonly session: Session;
  readonly checks: RequestChecks;
  readonly uploads: Uploads;
}

const FOREVER = 'private, max-age=31536000, immutable';

/** Builds the server's routes. */
export function createApp({ lab, session, checks, uploads }: AppOptions): Hono {
  const app = new Hono();
  app.use(secureHeaders(HEADERS));
  app.use(async (c, next) => {
    const refusal = checks.refusal(headersOf(c), c.req.method !== 'GET' && c.req.method !== 'HEAD');
    if (refusal !== undefined) return c.text(`${refusal}\n`, 403);
    if (session.knowsToken(c.req.query('token')) && c.req.path === '/') {
      c.header('Set-Cookie', session.setCookie);
      return c.redirect('/');
    }
    if (!session.knowsCookie(c.req.header('cookie'))) return c.text(UNKNOWN, 401);
    return next();
  });

  app.get('/images/*', async (c) => {
    const { pathname, search } = new URL(c.req.url);
    const picture = await servePicture(lab, pathname.slice('/images/'.length) + search);
    if (picture === undefined) return c.text('There is no such picture.\n', 404);
    return c.body(picture.body.slice(), 200, {
      'Content-Type': picture.type,
      'Cache-Control': picture.immutable ? FOREVER : 'no-store',
    });
  });

  app.post('/uploads', async (c) => c.json(await uploads.begin(c.req.query('name') ?? '')));
  app.put('/uploads/:id/*', async (c) => {
    const id = c.req.param('id');
    const relative = decodePath(new URL(c.req.url).pathname.slice(`/uploads/${id}/`.length));
    return c.json({
      path: await uploads.write(id, relative, c.req.raw.body as NodeStream<Uint8Array> | null),
    });
  });
  app.delete('/uploads/:id', async (c) => {
    await uploads.discard(c.req.param('id'));
    return c.body(null, 204);
  });

  app.get('/downloads/:name', (c) => download(c, lab.exportsFolder, c.req.param('name')));

  app.get('*', async (c) => {
    const file = await findPageFile(c.req.path);
    if (file === undefined) return c.text('There is nothing here.\n', 404);
    return c.body(file.body, 200, {
      'Content-Type': file.type,
      'Cache-Control': file.immutable ? FOREVER : 'no-cache',
    });
  });

  app.onError((thrown, c) => {
    const error = LabError.from(thrown);
    return c.json(error.toJSON(), STATUS[error.code] ?? 500);
  });
  return app;
}

const UNKNOWN = 'Open the address that `vitrine serve` printed: it ends in ?token=…\n';

const STATUS: Partial<Record<ErrorCode, 400 | 404 | 410 | 415 | 507>> = {
  INVALID_ARGUMENT: 400,
  SAMPLE_NOT_FOUND: 404,
  SOURCE_NOT_FOUND: 410,
  SAMPLE_CHANGED: 410,
  IMAGE_UNREADABLE: 415,
  IMAGE_UNSUPPORTED: 415,
  IMAGE_TOO_LARGE: 415,
  DISK_FULL: 507,
};

const HEADERS: Parameters<typeof secureHeaders>[0] = {
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'"],
    // Components position themselves by style attributes.
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:', 'blob:'],
    connectSrc: ["'self'"],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
  referrerPolicy: 'no-referrer',
  xFrameOptions: 'DENY',
  // The server speaks HTTP on loopback.
  strictTransportSecurity: false,
};

function headersOf(c: Context) {
  const { host, origin, 'sec-fetch-site': site } = c.req.header();
  return { host, origin, site };
}

async function download(c: Context, folder: string, name: string): Promise<Response> {
  const file = path.join(folder, path.basename(name));
  const status = await stat(file).catch(() => undefined);
  if (status?.isFile() !== true) return c.text('There is no such export.\n', 404);
  return c.body(Readable.toWeb(createReadStream(file)) as ReadableStream, 200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': String(status.size),
    'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(path.basename(file))}`,
    'Cache-Control': 'no-store',
  });
}

function decodePath(encoded: string): string {
  try {
    return encoded.split('/').map(decodeURIComponent).join('/');
  } catch {
    throw new LabError('INVALID_ARGUMENT', `Receiving ${encoded}: the address is not encoded as URLs are.`);
  }
}
