import type { Command } from 'commander';
import { startSchema } from '../../../../src-shared/contract/training.ts';
import { parseFlags } from '../flags.ts';
import { runSession } from '../session.ts';
import { followTraining } from '../training-output.ts';
import { toFields, trainOptions } from './train-options.ts';

/** `vitrine train DATASET` */
export function trainCommand(program: Command): void {
  const command = program
    .command('train')
    .description('Fine-tune a network on a data set.')
    .argument('<dataset>', 'the data set');
  for (const option of trainOptions()) command.addOption(option);
  command
    .option('--tensorboard <folder>', 'write events for TensorBoard there while training')
    .option('--log-steps', 'write a line for every step')
    .action((dataset: string, _: unknown, command: Command) => {
      const { lab, json, debug, logSteps, ...flags } = command.optsWithGlobals();
      return runSession({ lab, json, debug }, (session) => {
        const input = parseFlags(startSchema, { dataset, ...toFields(flags) }, { dataset: 'DATASET' });
        return followTraining(session, session.client.training.start(input), logSteps === true);
      });
    });
}
