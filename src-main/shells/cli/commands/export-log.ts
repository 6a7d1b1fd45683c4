import type { Command } from 'commander';
import { exportLogSchema } from '../../../../src-shared/contract/exporting.ts';
import type { ResultOf } from '../../../../src-shared/contract/job.ts';
import { parseFlags } from '../flags.ts';
import { followJob } from '../follow-job.ts';
import { runSession } from '../session.ts';
import { count, printable } from '../text.ts';

/** `vitrine export-log RUN --tensorboard DIR` */
export function exportLogCommand(program: Command): void {
  program
    .command('export-log')
    .description("Write a run's figures, network and sample images for TensorBoard.")
    .argument('<run>', 'its id, the beginning or end of it, or last')
    .requiredOption('--tensorboard <folder>', 'the folder of the event file, of this run alone')
    .action((run: string, _: unknown, command: Command) => {
      const { lab, json, debug, ...flags } = command.optsWithGlobals();
      return runSession({ lab, json, debug }, async (session) => {
        const input = parseFlags(exportLogSchema, { run, ...flags }, { run: 'RUN' });
        const started = session.client.exporting.log(input);
        const report = await followJob(session, 'export-log', started, (event) => {
          if (event.event === 'note') session.output.note(event.message);
        });
        const { kind: _, ...line } = report;
        session.output.result(line, () => describe(report));
      });
    });
}

function describe({ file, epochs, steps, images }: ResultOf<'export-log'>): string {
  const figures = `${count(epochs, 'epoch')}, ${count(steps, 'step')}, ${count(images, 'sample image')}`;
  return `Wrote ${printable(file)}: ${figures}.`;
}
