import type { Command } from 'commander';
import { runSession } from '../session.ts';
import { table } from '../text.ts';

/** `vitrine datasets` */
export function datasetsCommand(program: Command): void {
  program
    .command('datasets')
    .description('List the data sets of the lab.')
    .action((_: unknown, command: Command) =>
      runSession(command.optsWithGlobals(), async ({ client, output }) => {
        const datasets = await client.datasets.list();
        if (output.json) for (const dataset of datasets) output.result({ ...dataset }, () => '');
        else if (datasets.length === 0) output.text('The lab has no data sets yet.');
        else {
          output.text(
            table(
              ['name', 'images', 'classes'],
              datasets.map(({ name, samples, classes }) => [
                name,
                samples.toLocaleString('en-US'),
                classes.join(', '),
              ]),
            ),
          );
        }
      }),
    );
}
