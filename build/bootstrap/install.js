import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, projectNode, run } from './processes.js';

/** @param {string} file @returns {Record<string, any> | undefined} the `packages` of a lock file */
function lockedPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined;
}

/**
 * What `node_modules` lacks or holds in another version than `package-lock.json`, going by the record that npm
 * leaves there when an installation is complete.
 * @returns {string | undefined} the reason to install, or undefined when all is there
 */
export function missingInstallation(root = ROOT) {
  const wanted = lockedPackages(path.join(root, 'package-lock.json')) ?? {};
  const installed = lockedPackages(path.join(root, 'node_modules/.package-lock.json'));
  if (installed === undefined) return 'nothing is installed yet';
  for (const [location, entry] of Object.entries(wanted)) {
    if (location === '' || entry.link || entry.optional || entry.devOptional || entry.peer) continue;
    const found = installed[location];
    if (found === undefined) return `${location} is missing`;
    if (found.version !== entry.version) return `${location} is ${found.version}, not ${entry.version}`;
  }
  return undefined;
}

/** Runs `npm ci` when needed. Answers with its exit code. */
export async function ensureInstalled() {
  const reason =
    missingInstallation() ?? (projectNode() === undefined ? "the project's Node is missing" : undefined);
  if (reason === undefined) return 0;
  console.error(`Installing packages (${reason}) …`);
  const npm = process.env['npm_execpath'];
  const code =
    npm === undefined
      ? await run('npm', ['ci', '--loglevel=error'], { shell: process.platform === 'win32' })
      : await run(process.execPath, [npm, 'ci', '--loglevel=error']);
  if (code !== 0)
    console.error('npm ci failed: its message is above. A mirror is set with `npm config set registry URL`.');
  return code;
}
