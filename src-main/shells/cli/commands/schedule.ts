import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { scheduleFields, SCHEDULES } from '../../../../src-shared/contract/schedule-fields.ts';
import { scheduleRequestSchema, type ScheduleRates } from '../../../../src-shared/contract/schedule.ts';
import { LabError } from '../../../../src-shared/errors.ts';
import { scheduleRates } from '../../../lab/index.ts';
import { parseFlags, toNumber } from '../flags.ts';
import { runWithoutLab } from '../session.ts';
import { settingOptions } from '../setting-flags.ts';
import { table } from '../text.ts';
import { SCHEDULE_FLAGS } from './schedule-flags.ts';

const { schedule: _name, ...FLAGS } = SCHEDULE_FLAGS;

/** `vitrine schedule NAME --epochs N` */
export function scheduleCommand(program: Command): void {
  const command = program
    .command('schedule')
    .description("List a schedule's learning rates.")
    .argument('<name>', `${SCHEDULES.slice(0, -1).join(', ')} or ${SCHEDULES.at(-1)}`)
    .requiredOption('--epochs <count>', 'how many', toNumber)
    .option('--lr <rate>', 'what it begins with (default: 0.1)', toNumber)
    .option('--steps-per-epoch <count>', 'steps of an epoch, which one-cycle counts', toNumber)
    .option('--losses <a,b,…|file>', 'the loss after each epoch, for schedules that watch it');
  for (const option of settingOptions(FLAGS, scheduleFields)) command.addOption(option);
  command.action((name: string, _: unknown, command: Command) => {
    const { losses, ...flags } = command.opts<{ losses?: string }>();
    return runWithoutLab(command.optsWithGlobals(), async (output) => {
      const values = { schedule: name, ...flags, losses: losses && (await toLosses(losses)) };
      const rates = scheduleRates(parseFlags(scheduleRequestSchema, values, { schedule: 'NAME' }));
      output.result({ ...rates }, () => describe(rates));
    });
  });
}

/** Numbers with commas or white space between, given or in a file. */
async function toLosses(given: string): Promise<(number | string)[]> {
  const isList = given.split(',').every((part) => typeof toNumber(part) === 'number');
  const text = isList ? given : await readLosses(given);
  return text
    .split(/[\s,[\]]+/)
    .filter((part) => part !== '')
    .map(toNumber);
}

async function readLosses(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new LabError('SOURCE_NOT_FOUND', `Reading the losses ${file}: there is no such file.`, {
      hint: 'Give numbers with commas between, or a file that holds them.',
      cause,
    });
  });
}

function describe({ epochs, steps }: ScheduleRates): string {
  const perEpoch = steps === null ? 1 : steps.length / epochs.length;
  if (steps === null || perEpoch === 1) {
    return table(
      ['epoch', 'learning rate'],
      epochs.map((rate, epoch) => [String(epoch), shown(rate)]),
    );
  }
  return table(
    ['epoch', 'step', 'learning rate'],
    steps.map((rate, i) => [String(Math.floor(i / perEpoch)), String(i % perEpoch), shown(rate)]),
  );
}

function shown(rate: number): string {
  return String(Number(rate.toPrecision(6)));
}
