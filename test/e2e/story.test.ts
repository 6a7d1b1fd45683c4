import { cpSync } from 'node:fs';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { makeDemoSet } from '../../src-main/data/demo-set.ts';
import { temporaryFolder } from '../data/temporary.ts';
import { firstDay } from './first-day.ts';
import { goTo, type Story } from './story.ts';
import { textsOf, type Language } from './translations.ts';
import { noBrowser, openPage, screenshot, serve, startBrowser } from './vitrine.ts';

const PANELS = ['library', 'label', 'augment', 'batches', 'train', 'evaluate', 'predict', 'export'];

describe.skipIf(noBrowser !== undefined)(`the first day${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  test.each<Language>(['en', 'zh-CN'])(
    'from a dropped folder to an exported model, in %s',
    async (language) => {
      const lab = temporaryFolder();
      const pictures = path.join(temporaryFolder(), 'pictures');
      const demo = await makeDemoSet(pictures, { seed: 0, perClass: 40 });
      const server = await serve(lab, [pictures]);
      onTestFinished(() => server.stop());
      const { page, context, problems } = await openPage(browser, server.url, { locale: language });
      onTestFinished(() => context.close());
      const story: Story = { page, lab, t: textsOf(language) };
      try {
        await page.getByRole('heading', { name: story.t('library.empty.title') }).waitFor();
        await screenshot(page, `${language}-light-empty`);

        await firstDay(story, demo, (write) => download(page, write));
        await lookAtEverything(story, language);
      } catch (error) {
        await screenshot(page, `${language}-failure`);
        throw error;
      }
      expect(problems).toEqual([]);
    },
    600_000,
  );
});

/** By the link that the page offers. */
async function download(page: Page, write: () => Promise<void>): Promise<string> {
  await write();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('a[download][href$=".onnx"]').first().click(),
  ]);
  const file = path.join(temporaryFolder(), 'model.onnx');
  cpSync(await download.path(), file);
  return file;
}

/** Every panel in both appearances: a picture of it is kept, and nothing keeps people out. */
async function lookAtEverything(story: Story, language: Language): Promise<void> {
  const { page } = story;
  // Messages of what was done before would lie over the panels.
  await page.reload();
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    for (const panel of PANELS) {
      await goTo(story, panel);
      await settled(page);
      await screenshot(page, `${language}-${theme}-${panel}`);
      expect({ theme, panel, found: await seriousFindings(page) }).toEqual({ theme, panel, found: [] });
    }
  }
}

/** What axe calls serious or worse, in words. */
async function seriousFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}

/** Waits until the panel has stood still for a moment, pictures included. */
async function settled(page: Page): Promise<void> {
  const look = (): Promise<string> =>
    page.evaluate(() => {
      const loading = [...document.images].some(({ complete }) => !complete);
      return loading ? String(Math.random()) : document.querySelector('main')!.innerHTML;
    });
  let before = '';
  await expect
    .poll(
      async () => {
        const now = await look();
        const stands = now === before;
        before = now;
        return stands;
      },
      { interval: 600, timeout: 30_000 },
    )
    .toBe(true);
}
