/** Files of a run that must be byte for byte what the run wrote. */
import { readFile } from 'node:fs/promises';
import { LabError } from '../../src-shared/errors.ts';
import { sha256, sha256File } from '../base/hash.ts';

/** The bytes of a file of the run whose hash is known. @throws LabError `ARTIFACT_CHANGED` */
export async function readVerified(
  file: string,
  relative: string,
  expected: string | undefined,
): Promise<Uint8Array> {
  const bytes = await readFile(file).catch(() => undefined);
  const found = bytes === undefined ? 'missing' : sha256(bytes);
  if (bytes !== undefined && found === expected) return bytes;
  throw changed(relative, expected, found);
}

/** Checks a file of the run that is read elsewhere, without holding it. @throws LabError `ARTIFACT_CHANGED` */
export async function verifyFile(
  file: string,
  relative: string,
  expected: string | undefined,
): Promise<void> {
  const found = await sha256File(file).catch(() => 'missing');
  if (found !== expected) throw changed(relative, expected, found);
}

function changed(relative: string, expected: string | undefined, found: string): LabError {
  return new LabError(
    'ARTIFACT_CHANGED',
    `The run's file ${relative} has changed: its SHA-256 was ${expected ?? 'never recorded'} and is ${found}.`,
    { hint: 'Restore the file, or start a new run.' },
  );
}
