import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, projectNode, run, toolPath } from './processes.js';

const SOURCES = ['src-main', 'src-renderer', 'src-shared', 'electron.vite.config.ts', 'package-lock.json'];
const STAMP = path.join(ROOT, 'out/sources.sha256');
const LOCK = path.join(ROOT, 'node_modules/.vitrine-build.lock');

/** All files below `relative`, or itself, in a fixed order. @param {string} relative @returns {string[]} */
function filesBelow(relative) {
  const full = path.join(ROOT, relative);
  if (!existsSync(full)) return [];
  if (path.extname(relative) !== '') return [relative];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** One hash of everything the bundles are made of. */
function sourcesHash() {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap(filesBelow)) {
    hash.update(`${file}\0`).update(
      createHash('sha256')
        .update(readFileSync(path.join(ROOT, file)))
        .digest(),
    );
  }
  return hash.digest('hex');
}

/** Whether `out/` was built from the sources as they are now. */
export function bundlesAreCurrent() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sourcesHash();
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/** Holds the lock on `out/`, waiting for whoever builds just now. */
async function lock() {
  mkdirSync(path.dirname(LOCK), { recursive: true });
  for (;;) {
    try {
      const file = openSync(LOCK, 'wx');
      writeFileSync(file, String(process.pid));
      closeSync(file);
      return;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    const holder = existsSync(LOCK) ? Number(readFileSync(LOCK, 'utf8')) : 0;
    if (holder > 0 && !isAlive(holder)) rmSync(LOCK, { force: true });
    await sleep(100);
  }
}

/** Builds `out/` when it is absent or older than the sources; everything printed goes to stderr. */
export async function ensureBuilt() {
  if (bundlesAreCurrent()) return 0;
  await lock();
  try {
    if (bundlesAreCurrent()) return 0;
    console.error('Building …');
    const hash = sourcesHash();
    rmSync(STAMP, { force: true });
    const args = [toolPath('electron-vite'), 'build', '--logLevel', 'warn'];
    const code = await run(projectNode() ?? process.execPath, args, { stdio: ['ignore', 2, 2] });
    if (code === 0) writeFileSync(STAMP, hash);
    return code;
  } finally {
    rmSync(LOCK, { force: true });
  }
}
