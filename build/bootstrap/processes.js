/** Child processes of the bootstrap. Plain JavaScript: it runs on any Node from 20 on, before anything is installed. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The Node that the project installs for itself, or undefined before `npm ci`. */
export function projectNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const file = path.join(ROOT, 'node_modules/node/bin', name);
  return existsSync(file) ? file : undefined;
}

/** The file behind the command of the development tool `name`. @param {string} name */
export function toolPath(name) {
  const folder = path.join(ROOT, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return path.join(folder, typeof bin === 'string' ? bin : bin[name]);
}

/**
 * Runs a program to its end and answers with its exit code (128 + the number for a signal, as shells do).
 *
 * SIGTERM and SIGHUP are passed on. So is SIGINT, except on a terminal, which sends Ctrl+C to the child as well.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', cwd: ROOT, ...options });
    const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
    const forward = (/** @type {NodeJS.Signals} */ signal) => {
      if (signal !== 'SIGINT' || !onTerminal) child.kill(signal);
    };
    /** @type {NodeJS.Signals[]} */
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    const finish = () => {
      for (const signal of signals) process.off(signal, forward);
    };
    child.once('error', (error) => {
      finish();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      finish();
      resolve(code ?? 128 + signalNumber(signal));
    });
  });
}

/** @param {NodeJS.Signals | null} signal */
function signalNumber(signal) {
  return { SIGHUP: 1, SIGINT: 2, SIGTRAP: 5, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 }[String(signal)] ?? 6;
}
