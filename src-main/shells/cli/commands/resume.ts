import type { Command } from 'commander';
import { resumeSchema } from '../../../../src-shared/contract/training.ts';
import { parseFlags } from '../flags.ts';
import { runSession } from '../session.ts';
import { followTraining } from '../training-output.ts';

/** `vitrine resume RUN` */
export function resumeCommand(program: Command): void {
  program
    .command('resume')
    .description('Go on with a run that was stopped or interrupted.')
    .argument('<run>', 'its id, the beginning or end of it, or last')
    .option('--tensorboard <folder>', 'write events for TensorBoard there while training')
    .option('--log-steps', 'write a line for every step')
    .action((run: string, _: unknown, command: Command) => {
      const { lab, json, debug, logSteps, ...flags } = command.optsWithGlobals();
      return runSession({ lab, json, debug }, (session) => {
        const input = parseFlags(resumeSchema, { run, ...flags }, { run: 'RUN' });
        return followTraining(session, session.client.training.resume(input), logSteps === true);
      });
    });
}
