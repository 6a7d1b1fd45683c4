import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder for all tests of a file, by its real path; it is removed after them. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'vitrine-cli-')));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
