import type { Command } from 'commander';
import { cardSchema } from '../../../../src-shared/contract/exporting.ts';
import { parseFlags, toNumber } from '../flags.ts';
import { runSession } from '../session.ts';
import { printable } from '../text.ts';

/** `vitrine card RUN` */
export function cardCommand(program: Command): void {
  program
    .command('card')
    .description('Write what is recorded of a run as a model card, in Markdown.')
    .argument('<run>', 'its id, the beginning or end of it, or last')
    .option('--epoch <number>', 'instead of the best one', toNumber)
    .option('--out <file>', 'write it into a file')
    .action((run: string, _: unknown, command: Command) => {
      const { lab, json, debug, out, ...flags } = command.optsWithGlobals();
      return runSession({ lab, json, debug }, async ({ client, output }) => {
        const input = parseFlags(cardSchema, { run, ...flags }, { run: 'RUN' });
        if (out !== undefined) {
          const saved = await client.exporting.saveCard({ ...input, out: out as string });
          output.result(saved, () => `Wrote ${printable(saved.file)}.`);
          return;
        }
        const card = await client.exporting.card(input);
        output.result(card, () => card.markdown.trimEnd());
      });
    });
}
