/** Starts the built main process under Node, with a stand-in for `electron`, and runs code inside of it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, expect } from 'vitest';
import { ensureBuilt } from '../../../build/bootstrap/bundles.js';
import { ROOT } from '../../../build/bootstrap/processes.js';
import type { StandIn } from './stand-in/electron.ts';

/** What the stand-in is told of its world. */
export interface ConfiguredApp {
  /** For everything the program keeps. */
  readonly folder: string;
  readonly packaged: boolean;
  /** The app's folder, which `electron .` has among its arguments. */
  readonly appPath: string;
  readonly languages: readonly string[];
  readonly firstInstance: boolean;
}

/** Options of {@link launch}. */
export interface LaunchOptions extends Partial<ConfiguredApp> {
  /** Default: a folder of its own. */
  readonly lab?: string;
  /** Arguments after the app's folder. */
  readonly args?: readonly string[];
}

/** A running program. */
export interface LaunchedApp {
  readonly folder: string;
  readonly lab: string;
  readonly pid: number;
  /** Runs a function in the main process; it sees its arguments alone. */
  evaluate<Result, Value>(
    run: (given: StandIn, value: Value) => Result | Promise<Result>,
    value?: Value,
  ): Promise<Result>;
  /** How it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

const scratch: string[] = [];
const running = new Set<() => Promise<unknown>>();

/** A folder that is removed after the test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'vitrine-electron-'));
  scratch.push(folder);
  return folder;
}

/** Builds the bundles before the tests of a file, and ends what a test has left running. */
export function useBundles(): void {
  beforeAll(async () => {
    expect(await ensureBuilt()).toBe(0);
  });
  afterEach(async () => {
    await Promise.all([...running].map((end) => end()));
    for (const folder of scratch.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
}

/** Starts the program. */
export function launch(options: LaunchOptions = {}): LaunchedApp {
  const folder = options.folder ?? scratchFolder();
  const lab = options.lab ?? path.join(folder, 'lab');
  const configured: ConfiguredApp = {
    folder,
    packaged: options.packaged ?? false,
    appPath: path.resolve(ROOT),
    languages: options.languages ?? ['en-GB'],
    firstInstance: options.firstInstance ?? true,
  };
  const main = path.join(ROOT, 'out/main/electron.js');
  const args = [...(configured.packaged ? [] : [ROOT]), ...(options.args ?? [])];
  const child = fork(fileURLToPath(new URL('./stand-in/run.ts', import.meta.url)), [main, ...args], {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, VITRINE_LAB: lab, STAND_IN_APP: JSON.stringify(configured) },
  });
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  const end = (): Promise<unknown> => {
    child.kill('SIGKILL');
    return ended;
  };
  running.add(end);
  void ended.then(() => running.delete(end));
  let nextId = 0;
  return {
    ...{ folder, lab, ended, pid: child.pid! },
    evaluate(run, value) {
      const id = nextId++;
      return new Promise((resolve, reject) => {
        child.on('message', (message: { id: number; result?: never; error?: string }) => {
          if (message.id !== id) return;
          if (message.error === undefined) resolve(message.result as never);
          else reject(new Error(message.error));
        });
        void ended.then(({ code, signal }) => reject(new Error(`The program ended: ${code ?? signal}.`)));
        child.send({ id, source: String(run), value });
      });
    },
  };
}
