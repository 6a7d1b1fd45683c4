/**
 * How fast the page is: its first paint, each panel, and scrolling through 100,000 samples.
 *
 * Figures of one machine, without a counterpart: times are what people feel.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { serve, startBrowser } from '../../test/e2e/vitrine.ts';
import { median, type BenchFigure } from '../common.ts';
import { makeBigLab } from './big-lab.ts';
import { makeDemoLab } from './demo-lab.ts';
import { mainThreadTasks } from './trace.ts';

const REPEATS = 7;
const PANELS = ['library', 'label', 'augment', 'batches', 'train', 'evaluate', 'predict', 'export'];

/** Measures the page. */
export async function run(): Promise<BenchFigure[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'vitrine-bench-'));
  const browser = await startBrowser();
  try {
    const demo = path.join(folder, 'demo');
    await makeDemoLab(demo);
    const small = await measureDemo(browser, demo);
    const big = path.join(folder, 'big');
    await makeBigLab(big, 100_000, 400);
    return [...small, await measureScrolling(browser, big)];
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureDemo(browser: Browser, lab: string): Promise<BenchFigure[]> {
  const server = await serve(lab, [lab]);
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  try {
    await page.goto(server.url);
    const paints: number[] = [];
    for (let at = 0; at < REPEATS; at++) {
      await page.reload();
      paints.push(await firstPaint(page));
    }
    const panels: BenchFigure[] = [];
    for (const name of PANELS) panels.push(await measurePanel(page, name));
    return [{ name: 'page: first contentful paint, demo lab', value: milliseconds(paints) }, ...panels];
  } finally {
    await page.close();
    await server.stop();
  }
}

function firstPaint(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) =>
        new PerformanceObserver((list) => {
          const paint = list.getEntriesByName('first-contentful-paint')[0];
          if (paint !== undefined) resolve(paint.startTime);
        }).observe({ type: 'paint', buffered: true }),
      ),
  );
}

/** From the click on a panel's name until its last change, what it reads from the lab included. */
async function measurePanel(page: Page, name: string): Promise<BenchFigure> {
  const other = name === 'library' ? 'label' : 'library';
  const times: number[] = [];
  for (let at = 0; at < REPEATS; at++) {
    await open(page, other);
    times.push(await open(page, name));
  }
  return { name: `page: panel ${name} until its last change, demo lab`, value: milliseconds(times) };
}

/** Shows a panel. @returns milliseconds until nothing of it changed any more for half a second */
function open(page: Page, name: string): Promise<number> {
  return page.evaluate(
    (panel) =>
      new Promise<number>((resolve) => {
        const begin = performance.now();
        let last = begin;
        const observer = new MutationObserver(() => (last = performance.now()));
        observer.observe(document.querySelector('main')!, {
          subtree: true,
          childList: true,
          characterData: true,
        });
        document.querySelector<HTMLElement>(`nav a[href="#/${panel}"]`)!.click();
        const timer = setInterval(() => {
          if (performance.now() - last < 500) return;
          clearInterval(timer);
          observer.disconnect();
          resolve(last - begin);
        }, 50);
      }),
    name,
  );
}

async function measureScrolling(browser: Browser, lab: string): Promise<BenchFigure> {
  const server = await serve(lab, [lab]);
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  try {
    await page.goto(server.url);
    await page.locator('main img').first().waitFor();
    await page.mouse.move(700, 500);
    const tasks = await mainThreadTasks(browser, page, async () => {
      for (let at = 0; at < 200; at++) {
        await page.mouse.wheel(0, at % 20 === 0 ? 200_000 : 600);
        await page.waitForTimeout(25);
      }
    });
    const grid = page.getByRole('listbox');
    if ((await grid.evaluate(({ scrollTop }) => scrollTop)) === 0) throw new Error('Nothing was scrolled.');
    const long = tasks.filter((task) => task > 50).length;
    const value = `longest task ${tasks[0]?.toFixed(0) ?? '?'} ms, ${long} over 50 ms, of ${tasks.length}`;
    return { name: 'page: scrolling through 100,000 samples', value };
  } finally {
    await page.close();
    await server.stop();
  }
}

function milliseconds(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  return [sorted[0]!, median(sorted), sorted.at(-1)!].map((time) => time.toFixed(0)).join(' / ') + ' ms';
}
