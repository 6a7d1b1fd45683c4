import type { Command } from 'commander';
import { importSchema } from '../../../../src-shared/contract/datasets.ts';
import type { ResultOf } from '../../../../src-shared/contract/job.ts';
import type { z } from 'zod';
import { parseFlags, toNumber } from '../flags.ts';
import { followJob } from '../follow-job.ts';
import { runSession, type Session } from '../session.ts';
import { count, printable, shortList } from '../text.ts';

/** `vitrine import PATH --dataset NAME` */
export function importCommand(program: Command): void {
  program
    .command('import')
    .description('Bring a folder of images into a data set; the files stay where they are.')
    .argument('<path>', 'folder of images')
    .requiredOption('--dataset <name>', 'the data set; one that exists is extended')
    .option('--format <format>', 'auto, image-folder or kaggle (default: auto)')
    .option('--max-pixels <count>', 'skip larger pictures (width × height)', toNumber)
    .action((path: string, _: unknown, command: Command) => {
      const { lab, json, debug, ...flags } = command.optsWithGlobals();
      return runSession({ lab, json, debug }, (session) => {
        const input = parseFlags(importSchema, { path, ...flags }, { path: 'PATH' });
        return importFolder(session, input);
      });
    });
}

/** Imports a folder and tells what came of it. */
export async function importFolder(session: Session, input: z.output<typeof importSchema>): Promise<void> {
  const report = await followJob(session, 'import', session.client.datasets.import(input));
  const { kind: _, ...line } = report;
  session.output.result({ event: 'done', ...line }, () => describe(input.dataset, report));
}

function describe(dataset: string, report: ResultOf<'import'>): string {
  const { samples, added, updated, classes, skipped, duplicates, conflicts } = report;
  return [
    `Format: ${report.format}, because ${report.reason}.`,
    `Data set "${printable(dataset)}": ${count(samples, 'image')} (${added} new${updated > 0 ? `, ${updated} changed` : ''}) in ${count(classes.length, 'class', 'classes')}: ${classes.map(printable).join(', ')}.`,
    `Duplicates: ${duplicates}, kept and put on one side of every split.`,
    ...section(
      `Skipped: ${skipped.length}`,
      skipped.map(({ path, reason }) => `${path}: ${reason}`),
    ),
    ...section(
      `Copies with different labels, kept out of training until you decide: ${count(conflicts.length, 'group')}`,
      conflicts.map(({ paths, labels }) => `${labels.join(' or ')}: ${paths.join(', ')}`),
    ),
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [`${title}.`];
  return [`${title}:`, ...shortList(lines.map(printable)).map((line) => `  ${line}`)];
}
