import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { encodeImage, filledPixels } from '../../src-main/data/image.ts';
import { temporaryFolder, writeFiles } from '../data/temporary.ts';
import { textsOf } from './translations.ts';
import { dropPaths, noBrowser, openPage, screenshot, serve, startBrowser } from './vitrine.ts';

const t = textsOf('en');

/** A small picture that no other number gives. */
function picture(number: number): Promise<Uint8Array> {
  const pixels = filledPixels(8, 8, [number & 255, (number >> 8) & 255, 128]);
  return encodeImage(pixels, 'png');
}

function sheetOf(page: Page, name: string): Locator {
  return page.getByRole('dialog', { name: t('library.importing.title', { name }) });
}

describe.skipIf(noBrowser !== undefined)(`what is dropped${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  async function open(): Promise<{ page: Page; lab: string }> {
    const lab = temporaryFolder();
    const server = await serve(lab, [lab]);
    onTestFinished(() => server.stop());
    const { page, context } = await openPage(browser, server.url);
    onTestFinished(() => context.close());
    await page.getByRole('heading', { name: t('library.empty.title') }).waitFor();
    return { page, lab };
  }

  test('a broken archive is refused with its reason, and nothing is imported', async () => {
    const { page } = await open();
    const folder = writeFiles(temporaryFolder(), {
      'pets.zip': Buffer.from('PK\u0003\u0004 and then nothing'),
    });
    await dropPaths(page, [path.join(folder, 'pets.zip')]);
    const sheet = sheetOf(page, 'pets.zip');
    await sheet.getByRole('alert').waitFor();
    expect(await sheet.getByRole('alert').textContent()).toContain('pets.zip');
    await screenshot(page, 'en-light-broken-archive');
    expect(await sheet.locator('footer button').last().isEnabled()).toBe(false);
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: t('library.empty.title') }).waitFor();
  });

  test('a text that is named .jpg is left out with its reason', async () => {
    const { page } = await open();
    const folder = path.join(temporaryFolder(), 'pets');
    writeFiles(folder, {
      'cat/1.png': await picture(1),
      'cat/notes.jpg': 'This is no picture.',
      'dog/1.png': await picture(2),
    });
    await dropPaths(page, [folder]);
    const sheet = sheetOf(page, 'pets');
    await sheet.getByText(t('library.importing.problems', { n: 1 }, 1)).waitFor();
    expect(await sheet.textContent()).toContain('notes.jpg');
    await screenshot(page, 'en-light-import-sheet');
    await sheet.getByRole('button', { name: t('library.importing.start', { n: 2 }) }).click();
    await sheet.waitFor({ state: 'detached' });
    await expect.poll(() => page.getByRole('option').count()).toBe(2);
  });

  test('5,000 files arrive, each once', async () => {
    const { page, lab } = await open();
    const folder = path.join(temporaryFolder(), 'many');
    for (const name of ['a', 'b']) mkdirSync(path.join(folder, name), { recursive: true });
    for (let at = 0; at < 5000; at++) {
      writeFileSync(path.join(folder, at % 2 === 0 ? 'a' : 'b', `${at}.png`), await picture(at));
    }
    await dropPaths(page, [folder]);
    const sheet = sheetOf(page, 'many');
    const start = sheet.getByRole('button', { name: t('library.importing.start', { n: '5,000' }, 5000) });
    await start.waitFor({ timeout: 180_000 });
    const uploads = path.join(lab, 'uploads');
    const [sent] = readdirSync(uploads);
    expect(readdirSync(path.join(uploads, sent!, 'many/a'))).toHaveLength(2500);
    await start.click();
    await sheet.waitFor({ state: 'detached', timeout: 180_000 });
    await page
      .getByText(t('common.images', { n: '5,000' }))
      .first()
      .waitFor();
  }, 480_000);
});
