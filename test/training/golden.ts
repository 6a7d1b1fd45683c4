/** Reads the golden files that `test/reference/make_goldens.py` wrote with PyTorch. */
import { readFileSync } from 'node:fs';

/** A golden file, as the shape the caller states. */
export function golden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../reference/golden/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** |a − b| / max(|b|, floor), the largest over two lists. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>, floor = 1e-6): number {
  let largest = 0;
  for (let i = 0; i < b.length; i++) {
    const difference = Math.abs((a[i] ?? NaN) - (b[i] ?? NaN)) / Math.max(Math.abs(b[i] ?? NaN), floor);
    // A NaN on either side must not pass for small.
    largest = difference <= largest ? largest : difference;
  }
  return a.length === b.length ? largest : Infinity;
}
