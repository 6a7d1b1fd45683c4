/** Child processes of a reproduction. */
import { spawn } from 'node:child_process';

/** What both sides are told besides the recipe. */
export interface TrainOptions {
  /** The `.tar` or folder of pictures. */
  readonly data: string;
  /** As many as suit the machine unless given. */
  readonly threads?: string | undefined;
}

/** Runs a command to its end and gives its standard output; its standard error is shown. */
export function runProcess(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${output.slice(-500)}`));
    });
  });
}

/** The last line of a command's output, as JSON. */
export function lastLine<T>(output: string): T {
  return JSON.parse(output.trimEnd().split('\n').at(-1)!) as T;
}
