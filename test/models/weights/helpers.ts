import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** The hint of files that are simply broken. */
export const DAMAGED = 'The file is damaged or incomplete: get it again from where it came.';

/** A new folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-weights-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** A file with this content, removed when the test ends. */
export function temporaryFile(content: Uint8Array | string, name = 'file'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

/** A fixture written by `test/reference/make_weight_fixtures.py`. */
export function fixture(name: string): string {
  return join(import.meta.dirname, '../../fixtures/weights', name);
}
