/** Archives by their content. */
import { open } from 'node:fs/promises';
import { LabError } from '../../../src-shared/errors.ts';
import { type Archive, type ArchiveLimits, corrupt, readFailure } from './archive.ts';
import { tarArchive } from './tar.ts';
import { zipArchive } from './zip.ts';

export type { Archive, ArchiveLimits, Member, ReadMember } from './archive.ts';
export { corrupt, DEFAULT_ARCHIVE_BYTES } from './archive.ts';

/**
 * Opens a `.zip`, `.tar` or `.tar.gz`, told apart by their bytes.
 *
 * @throws LabError `SOURCE_UNREADABLE` (something else), `ARCHIVE_UNSAFE` (paths that lead out, links, devices,
 * two members of one name, absurd sizes), `ARCHIVE_CORRUPT` (cut off or damaged), `ARCHIVE_UNSUPPORTED`
 * (encrypted, or an unknown compression), `CANCELLED`.
 */
export async function openArchive(path: string, limits: ArchiveLimits = {}): Promise<Archive> {
  const start = await readStart(path).catch((error: unknown) => {
    throw readFailure(path, error);
  });
  if (start.length === 0) throw corrupt(path, 'it is empty');
  if (start[0] === 0x1f && start[1] === 0x8b) return tarArchive(path, { gzip: true }, limits);
  if (ZIP_STARTS.has(start.toString('latin1', 0, 4))) return zipArchive(path, limits);
  if (isTar(start)) return tarArchive(path, { gzip: false }, limits);
  throw new LabError(
    'SOURCE_UNREADABLE',
    `${path} is neither a folder nor an archive or list of images that is read.`,
    { hint: 'Give a folder, a .zip, .tar or .tar.gz, or a .csv or .jsonl list of images.' },
  );
}

/** A first member, and the end of an archive without one. */
const ZIP_STARTS = new Set(['PK\x03\x04', 'PK\x05\x06']);

const BLOCK = 512;

async function readStart(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BLOCK), 0, BLOCK, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Whether the checksum of the first header holds: bytes 148 to 155, octal, counted as spaces (POSIX ustar). */
function isTar(block: Buffer): boolean {
  if (block.length < BLOCK) return false;
  const stated = Number.parseInt(block.toString('latin1', 148, 156).replace(/[\0 ]+$/, ''), 8);
  let sum = 8 * 0x20;
  for (const [at, byte] of block.entries()) if (at < 148 || at >= 156) sum += byte;
  return sum === stated;
}
