/**
 * What the npm scripts start, be it the very first command in a fresh clone: installs what is missing, builds
 * what is old, then goes on under the project's own Node.
 */
import path from 'node:path';
import { ensureBrowser } from './browser.js';
import { ensureBuilt } from './bundles.js';
import { runChecks } from './checks.js';
import { ensureInstalled } from './install.js';
import { packageDesktop } from './package-desktop.js';
import { ROOT, projectNode, run } from './processes.js';
import { setUpCuda } from './setup-cuda.js';
import { start } from './start.js';

/** @typedef {(args: readonly string[]) => Promise<number>} Step answers with an exit code */

/** @type {Step} */
const demo = (args) =>
  run(projectNode() ?? process.execPath, [path.join(ROOT, 'out/main/cli.js'), 'demo', ...args]);

/**
 * What each command does, step by step, as long as the steps succeed.
 * @type {Record<string, readonly Step[]>}
 */
const COMMANDS = {
  build: [ensureInstalled, ensureBuilt],
  demo: [ensureInstalled, ensureBuilt, demo],
  package: [ensureInstalled, ensureBuilt, packageDesktop],
  'setup:cuda': [ensureInstalled, setUpCuda],
  start: [ensureInstalled, ensureBuilt, start],
  test: [ensureInstalled, ensureBuilt, ensureBrowser, runChecks],
};

const [name = '', ...args] = process.argv.slice(2);
const steps = COMMANDS[name];
if (steps === undefined) {
  console.error(`Unknown command '${name}': expected ${Object.keys(COMMANDS).join(', ')}.`);
  process.exitCode = 2;
} else {
  for (const step of steps) {
    process.exitCode = await step(args);
    if (process.exitCode !== 0) break;
  }
}
