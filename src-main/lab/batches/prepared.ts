/** Pictures that were made for a page to look at, until it asks for them. */
import { randomUUID } from 'node:crypto';
import type { Pixels } from '../../data/pixels.ts';

/** All pictures together take no more than this. */
const LIMIT_BYTES = 128 * 2 ** 20;

/** Keeps the latest sets of pictures, each under a token that nobody guesses. */
export class PreparedPictures {
  readonly #sets = new Map<string, readonly Pixels[]>();
  #bytes = 0;

  /** Keeps pictures, letting the oldest sets go. Returns their token. */
  keep(pictures: readonly Pixels[]): string {
    const token = randomUUID();
    this.#sets.set(token, pictures);
    this.#bytes += sizeOf(pictures);
    for (const [oldest, set] of this.#sets) {
      if (this.#bytes <= LIMIT_BYTES || oldest === token) break;
      this.#sets.delete(oldest);
      this.#bytes -= sizeOf(set);
    }
    return token;
  }

  /** A picture of a set; undefined when there is none, or no longer. */
  find(token: string, number: number): Pixels | undefined {
    return this.#sets.get(token)?.[number];
  }
}

function sizeOf(pictures: readonly Pixels[]): number {
  return pictures.reduce((sum, { data }) => sum + data.length, 0);
}
