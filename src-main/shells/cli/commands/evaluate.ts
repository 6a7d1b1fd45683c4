import type { Command } from 'commander';
import type { z } from 'zod';
import { evaluateSchema } from '../../../../src-shared/contract/evaluation.ts';
import type { EvaluationJson } from '../../../../src-shared/contract/job.ts';
import { drawConfusion } from '../confusion.ts';
import { parseFlags, toNumber } from '../flags.ts';
import { followJob } from '../follow-job.ts';
import { runSession, type Session } from '../session.ts';
import { count, percent, printable, table } from '../text.ts';

/** `vitrine evaluate RUN` */
export function evaluateCommand(program: Command): void {
  program
    .command('evaluate')
    .description("Measure a run's network on one of its splits, or on a folder it has not seen.")
    .argument('<run>', 'its id, the beginning or end of it, or last')
    .option('--split <name>', 'train, validation or test (default: validation)')
    .option('--data <folder>', 'evaluate on a folder of labelled images instead')
    .option('--format <format>', 'of --data: auto, image-folder, kaggle or manifest (default: auto)')
    .option('--epoch <number>', 'instead of the best one', toNumber)
    .option('--worst <count>', 'images of the highest loss to list (default: 10)', toNumber)
    .action((run: string, _: unknown, command: Command) => {
      const { lab, json, debug, ...flags } = command.optsWithGlobals();
      return runSession({ lab, json, debug }, (session) =>
        evaluate(session, parseFlags(evaluateSchema, { run, ...flags }, { run: 'RUN' })),
      );
    });
}

/** Evaluates a run and shows the figures. */
export async function evaluate(
  session: Session,
  input: z.output<typeof evaluateSchema>,
): Promise<EvaluationJson> {
  const { kind: _, ...figures } = await followJob(
    session,
    'evaluate',
    session.client.evaluation.evaluate(input),
  );
  session.output.result(figures, () => describe(figures));
  return figures;
}

function describe(figures: EvaluationJson): string {
  const { run, epoch, accuracy, accuracyInterval, loss, classes, confusion, perClass, worst } = figures;
  const where = figures.data === null ? `its ${figures.split} split` : figures.data;
  return [
    `${printable(run)}, epoch ${epoch}, on ${printable(where)} (${count(figures.count, 'image')}):`,
    `accuracy ${percent(accuracy)} (95 % confidence: ${percent(accuracyInterval.low)} to ${percent(accuracyInterval.high)}), loss ${loss.toFixed(4)}`,
    ...(figures.skipped.length > 0 ? [`${count(figures.skipped.length, 'file')} could not be used.`] : []),
    '',
    drawConfusion(classes, confusion),
    '',
    table(
      ['class', 'precision', 'recall', 'F1', 'images'],
      perClass.map((row) => [
        ...[row.class, percent(row.precision), percent(row.recall), percent(row.f1), String(row.support)],
      ]),
    ),
    ...(worst.length === 0 ? [] : ['', 'Highest losses:', worstTable(worst)]),
  ].join('\n');
}

function worstTable(worst: EvaluationJson['worst']): string {
  return table(
    ['loss', 'label', 'predicted', 'file'],
    worst.map(({ loss, label, predicted, path }) => [loss.toFixed(3), label, predicted, path]),
  );
}
