/** The commands, and the options that all of them have. */
import { Command, CommanderError } from 'commander';
import { augmentationsCommand } from './commands/augmentations.ts';
import { cardCommand } from './commands/card.ts';
import { certificateCommand } from './commands/certificate.ts';
import { datasetsCommand } from './commands/datasets.ts';
import { demoCommand } from './commands/demo.ts';
import { describeCommand } from './commands/describe.ts';
import { devicesCommand } from './commands/devices.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { exportCommand } from './commands/export.ts';
import { exportDatasetCommand } from './commands/export-dataset.ts';
import { exportLogCommand } from './commands/export-log.ts';
import { importCommand } from './commands/import.ts';
import { labelCommand } from './commands/label.ts';
import { modelsCommand } from './commands/models.ts';
import { predictCommand } from './commands/predict.ts';
import { resumeCommand } from './commands/resume.ts';
import { runsCommand } from './commands/runs.ts';
import { scheduleCommand } from './commands/schedule.ts';
import { serveCommand } from './commands/serve.ts';
import { splitCommand } from './commands/split.ts';
import { statsCommand } from './commands/stats.ts';
import { stopCommand } from './commands/stop.ts';
import { trainCommand } from './commands/train.ts';
import { defaultLabFolder } from '../default-lab.ts';

/** Adds a command to the program. */
export type AddCommand = (program: Command) => void;

const COMMANDS: readonly AddCommand[] = [
  ...[importCommand, splitCommand, trainCommand, stopCommand, resumeCommand, runsCommand, labelCommand],
  ...[
    evaluateCommand,
    predictCommand,
    exportCommand,
    exportLogCommand,
    cardCommand,
    certificateCommand,
    modelsCommand,
    describeCommand,
    devicesCommand,
    datasetsCommand,
    exportDatasetCommand,
    statsCommand,
  ],
  augmentationsCommand,
  scheduleCommand,
  serveCommand,
  demoCommand,
];

/** Builds the program. It throws `CommanderError`s and writes no errors by itself. */
export function createProgram(): Command {
  const program = new Command('vitrine')
    .description('A lab for image data sets and image classifiers.')
    .option('--lab <folder>', `the lab's folder (default: ${defaultLabFolder()})`)
    .option('--json', 'write JSON lines to standard output, and nothing else')
    .option('--debug', 'show where errors come from')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({ outputError: () => undefined })
    .showSuggestionAfterError()
    .exitOverride();
  for (const add of COMMANDS) add(program);
  return program;
}

/** Whether commander only stopped because it has shown what was asked for. */
export function isHelp(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}
