import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ROOT } from '../../build/bootstrap/processes.js';
import { temporaryFolder, writeFiles } from '../data/temporary.ts';
import { textsOf } from './translations.ts';
import { noBrowser, openPage, serve, startBrowser } from './vitrine.ts';

const t = textsOf('en');

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

function importFolder(lab: string, dataset: string): void {
  const pictures = writeFiles(temporaryFolder(), { 'cat/1.png': PIXEL, 'dog/1.png': PIXEL });
  const cli = path.join(ROOT, 'out/main/cli.js');
  const { status, stderr } = spawnSync(
    process.execPath,
    [cli, '--lab', lab, 'import', pictures, '--dataset', dataset],
    { encoding: 'utf8' },
  );
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
}

describe.skipIf(noBrowser !== undefined)(
  `a page whose server goes away${noBrowser ? `: ${noBrowser}` : ''}`,
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await startBrowser();
    });
    afterAll(() => browser.close());

    test('says so, and goes on by itself when the server is back, with what changed meanwhile', async () => {
      const lab = temporaryFolder();
      importFolder(lab, 'first');
      const server = await serve(lab, [lab]);
      const { page, context } = await openPage(browser, server.url);
      onTestFinished(() => context.close());
      const datasets = page.getByRole('combobox', { name: t('app.dataset') });
      await datasets.filter({ hasText: 'first' }).waitFor();
      await server.kill();
      await page.getByText(t('app.lost')).waitFor();
      importFolder(lab, 'second');
      const again = await serve(lab, [lab], Number(new URL(server.url).port));
      onTestFinished(() => again.stop());
      await page.getByText(t('app.lost')).waitFor({ state: 'detached' });
      await datasets.click();
      await page.getByRole('option', { name: 'second' }).click();
      await datasets.filter({ hasText: 'second' }).waitFor();
      await page.reload();
      await datasets.filter({ hasText: 'second' }).waitFor();
    });

    test('what is done on one page shows on the other', async () => {
      const lab = temporaryFolder();
      importFolder(lab, 'pets');
      const server = await serve(lab, [lab]);
      onTestFinished(() => server.stop());
      const [one, two] = [await openPage(browser, server.url), await openPage(browser, server.url)];
      onTestFinished(async () => {
        await one.context.close();
        await two.context.close();
      });
      const gridOf = ({ page }: typeof one) => page.getByRole('listbox', { name: t('library.grid.label') });
      for (const opened of [one, two]) await gridOf(opened).getByRole('option').first().waitFor();
      await gridOf(one).focus();
      await one.page.keyboard.press('Space');
      await one.page.keyboard.press('f');
      const flagged = gridOf(two).getByRole('option', { name: t('library.grid.mark.flagged') });
      await flagged.waitFor();
      await one.page.keyboard.press('Control+z');
      await flagged.waitFor({ state: 'detached' });
    });
  },
);
