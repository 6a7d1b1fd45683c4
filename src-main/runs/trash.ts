/** Runs that were removed: they lie in the lab's trash, and can be taken back. */
import { mkdir, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../../src-shared/errors.ts';
import { writeError } from '../base/atomic-file.ts';
import { runPaths, runsFolder } from './run-folder.ts';
import { lockRun } from './stop.ts';

/**
 * Moves a run into the trash.
 *
 * @throws LabError `RUN_BUSY` while a process trains it, `OUTPUT_UNWRITABLE`
 */
export async function trashRun(labFolder: string, folder: string): Promise<void> {
  // Let go before the move: Windows moves no folder with an open file.
  lockRun(runPaths(folder)).release();
  await mkdir(trashFolder(labFolder), { recursive: true });
  await move(folder, path.join(trashFolder(labFolder), path.basename(folder)));
}

/**
 * Takes a run back out of the trash.
 *
 * @param id its whole id
 * @returns its folder
 * @throws LabError `RUN_NOT_FOUND` when the trash has none of that id, `OUTPUT_UNWRITABLE`
 */
export async function restoreRun(labFolder: string, id: string): Promise<string> {
  const kept = await readdir(trashFolder(labFolder)).catch((): string[] => []);
  if (!kept.includes(id)) {
    const has = kept.length === 0 ? 'it is empty' : `it has ${kept.join(', ')}`;
    throw new LabError('RUN_NOT_FOUND', `Looking for the run "${id}" in the trash: ${has}.`);
  }
  const folder = path.join(runsFolder(labFolder), id);
  await move(path.join(trashFolder(labFolder), id), folder);
  return folder;
}

function trashFolder(labFolder: string): string {
  return path.join(labFolder, 'trash', 'runs');
}

async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    throw writeError(to, error);
  }
}
