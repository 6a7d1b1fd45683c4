/** The command `vitrine`. */
import { CommanderError } from 'commander';
import { LabError } from '../../../src-shared/errors.ts';
import { Output } from './output.ts';
import { createProgram, isHelp } from './program.ts';
import { EXIT, exitCodeOf } from './session.ts';

const argv = process.argv.slice(2);

// A reader that has enough, such as `head`, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.success);
  throw error;
});

try {
  await createProgram().parseAsync(argv, { from: 'user' });
} catch (error) {
  if (!isHelp(error)) fail(error);
}

/** Reports what went wrong before a command could begin. */
function fail(thrown: unknown): void {
  // Called without a command, commander has shown the help instead.
  if (thrown instanceof CommanderError && thrown.code === 'commander.help') {
    process.exitCode = EXIT.usage;
    return;
  }
  const output = new Output({ json: argv.includes('--json'), debug: argv.includes('--debug') });
  const error = thrown instanceof CommanderError ? usageError(thrown) : LabError.from(thrown);
  output.error(error);
  process.exitCode = exitCodeOf(error);
}

/** The help of the command that was asked for, or of all where it is none. */
function helpFor(words: readonly string[]): string {
  const commands = createProgram().commands.map((command) => command.name());
  const command = words.find((word) => commands.includes(word));
  return command === undefined ? 'vitrine --help' : `vitrine ${command} --help`;
}

function usageError({ message }: CommanderError): LabError {
  const [first = '', ...rest] = message.replace(/^error: /, '').split('\n');
  const suggestion = rest.join(' ').replace(/^\((.*)\)$/, '$1');
  const hint = [suggestion, `See: ${helpFor(argv)}`].filter((part) => part !== '').join(' ');
  return new LabError('INVALID_ARGUMENT', `${first.charAt(0).toUpperCase()}${first.slice(1)}`, { hint });
}
