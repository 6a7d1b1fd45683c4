import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, projectNode } from './processes.js';

const PACKAGE = path.join(ROOT, 'node_modules/electron');

/** How long fetching may take at most. A network that is not there shows sooner, when connecting fails. */
const LIMIT_MS = 15 * 60_000;

/** The program that the package `electron` has fetched, or undefined. @param {string} [folder] the package's */
export function electronBinary(folder = PACKAGE) {
  const names = path.join(folder, 'path.txt');
  if (!existsSync(names)) return undefined;
  const file = path.join(folder, 'dist', readFileSync(names, 'utf8').trim());
  return existsSync(file) ? file : undefined;
}

/**
 * Fetches Electron when it is not there yet: npm does not, and only who opens the window needs it.
 * @param {string} [folder] the package's
 * @returns {Promise<string | undefined>} why it is still missing, or undefined
 */
export async function ensureElectron(folder = PACKAGE, limit = LIMIT_MS) {
  if (electronBinary(folder) !== undefined) return undefined;
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  process.stderr.write(`Fetching Electron ${version} (about 120 MB) `);
  const signs = setInterval(() => process.stderr.write('.'), 2000);
  const failure = await install(folder, limit);
  clearInterval(signs);
  process.stderr.write('\n');
  if (electronBinary(folder) !== undefined) return undefined;
  return `Electron ${version} could not be fetched (${failure}; ELECTRON_MIRROR names another place)`;
}

/**
 * Runs the package's own script, which looks into its cache first.
 * @param {string} folder @param {number} limit
 * @returns {Promise<string>} its first words when it failed
 */
function install(folder, limit) {
  return new Promise((resolve) => {
    const child = spawn(projectNode() ?? process.execPath, [path.join(folder, 'install.js')], {
      stdio: ['ignore', 'ignore', 'pipe'],
      // Node's fetch then goes by HTTPS_PROXY, as npm does.
      env: { ...process.env, NODE_USE_ENV_PROXY: '1', ELECTRON_GET_NO_PROGRESS: '1' },
      timeout: limit,
      killSignal: 'SIGKILL',
    });
    let said = '';
    child.stderr.on('data', (/** @type {Buffer} */ part) => (said += part.toString()));
    child.once('error', (error) => resolve(error.message));
    child.once('close', (_code, signal) => {
      const [first] = said.trim().split('\n');
      resolve(signal !== null ? 'it took too long' : first || 'it gave no reason');
    });
  });
}
