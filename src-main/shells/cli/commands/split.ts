import type { Command } from 'commander';
import type { z } from 'zod';
import { splitSchema } from '../../../../src-shared/contract/datasets.ts';
import { parseFlags, toNumber } from '../flags.ts';
import { runSession, type Session } from '../session.ts';
import { table } from '../text.ts';

/** `vitrine split DATASET` */
export function splitCommand(program: Command): void {
  program
    .command('split')
    .description('Divide a data set into training, validation and test, each class in the same shares.')
    .argument('<dataset>', 'the data set')
    .option('--validation <share>', 'share for validation, from 0 to 1 (default: 0.2)', toNumber)
    .option('--test <share>', 'share for the test, from 0 to 1 (default: 0.1)', toNumber)
    .option('--seed <number>', 'the same seed gives the same split (default: 0)', toNumber)
    .option('--group-pattern <regexp>', 'file names with the same first capture group stay on one side')
    .action((dataset: string, _: unknown, command: Command) => {
      const { lab, json, debug, ...flags } = command.optsWithGlobals();
      return runSession({ lab, json, debug }, (session) =>
        splitDataset(session, parseFlags(splitSchema, { dataset, ...flags }, { dataset: 'DATASET' })),
      );
    });
}

/** Splits a data set and tells the counts. */
export async function splitDataset(session: Session, input: z.output<typeof splitSchema>): Promise<void> {
  const { notes, leftOut, classes, ...counts } = await session.client.datasets.split(input);
  for (const note of notes) session.output.note(note);
  session.output.result({ event: 'done', ...counts, leftOut, classes }, () =>
    [
      table(
        ['class', 'train', 'validation', 'test'],
        [...Object.entries(classes), ['all', counts] as const].map(([name, { train, validation, test }]) => [
          ...[name, String(train), String(validation), String(test)],
        ]),
      ),
      ...(leftOut > 0 ? [`Left out: ${leftOut} (excluded, without a label, or labelled differently).`] : []),
    ].join('\n'),
  );
}
