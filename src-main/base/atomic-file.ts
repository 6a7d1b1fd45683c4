/** Files that are either the old ones or the new ones, whatever happens in between. */
import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LabError } from '../../src-shared/errors.ts';

/** What {@link writeFileAtomic} writes: a text as UTF-8, bytes, or pieces of bytes one after the other. */
export type FileContent = string | Uint8Array | Iterable<Uint8Array>;

/** Temporary files carry the process that writes them, so that what a killed one left can be told apart. */
const TEMPORARY = /^\.vitrine-(\d+)-[0-9a-f-]{36}\.tmp$/;

/**
 * Writes a file so that a reader, a crash or a power cut finds the old content or all of the new one: into a
 * temporary file beside it, forced to the disk, then renamed. A symbolic link at `path` is replaced.
 *
 * @throws LabError DISK_FULL when there is no space left, OUTPUT_UNWRITABLE for any other reason; the temporary
 * file is removed.
 */
export async function writeFileAtomic(path: string, content: FileContent): Promise<void> {
  const temporary = join(dirname(path), `.vitrine-${process.pid}-${randomUUID()}.tmp`);
  try {
    await writeForced(temporary, content);
    await rename(temporary, path);
    await forceFolder(dirname(path));
  } catch (error) {
    // Removing can fail for the same reason as writing, which is the one to report.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(path, error);
  }
}

/**
 * Makes a file that was written elsewhere in the same folder appear as `path`, forced to the disk first.
 *
 * @throws LabError as {@link writeFileAtomic}; `from` stays where it is.
 */
export async function landFile(from: string, path: string): Promise<void> {
  try {
    const handle = await open(from, 'r+');
    await handle.sync().finally(() => handle.close());
    await rename(from, path);
    await forceFolder(dirname(path));
  } catch (error) {
    throw writeError(path, error);
  }
}

/**
 * The error of a write to `path` as users see it.
 *
 * @returns a LabError DISK_FULL or OUTPUT_UNWRITABLE for an error of the file system, any other error as it is.
 */
export function writeError(path: string, error: unknown): unknown {
  if (error instanceof LabError || !isSystemError(error)) return error;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
    return new LabError('DISK_FULL', `Writing ${path} failed: no space is left on the disk.`, {
      hint: 'Free some space there and try again; what the file held before is unchanged.',
      cause: error,
    });
  }
  return new LabError('OUTPUT_UNWRITABLE', `Writing ${path} failed: ${reason(error)}.`, {
    hint: 'Choose a folder that exists and that you may write to.',
    cause: error,
  });
}

/**
 * Removes the temporary files that killed processes left in a folder; those of living processes stay.
 *
 * @returns the names of the removed files.
 */
export async function removeStaleTemporaries(folder: string): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await readdir(folder)) {
    const match = TEMPORARY.exec(name);
    if (match === null || !(await isStale(join(folder, name), Number(match[1])))) continue;
    await rm(join(folder, name), { force: true });
    removed.push(name);
  }
  return removed;
}

async function writeForced(path: string, content: FileContent): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await writePieces(handle, content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writePieces(handle: FileHandle, content: FileContent): Promise<void> {
  if (typeof content === 'string' || content instanceof Uint8Array) {
    await handle.writeFile(content);
    return;
  }
  for (const piece of content) await handle.writeFile(piece);
}

/** Forces a folder's entries to the disk, so that a rename survives a power cut. */
async function forceFolder(folder: string): Promise<void> {
  // Windows cannot open folders; its file systems journal a rename.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

async function isStale(path: string, pid: number): Promise<boolean> {
  if (pid !== process.pid) return !isAlive(pid);
  // In a container a restarted program often gets the number of the killed one.
  const started = Date.now() - process.uptime() * 1000;
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.mtimeMs < started;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process lives and belongs to someone else.
    return isSystemError(error) && error.code === 'EPERM';
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is a file',
  EEXIST: 'its folder is a file',
  EISDIR: 'there is a folder of that name',
  ENOTEMPTY: 'there is a folder of that name',
  ENAMETOOLONG: 'the name is too long',
};

function reason(error: NodeJS.ErrnoException): string {
  return REASONS[error.code ?? ''] ?? error.message;
}
