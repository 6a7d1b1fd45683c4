/** Vitrine as a person has it: `vitrine serve` in a process of its own, and a browser that shows it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { findBrowser } from '../../build/bootstrap/browser.js';
import { ensureBuilt } from '../../build/bootstrap/bundles.js';
import { ROOT } from '../../build/bootstrap/processes.js';

/** Where the tests leave pictures of what they saw. */
export const SCREENSHOTS = path.join(ROOT, 'test-output/screenshots');

/** Why the tests in a browser are skipped; undefined where they run. */
export const noBrowser =
  findBrowser() === undefined ? 'no Chromium or Chrome was found (VITRINE_BROWSER names one)' : undefined;

/** A server process. */
export interface ServerProcess {
  /** With the token. */
  readonly url: string;
  readonly process: ChildProcess;
  /** Asks it to end, as Ctrl+C does, and waits. */
  stop(): Promise<void>;
  /** Ends it at once, as a power cut would, and waits. */
  kill(): Promise<void>;
}

/** Starts `vitrine serve` on a lab. */
export async function serve(lab: string, roots: readonly string[], port = 0): Promise<ServerProcess> {
  const flags = ['--port', String(port), ...roots.flatMap((root) => ['--root', root])];
  const started = spawn(
    process.execPath,
    [path.join(ROOT, 'out/main/cli.js'), '--lab', lab, '--json', 'serve', ...flags],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => started.once('exit', () => resolve()));
  const end = (signal: NodeJS.Signals) => async (): Promise<void> => {
    started.kill(signal);
    await ended;
  };
  const url = await new Promise<string>((resolve, reject) => {
    started.stdout.once('data', (line: Buffer) => resolve((JSON.parse(String(line)) as { url: string }).url));
    started.once('exit', (code) => reject(new Error(`vitrine serve ended with ${code}`)));
  });
  return { url, process: started, stop: end('SIGINT'), kill: end('SIGKILL') };
}

/** Builds what is old, then starts the browser. Close it at the end. */
export async function startBrowser(): Promise<Browser> {
  if ((await ensureBuilt()) !== 0) throw new Error('The build failed.');
  mkdirSync(SCREENSHOTS, { recursive: true });
  // Chromium's own sandbox does not work for root, whom continuous integration is.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: findBrowser()!, args });
}

/** Opens the page in a window of its own. What it writes to the console as an error fails the test, see `problems`. */
export async function openPage(
  browser: Browser,
  url: string,
  options: { readonly locale?: string; readonly colorScheme?: 'light' | 'dark' } = {},
): Promise<{ page: Page; context: BrowserContext; problems: string[] }> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 720 },
    locale: 'en',
    ...options,
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.goto(url);
  return { page, context, problems };
}

/** Drops files or folders of the disk on the page, as the system's file manager does. */
export async function dropPaths(page: Page, files: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 640, y: 400, data });
  }
  await session.detach();
}

/** Keeps a picture of what the page shows. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`) });
}
