import type { Command } from 'commander';
import { runSession } from '../session.ts';
import { table } from '../text.ts';

/** `vitrine devices` */
export function devicesCommand(program: Command): void {
  program
    .command('devices')
    .description('Try every kind of device, and say what is missing.')
    .action((_: unknown, command: Command) =>
      runSession(command.optsWithGlobals(), async ({ client, output }) => {
        const devices = await client.system.devices();
        output.result({ devices }, () =>
          table(
            ['device', '', 'found'],
            devices.map(({ name, title, available, detail, remedy }) => [
              name,
              available ? 'yes' : 'no',
              `${title}: ${detail}.${remedy === null ? '' : ` ${remedy}`}`,
            ]),
          ),
        );
      }),
    );
}
