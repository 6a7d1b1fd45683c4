import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ROOT } from '../../build/bootstrap/processes.js';
import en from '../../src-renderer/locales/en/app.ts';
import { temporaryFolder, writeFiles } from '../data/temporary.ts';
import { noBrowser, openPage, serve, startBrowser } from './vitrine.ts';

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
      const datasets = page.getByRole('combobox', { name: en.app.dataset });
      await datasets.filter({ hasText: 'first' }).waitFor();
      await server.kill();
      await page.getByText(en.app.lost).waitFor();
      importFolder(lab, 'second');
      const again = await serve(lab, [lab], Number(new URL(server.url).port));
      onTestFinished(() => again.stop());
      await page.getByText(en.app.lost).waitFor({ state: 'detached' });
      await datasets.click();
      await page.getByRole('option', { name: 'second' }).click();
      await datasets.filter({ hasText: 'second' }).waitFor();
      await page.reload();
      await datasets.filter({ hasText: 'second' }).waitFor();
    });

    test('two pages show the same work, and either can cancel it', async () => {
      const lab = temporaryFolder();
      const server = await serve(lab, [lab]);
      onTestFinished(() => server.stop());
      const [one, two] = [await openPage(browser, server.url), await openPage(browser, server.url)];
      onTestFinished(async () => {
        await one.context.close();
        await two.context.close();
      });
      await one.page.getByRole('button', { name: en.app.jobs }).click();
      await one.page.getByText(en.app.noJobs).waitFor();
    });
  },
);
