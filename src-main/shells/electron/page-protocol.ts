/** The scheme `vitrine:`: the page and its pictures, and nothing else, without a server. */
import { protocol } from 'electron';
import { findPageFile } from '../server/page-files.ts';
import type { PictureAnswer } from './lab-messages.ts';

/** The page's origin, and the only one there is. */
export const PAGE_ORIGIN = 'vitrine://app';

const FOREVER = 'private, max-age=31536000, immutable';

const HEADERS = {
  'Content-Security-Policy': [
    "default-src 'self'",
    "script-src 'self'",
    // Components position themselves by style attributes.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "frame-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** Makes the scheme as good as https to the page. Only before the app is ready. */
export function registerPageScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true };
  protocol.registerSchemesAsPrivileged([{ scheme: 'vitrine', privileges }]);
}

/**
 * Serves the scheme.
 *
 * @param picture asks the lab for a picture, by what follows `/images/`
 */
export function servePage(picture: (address: string) => Promise<PictureAnswer>): void {
  protocol.handle('vitrine', async ({ url, method }) => {
    const { host, pathname, search } = new URL(url);
    if (host !== 'app' || method !== 'GET') return plain(404, 'There is nothing here.');
    if (!pathname.startsWith('/images/')) return pageFile(pathname);
    return pictureResponse(await picture(pathname.slice('/images/'.length) + search));
  });
}

async function pageFile(pathname: string): Promise<Response> {
  const file = await findPageFile(pathname).catch(() => undefined);
  if (file === undefined) return plain(404, 'There is nothing here.');
  return respond(200, file.type, file.immutable ? FOREVER : 'no-cache', file.body);
}

function pictureResponse(answer: PictureAnswer): Response {
  if ('error' in answer) return respond(500, 'application/json', 'no-store', JSON.stringify(answer.error));
  const { picture } = answer;
  if (picture === null) return plain(404, 'There is no such picture.');
  return respond(200, picture.type, picture.immutable ? FOREVER : 'no-store', picture.body.slice());
}

function plain(status: number, text: string): Response {
  return respond(status, 'text/plain; charset=utf-8', 'no-store', `${text}\n`);
}

function respond(status: number, type: string, caching: string, body: BodyInit): Response {
  return new Response(body, {
    status,
    headers: { ...HEADERS, 'Content-Type': type, 'Cache-Control': caching },
  });
}
