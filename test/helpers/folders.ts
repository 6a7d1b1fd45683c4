import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** The files below a folder: relative paths with forward slashes, sorted. */
export async function scanPaths(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}
