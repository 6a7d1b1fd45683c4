import type { Command } from 'commander';
import type { z } from 'zod';
import { statsSchema } from '../../../../src-shared/contract/datasets.ts';
import type { ResultOf } from '../../../../src-shared/contract/job.ts';
import { parseFlags, toNumber } from '../flags.ts';
import { followJob } from '../follow-job.ts';
import { runSession, type Session } from '../session.ts';
import { count, printable, table } from '../text.ts';

/** Sizes listed for people; JSON has more. */
const SIZES_SHOWN = 10;

/** `vitrine stats DATASET` */
export function statsCommand(program: Command): void {
  program
    .command('stats')
    .description("Measure a data set's mean and standard deviation by channel, and its image sizes.")
    .argument('<dataset>', 'the data set')
    .option('--split <name>', 'train, validation or test (default: all)')
    .option('--image-size <pixels>', 'measure what a network of that size sees', toNumber)
    .option('--resize <mode>', 'crop (the middle) or stretch (the whole picture) (default: crop)')
    .option('--interpolation <name>', 'nearest, bilinear, bicubic or lanczos (default: bilinear)')
    .action((dataset: string, _: unknown, command: Command) => {
      const { lab, json, debug, ...flags } = command.optsWithGlobals();
      return runSession({ lab, json, debug }, (session) =>
        showStats(session, parseFlags(statsSchema, { dataset, ...flags }, { dataset: 'DATASET' })),
      );
    });
}

async function showStats(session: Session, input: z.output<typeof statsSchema>): Promise<void> {
  const report = await followJob(session, 'stats', session.client.datasets.stats(input));
  const { kind: _, ...line } = report;
  session.output.result({ event: 'done', ...line }, () => describe(report));
}

function describe(report: ResultOf<'stats'>): string {
  const { dataset, split, images, imageSize, mean, std, width, height, sizes, distinctSizes } = report;
  const where = split === null ? '' : ` (${split})`;
  const seen = imageSize === null ? 'as they are' : `as a network of ${imageSize} × ${imageSize} sees them`;
  const channels = (values: readonly number[]): string => values.map((value) => value.toFixed(4)).join(',');
  const shown = sizes.slice(0, SIZES_SHOWN);
  const range = ({ min, median, max }: typeof width): string =>
    min === max ? String(min) : `${min} to ${max}, median ${median}`;
  return [
    `${printable(dataset)}${where}: ${count(images, 'image')}, ${seen}, pixels from 0 to 1:`,
    `--mean ${channels(mean)} --std ${channels(std)}`,
    '',
    `Width: ${range(width)}. Height: ${range(height)}.`,
    table(
      ['size', 'images'],
      shown.map(({ width, height, count }) => [`${width} × ${height}`, count.toLocaleString('en-US')]),
    ),
    ...(distinctSizes > shown.length ? [`… and ${count(distinctSizes - shown.length, 'other size')}`] : []),
  ].join('\n');
}
