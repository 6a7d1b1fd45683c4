import path from 'node:path';
import type { Command } from 'commander';
import type { RunInfo } from '../../../../src-shared/contract/training.ts';
import { runSession } from '../session.ts';
import { percent, table } from '../text.ts';

/** `vitrine runs` */
export function runsCommand(program: Command): void {
  program
    .command('runs')
    .description('List the runs of the lab, oldest first.')
    .action((_: unknown, command: Command) =>
      runSession(command.optsWithGlobals(), async ({ client, output }) => {
        const runs = await client.training.runs();
        if (output.json) for (const run of runs) output.result({ ...run }, () => '');
        else output.text(runs.length === 0 ? 'The lab has no runs yet.' : describe(runs));
      }),
    );
}

function describe(runs: readonly RunInfo[]): string {
  return table(
    ['run', 'data set', 'network', 'status', 'mode', 'size', 'epochs', 'best', 'validation'],
    runs.map(({ id, dataset, model, status, mode, imageSize, epoch, epochs, best }) => {
      const accuracy = best?.accuracy ?? null;
      const shown = accuracy === null ? '' : percent(accuracy);
      const bestEpoch = best === null ? '' : String(best.epoch);
      return [
        ...[id, dataset.name, path.basename(model), status, mode],
        ...[String(imageSize), `${epoch}/${epochs}`, bestEpoch, shown],
      ];
    }),
  );
}
