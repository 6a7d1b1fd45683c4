/** The command line as a user has it: a real child process, its two streams and its exit code. */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { onTestFinished } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const NODE = path.join(ROOT, 'node_modules/.bin/node');
const MAIN = path.join(ROOT, 'src-main/shells/cli/main.ts');

/** What a command left. */
export interface Result {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is under way. */
export interface Running {
  readonly child: ChildProcess;
  /** Resolves when standard output holds the text. Rejects when the command ends before. */
  until(text: string): Promise<void>;
  readonly result: Promise<Result>;
}

/** Starts `vitrine` with arguments, from the sources; it does not outlive the test. */
export function start(args: readonly string[], ownGroup = false): Running {
  const running = spawnVitrine(args, ownGroup);
  onTestFinished(() => void running.child.kill('SIGKILL'));
  return running;
}

function spawnVitrine(args: readonly string[], ownGroup = false): Running {
  const child = spawn(NODE, [MAIN, ...args], {
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: ownGroup,
  });
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const check of waiting) check();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const result = new Promise<Result>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  const until = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (!stdout.includes(text)) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
      void result.then(() => reject(new Error(`vitrine ended without "${text}": ${stdout}${stderr}`)));
    });
  return { child, until, result };
}

/** Runs `vitrine` to its end. */
export function vitrine(...args: string[]): Promise<Result> {
  return spawnVitrine(args).result;
}

/** The JSON lines of a command with `--json`; fails when a line is anything else. */
export function jsonLines({ stdout }: Result): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
