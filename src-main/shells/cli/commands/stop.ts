import type { Command } from 'commander';
import { runSession } from '../session.ts';
import { printable } from '../text.ts';

/** `vitrine stop RUN` */
export function stopCommand(program: Command): void {
  program
    .command('stop')
    .description('Ask the process that trains a run to write a checkpoint and stop.')
    .argument('<run>', 'its id, the beginning or end of it, or last')
    .action((run: string, _: unknown, command: Command) =>
      runSession(command.optsWithGlobals(), async ({ client, output }) => {
        const stopped = await client.training.stop({ run });
        output.result({ event: 'done', ...stopped }, () => `Asked ${printable(stopped.run)} to stop.`);
      }),
    );
}
