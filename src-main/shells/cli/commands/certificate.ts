import type { Command } from 'commander';
import { describeCertificates } from '../certificate-text.ts';
import { runSession } from '../session.ts';

/** `vitrine certificate RUN` */
export function certificateCommand(program: Command): void {
  program
    .command('certificate')
    .description("Show whether a run's batches were shuffled and rightly labelled, by what it was fed.")
    .argument('<run>', 'its id, the beginning or end of it, or last')
    .action((run: string, _: unknown, command: Command) =>
      runSession(command.optsWithGlobals(), async ({ client, output }) => {
        const found = await client.batches.certificates({ run });
        const { certificates, ...of } = found;
        if (!output.json) output.text(describeCertificates(found));
        else for (const certificate of certificates) output.result({ ...of, ...certificate }, () => '');
      }),
    );
}
