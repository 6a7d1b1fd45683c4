import type { Command } from 'commander';
import { runSession } from '../session.ts';
import { followTraining } from '../training-output.ts';

/** `vitrine resume RUN` */
export function resumeCommand(program: Command): void {
  program
    .command('resume')
    .description('Go on with a run that was stopped or interrupted.')
    .argument('<run>', 'its id, the beginning or end of it, or last')
    .option('--log-steps', 'write a line for every step')
    .action((run: string, _: unknown, command: Command) => {
      const { logSteps, ...options } = command.optsWithGlobals();
      return runSession(options, (session) =>
        followTraining(session, session.client.training.resume({ run }), logSteps === true),
      );
    });
}
