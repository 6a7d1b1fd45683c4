import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { LabError } from '../../../../src-shared/errors.ts';
import { followTrainings } from '../../../lab/index.ts';
import { isLoopback } from '../../server/request-checks.ts';
import { startServer } from '../../server/server.ts';
import { z } from 'zod';
import { text, wholeNumber } from '../../../../src-shared/contract/fields.ts';
import { parseFlags, toNumber } from '../flags.ts';
import { runSession, type GlobalOptions } from '../session.ts';

const flags = z.object({
  port: wholeNumber({ min: 0, max: 65_535 }).default(7433),
  host: text('an address').default('127.0.0.1'),
  root: z.array(text('a folder')).default([homedir()]),
});

/** `vitrine serve` */
export function serveCommand(program: Command): void {
  program
    .command('serve')
    .description('Show the lab in a browser, until Ctrl+C.')
    .option('--port <number>', 'the port; 0 for any that is free (default: 7433)', toNumber)
    .option(
      '--host <address>',
      'the address to listen on; others than loopback let the network in (default: 127.0.0.1)',
    )
    .option(
      '--root <folder>',
      'a folder the page may look into, once for each (default: your home folder)',
      (folder: string, before: readonly string[] = []) => [...before, folder],
    )
    .action((_: unknown, command: Command) => {
      const options: GlobalOptions = command.optsWithGlobals();
      return runSession(options, async ({ lab, output, signal }) => {
        const { host, port, root } = parseFlags(flags, command.opts());
        const roots = root.map(existingFolder);
        const server = await startServer({ lab, roots, host, port });
        followTrainings(lab);
        try {
          output.result({ url: server.url, lab: lab.folder, roots }, () =>
            [
              `The lab ${lab.folder} is open at`,
              `  ${server.url}`,
              ...(isLoopback(host)
                ? []
                : ['Everyone who knows this address and reaches this machine can use it.']),
              'Ctrl+C ends it; a training writes a checkpoint first.',
            ].join('\n'),
          );
          await aborted(signal);
        } finally {
          await server.close();
        }
      });
    });
}

function existingFolder(folder: string): string {
  const absolute = path.resolve(folder);
  if (existsSync(absolute)) return absolute;
  throw new LabError('SOURCE_NOT_FOUND', `--root ${absolute}: there is no such folder.`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
