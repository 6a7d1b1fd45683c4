/**
 * One process at a time per lab. The lock is SQLite's own on `lab.lock`, so the operating system releases it
 * when its holder dies, whatever killed it; the holder's process id lies beside it only to be told to a second
 * process, and a reused id therefore blocks nobody.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../../src-shared/errors.ts';
import { Database, isBusy } from './database.ts';

/** A lock that is held until it is released or the process ends. */
export interface LabLock {
  release(): void;
}

/**
 * Takes the lab's lock.
 *
 * @throws LabError `LAB_LOCKED` naming the process that holds it.
 */
export function lockLab(folder: string): LabLock {
  const holderFile = join(folder, 'lab.pid');
  const database = new Database(join(folder, 'lab.lock'));
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    throw new LabError('LAB_LOCKED', `The lab ${folder} is in use by ${holder(holderFile)}.`, {
      hint: 'Wait until that process has ended, end it, or choose another lab with --lab.',
      cause: error,
    });
  }
  tellHolder(holderFile);
  return {
    release() {
      forgetHolder(holderFile);
      database.close();
    },
  };
}

function tellHolder(file: string): void {
  try {
    writeFileSync(file, String(process.pid));
  } catch {
    // On a full disk the lab must still open, so that it can be read and things can be deleted.
  }
}

function forgetHolder(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It is only told to others; the lock itself is SQLite's.
  }
}

function holder(file: string): string {
  try {
    const id = readFileSync(file, 'utf8');
    if (/^[0-9]{1,10}$/.test(id)) return `process ${id}`;
  } catch {
    // The holder is just starting or ending.
  }
  return 'another process';
}
