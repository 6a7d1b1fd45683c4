/** Who may talk to the server: whoever has opened the address with the token once. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Where a lab keeps the secret: pages that are open go on after the server was started again. */
const FILE = 'server-secret';

/** The server's secret, and how a browser shows that it knows it. */
export class Session {
  /** For the printed address; 256 bits. */
  readonly token: string;
  /** Cookies are shared by all ports of a host: each server has one of its own. */
  readonly cookieName: string;
  readonly #cookie: string;

  /** @param folder of the lab, which keeps the secret for its owner alone */
  constructor(folder: string, port: number) {
    const secret = readSecret(path.join(folder, FILE));
    this.token = derive(secret, 'token');
    this.#cookie = derive(secret, 'cookie');
    this.cookieName = `vitrine-${port}`;
  }

  /** Whether this is the token of the address. */
  knowsToken(given: string | undefined): boolean {
    return given !== undefined && equal(given, this.token);
  }

  /** Whether a `Cookie` header holds what {@link setCookie} gave. */
  knowsCookie(header: string | undefined): boolean {
    const given = header
      ?.split(';')
      .map((pair) => pair.trim())
      .find((pair) => pair.startsWith(`${this.cookieName}=`));
    return given !== undefined && equal(given.slice(this.cookieName.length + 1), this.#cookie);
  }

  /** The value of a `Set-Cookie` header, out of reach for scripts and for pages of other sites. */
  get setCookie(): string {
    return `${this.cookieName}=${this.#cookie}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000`;
  }
}

function readSecret(file: string): string {
  try {
    const known = readFileSync(file, 'utf8');
    if (/^[\w-]{43}$/.test(known)) return known;
  } catch {
    // Not there yet.
  }
  const secret = randomBytes(32).toString('base64url');
  writeFileSync(file, secret, { mode: 0o600 });
  return secret;
}

function derive(secret: string, use: string): string {
  return createHash('sha256').update(`${use}\0${secret}`).digest('base64url');
}

/** Takes the same time wherever the texts differ. */
function equal(a: string, b: string): boolean {
  const [x, y] = [a, b].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer];
  return timingSafeEqual(x, y);
}
