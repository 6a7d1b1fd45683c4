#!/usr/bin/env node
/**
 * The command `vitrine`: builds the bundles when they are absent or old, then runs the CLI under the Node that
 * the project brings. `npx` has that one in its path already, and then nothing is started in between.
 */
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from '../bootstrap/bundles.js';
import { ROOT, projectNode, run } from '../bootstrap/processes.js';

const cli = path.join(ROOT, 'out/main/cli.js');
const node = projectNode();

/**
 * npx starts commands through a shell and passes signals to that shell alone. Stopped so, it would leave this
 * process behind: the loss of the parent therefore counts as the signal, unless one arrived here as well.
 */
function stopWithNpx() {
  if (process.env['npm_command'] !== 'exec') return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, 500);
  timer.unref();
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      clearInterval(timer);
      // With nobody else listening the signal does what it always does.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    });
  }
}

async function main() {
  if (node === undefined) {
    console.error('vitrine is not installed completely. Run `npm ci` in its folder.');
    return 1;
  }
  stopWithNpx();
  const code = await ensureBuilt();
  if (code !== 0) return code;
  if (realpathSync(process.execPath) !== realpathSync(node)) {
    return run(node, [cli, ...process.argv.slice(2)], { cwd: process.cwd() });
  }
  process.argv[1] = cli;
  await import(pathToFileURL(cli).href);
  return undefined;
}

const code = await main();
if (code !== undefined) process.exitCode = code;
