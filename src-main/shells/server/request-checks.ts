/** Keeps pages of other sites out, also where DNS names are bent to this machine (DNS rebinding). */
import { hostname, networkInterfaces } from 'node:os';

/** What is looked at of a request. */
export interface RequestHeaders {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`, which browsers set and scripts cannot. */
  readonly site: string | undefined;
}

/** Checks requests to a server that listens on `host` and `port`. */
export class RequestChecks {
  readonly #names: ReadonlySet<string>;
  readonly #port: number;

  constructor(host: string, port: number) {
    this.#port = port;
    this.#names = new Set(namesOf(host));
  }

  /**
   * Why a request is refused, or undefined.
   *
   * @param sameOrigin whether the request must come from the server's own page, as everything must that changes
   * something or opens a socket
   */
  refusal({ host, origin, site }: RequestHeaders, sameOrigin: boolean): string | undefined {
    if (!this.#isOwn(host))
      return `The request is for the host ${host ?? '(none)'}, which this server is not.`;
    if (origin !== undefined && origin !== `http://${host}`) return `The request comes from ${origin}.`;
    if (sameOrigin && origin === undefined) return 'The request does not say which page it comes from.';
    // `none` is an address typed by the user.
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return `The request is ${site}.`;
    return undefined;
  }

  #isOwn(host: string | undefined): boolean {
    if (host === undefined) return false;
    const [, name, port] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(host) ?? [];
    return name !== undefined && Number(port ?? 80) === this.#port && this.#names.has(name.toLowerCase());
  }
}

/** What a server on that address is called in a browser's address line. */
function namesOf(host: string): string[] {
  const loopback = ['localhost', '127.0.0.1', '[::1]'];
  if (isLoopback(host)) return loopback;
  const own =
    host === '0.0.0.0' || host === '::' ? [...addresses(), hostname().toLowerCase()] : [inUrl(host)];
  return [...loopback, ...own];
}

/** Whether only this machine can reach a server on that address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** An address as it stands in a URL. */
export function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host.toLowerCase();
}

function addresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .map(({ address }) => inUrl(address));
}
