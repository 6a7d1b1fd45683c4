import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { LabError, type LabErrorJson } from '../../../src-shared/errors.ts';

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

/** The error of a promise that must fail, as users see it. */
export async function labErrorFrom(work: Promise<unknown>): Promise<LabErrorJson> {
  try {
    await work;
  } catch (error) {
    if (error instanceof LabError) return error.toJSON();
    throw error;
  }
  throw new Error('expected a LabError, but nothing was thrown');
}
