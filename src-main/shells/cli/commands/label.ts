import type { Command } from 'commander';
import { labelSchema } from '../../../../src-shared/contract/datasets.ts';
import type { EditSummaryJson } from '../../../../src-shared/contract/labels.ts';
import { LabError } from '../../../../src-shared/errors.ts';
import { parseFlags } from '../flags.ts';
import { runSession, type Session } from '../session.ts';
import { count, printable, table } from '../text.ts';

interface LabelFlags {
  readonly as?: string;
  readonly createClass?: boolean;
  readonly clear?: boolean;
  readonly exclude?: boolean;
  readonly include?: boolean;
  readonly flag?: boolean;
  readonly unflag?: boolean;
  readonly undo?: boolean;
  readonly redo?: boolean;
  readonly history?: boolean;
  readonly conflicts?: boolean;
}

/** `vitrine label DATASET …` */
export function labelCommand(program: Command): void {
  program
    .command('label')
    .description('Change labels, or leave images out. Every change is logged and can be undone.')
    .argument('<dataset>', 'the data set')
    .argument('[files...]', 'images, by path or by an end of it that fits one image only')
    .option('--as <class>', 'give them this label')
    .option('--create-class', 'with --as: a class that the data set does not have yet')
    .option('--clear', 'take their labels away')
    .option('--exclude', 'leave them out of training and evaluation')
    .option('--include', 'take them in again')
    .option('--flag', 'mark them for a later look')
    .option('--unflag', 'take the mark away')
    .option('--undo', 'take the last change back')
    .option('--redo', 'repeat the change undone last')
    .option('--history', 'show all changes')
    .option('--conflicts', 'show copies that are labelled differently')
    .action((dataset: string, paths: string[], flags: LabelFlags, command: Command) =>
      runSession(command.optsWithGlobals(), (session) => label(session, dataset, paths, flags)),
    );
}

async function label(session: Session, dataset: string, paths: string[], flags: LabelFlags): Promise<void> {
  const { client, output } = session;
  if (flags.history === true) return showHistory(session, dataset);
  if (flags.conflicts === true) return showConflicts(session, dataset);
  if (flags.undo === true) return tellReplay(session, 'Undone', await client.labels.undo({ dataset }));
  if (flags.redo === true) return tellReplay(session, 'Redone', await client.labels.redo({ dataset }));
  const { changed } = await client.datasets.label(edit(dataset, paths, flags));
  output.result({ event: 'done', changed }, () => `Changed ${count(changed, 'image')}.`);
}

function tellReplay({ output }: Session, done: string, edit: EditSummaryJson | null): void {
  output.result({ event: 'done', changed: edit?.samples ?? 0, edit }, () => {
    if (edit === null) return 'There is nothing to take back or to repeat.';
    const from = edit.from.map((name) => name ?? 'no label').join(', ');
    const to = edit.to ?? (edit.kind === 'label' ? 'no label' : '');
    const names = [from, to].filter((name) => name !== '').map(printable);
    const what = [edit.kind, names.join(' → ')].join(' ').trim();
    return `${done}: ${what} (${count(edit.samples, 'image')}).`;
  });
}

function edit(dataset: string, paths: string[], flags: LabelFlags) {
  const changes = [
    ...(flags.as === undefined ? [] : [{ label: flags.as }]),
    ...(flags.clear === true ? [{ label: null }] : []),
    ...(flags.exclude === true ? [{ excluded: true }] : []),
    ...(flags.include === true ? [{ excluded: false }] : []),
    ...(flags.flag === true ? [{ flagged: true }] : []),
    ...(flags.unflag === true ? [{ flagged: false }] : []),
  ];
  const hint = 'See: vitrine label --help';
  if (changes.length !== 1) {
    throw new LabError(
      'INVALID_ARGUMENT',
      `Expected one change, not ${changes.length}: --as CLASS, --clear, --exclude, --include, --flag or --unflag.`,
      { hint },
    );
  }
  if (paths.length === 0) throw new LabError('INVALID_ARGUMENT', 'Expected at least one image.', { hint });
  const createClass = flags.createClass === true;
  return parseFlags(labelSchema, { dataset, paths, change: changes[0], createClass }, { dataset: 'DATASET' });
}

async function showHistory({ client, output }: Session, dataset: string): Promise<void> {
  const events = await client.datasets.history({ dataset });
  if (output.json) return events.forEach((event) => output.result({ ...event }, () => ''));
  const rows = events.map(({ when, who, kind, sample, what, from, to }) => [
    ...[when, who, kind, String(sample), what, String(from ?? '–'), String(to ?? '–')],
  ]);
  output.text(
    rows.length === 0
      ? 'Nothing was changed yet.'
      : table(['when', 'who', 'kind', 'sample', 'what', 'from', 'to'], rows),
  );
}

async function showConflicts({ client, output }: Session, dataset: string): Promise<void> {
  const { samples } = await client.samples.page({ dataset, conflict: true, limit: 10_000 });
  if (output.json) return samples.forEach((sample) => output.result({ ...sample }, () => ''));
  const rows = samples.map(({ sha256, className, path }) => [sha256.slice(0, 12), className ?? '–', path]);
  output.text(
    rows.length === 0 ? 'No copies are labelled differently.' : table(['content', 'label', 'path'], rows),
  );
}
