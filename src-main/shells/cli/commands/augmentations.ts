import type { Command } from 'commander';
import { runSession } from '../session.ts';
import { table } from '../text.ts';

/** `vitrine augmentations` */
export function augmentationsCommand(program: Command): void {
  program
    .command('augmentations')
    .description('List what the JSON list of --augment can hold, with parameters and defaults.')
    .action((_: unknown, command: Command) =>
      runSession(command.optsWithGlobals(), async ({ client, output }) => {
        const augmentations = await client.system.augmentations();
        output.result({ augmentations }, () =>
          table(
            ['name', 'parameter', 'default', 'values'],
            augmentations.flatMap(({ name, parameters }) =>
              parameters.map((parameter, index) => [
                index === 0 ? name : '',
                parameter.name,
                'default' in parameter ? JSON.stringify(parameter.default) : '',
                parameter.expected,
              ]),
            ),
          ),
        );
      }),
    );
}
