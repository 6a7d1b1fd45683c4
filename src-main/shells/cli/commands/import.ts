import type { Command } from 'commander';
import { IMPORT_FORMATS, importSchema } from '../../../../src-shared/contract/datasets.ts';
import type { ResultOf } from '../../../../src-shared/contract/job.ts';
import type { z } from 'zod';
import { LabError } from '../../../../src-shared/errors.ts';
import { parseFlags, toNumber } from '../flags.ts';
import { followJob } from '../follow-job.ts';
import { runSession, type Session } from '../session.ts';
import { count, printable, shortList } from '../text.ts';

/** `vitrine import PATH --dataset NAME` */
export function importCommand(program: Command): void {
  program
    .command('import')
    .description('Bring images into a data set. Files in a folder stay where they are; archives are copied.')
    .argument('<path>', 'folder, archive (.zip, .tar, .tar.gz) or list (.csv, .jsonl) of images')
    .requiredOption('--dataset <name>', 'the data set; one that exists is extended')
    .option(
      '--format <format>',
      `${IMPORT_FORMATS.slice(0, -1).join(', ')} or ${IMPORT_FORMATS.at(-1)} (default: auto)`,
    )
    .option('--classes <names>', 'the only classes to take, with commas between them', toNames)
    .option('--rename <old=new>', 'another name for a class; can be repeated', toRenamed)
    .option('--max-pixels <count>', 'skip larger pictures (width × height)', toNumber)
    .option('--max-archive-bytes <count>', 'refuse archives that unpack to more (default: 64 GiB)', toNumber)
    .action((path: string, _: unknown, command: Command) => {
      const { lab, json, debug, ...flags } = command.optsWithGlobals();
      return runSession({ lab, json, debug }, (session) => {
        const input = parseFlags(importSchema, { path, ...flags }, { path: 'PATH' });
        return importFolder(session, input);
      });
    });
}

/** The names in `cat,dog`. A name that itself holds a comma is written in double quotes. */
function toNames(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|([^,]+)/g)].map(([, quoted, plain]) => (quoted ?? plain!).trim());
}

function toRenamed(text: string, others: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at > 0) return { ...others, [text.slice(0, at)]: text.slice(at + 1) };
  throw new LabError('INVALID_ARGUMENT', `--rename: expected OLD=NEW, found ${JSON.stringify(text)}.`);
}

/** Imports a folder and tells what came of it. */
export async function importFolder(session: Session, input: z.output<typeof importSchema>): Promise<void> {
  const report = await followJob(session, 'import', session.client.datasets.import(input));
  const { kind: _, ...line } = report;
  session.output.result({ event: 'done', ...line }, () => describe(input.dataset, report));
}

function describe(dataset: string, report: ResultOf<'import'>): string {
  const { samples, added, updated, classes, skipped, duplicates, conflicts } = report;
  const changes = [`${added.toLocaleString('en-US')} new`];
  if (updated > 0) changes.push(`${updated.toLocaleString('en-US')} changed`);
  return [
    `Format: ${report.format}, because ${report.reason}.`,
    `Data set "${printable(dataset)}": ${count(samples, 'image')} (${changes.join(', ')}) ${inClasses(classes)}.`,
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

function inClasses(classes: readonly string[]): string {
  if (classes.length === 0)
    return 'without a label yet: give them some with vitrine label --as CLASS --create-class';
  return `in ${count(classes.length, 'class', 'classes')}: ${classes.map(printable).join(', ')}`;
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [`${title}.`];
  return [`${title}:`, ...shortList(lines.map(printable)).map((line) => `  ${line}`)];
}
