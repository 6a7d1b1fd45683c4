/**
 * What the npm scripts start, be it the very first command in a fresh clone: installs what is missing, builds
 * what is old, then goes on under the project's own Node.
 */
import path from 'node:path';
import { ensureBuilt } from './bundles.js';
import { runChecks } from './checks.js';
import { ensureInstalled } from './install.js';
import { ROOT, projectNode, run } from './processes.js';
import { setUpCuda } from './setup-cuda.js';

/** @type {Record<string, (args: readonly string[]) => Promise<number>>} */
const COMMANDS = {
  build: () => Promise.resolve(0),
  demo: (args) =>
    run(projectNode() ?? process.execPath, [path.join(ROOT, 'out/main/cli.js'), 'demo', ...args]),
  'setup:cuda': setUpCuda,
  test: runChecks,
};

const [name = '', ...args] = process.argv.slice(2);
const command = COMMANDS[name];
if (command === undefined) {
  console.error(`Unknown command '${name}': expected ${Object.keys(COMMANDS).join(', ')}.`);
  process.exitCode = 2;
} else {
  process.exitCode = (await ensureInstalled()) || (await ensureBuilt()) || (await command(args));
}
