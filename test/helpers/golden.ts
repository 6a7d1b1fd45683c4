/** Golden files: what PyTorch computed, written by `test/reference/make_goldens.py`. */
import { readFileSync } from 'node:fs';

/** Reads `test/reference/golden/<name>.json`; the caller states what it holds. */
export function readGolden<T>(name: string): T {
  const file = new URL(`../reference/golden/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}
