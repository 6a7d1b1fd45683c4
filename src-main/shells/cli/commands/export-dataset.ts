import type { Command } from 'commander';
import type { z } from 'zod';
import { EXPORT_FORMATS, exportDatasetSchema } from '../../../../src-shared/contract/datasets.ts';
import { parseFlags } from '../flags.ts';
import { followJob } from '../follow-job.ts';
import { runSession, type Session } from '../session.ts';
import { count, printable } from '../text.ts';

/** `vitrine export-dataset DATASET --format FORMAT --out DIR` */
export function exportDatasetCommand(program: Command): void {
  program
    .command('export-dataset')
    .description('Write the labelled images of a data set into a folder.')
    .argument('<dataset>', 'the data set')
    .option(
      '--format <format>',
      `${EXPORT_FORMATS.slice(0, -1).join(', ')} or ${EXPORT_FORMATS.at(-1)} (default: image-folder)`,
    )
    .requiredOption('--out <folder>', 'a folder that is empty or does not exist yet')
    .option('--copy', 'csv: put copies of the images beside the list')
    .option('--resize <mode>', 'cifar: crop (the middle) or stretch (the whole picture) (default: crop)')
    .option('--interpolation <name>', 'cifar: nearest, bilinear, bicubic or lanczos (default: bilinear)')
    .action((dataset: string, _: unknown, command: Command) => {
      const { lab, json, debug, ...flags } = command.optsWithGlobals();
      return runSession({ lab, json, debug }, (session) =>
        exportDataset(
          session,
          parseFlags(exportDatasetSchema, { dataset, ...flags }, { dataset: 'DATASET' }),
        ),
      );
    });
}

async function exportDataset(session: Session, input: z.output<typeof exportDatasetSchema>): Promise<void> {
  const report = await followJob(session, 'export-dataset', session.client.datasets.export(input));
  const { kind: _, saved, ...line } = report;
  const { folder, images, classes, leftOut } = line;
  const place = folder ?? saved?.file ?? '';
  session.output.result({ event: 'done', ...line }, () =>
    [
      `Wrote ${count(images, 'image')} of ${count(classes.length, 'class', 'classes')} into ${printable(place)}.`,
      ...(leftOut > 0 ? [`Left out: ${leftOut} (excluded, or without a label).`] : []),
    ].join('\n'),
  );
}
