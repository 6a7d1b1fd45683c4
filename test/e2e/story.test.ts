import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { makeDemoSet, type DemoSet } from '../../src-main/data/demo-set.ts';
import { createPipeline, renderSample } from '../../src-main/data/pipeline.ts';
import { softmax } from '../../src-main/runs/metrics/softmax.ts';
import { runOnnx } from '../helpers/ort.ts';
import { temporaryFolder } from '../data/temporary.ts';
import {
  checkpointHash,
  goTo,
  importByDrop,
  matrixCell,
  relabelByKeyboard,
  shortenTraining,
  startTraining,
  trained,
  type Story,
} from './story.ts';
import { textsOf, type Language } from './translations.ts';
import { dropPaths, noBrowser, openPage, screenshot, serve, startBrowser } from './vitrine.ts';

const PANELS = ['library', 'label', 'augment', 'batches', 'train', 'evaluate', 'predict', 'export'];
const CLASSES = ['balloon', 'fish', 'flower', 'house'];

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

        await importByDrop(story, pictures);
        await mendWrongLabel(story, demo);
        await lookAtBatches(story);
        await train(story);
        await lookAtMistakes(story);
        const predicted = await predict(story, path.join(pictures, 'house/house-007.jpg'));
        await exportModel(story, predicted);
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

/** A fish lies among the flowers: it is found by its name and gets its class by a key. */
async function mendWrongLabel(story: Story, { planted }: DemoSet): Promise<void> {
  const { page, t } = story;
  const wrong = planted.wrongLabels.find(({ shows }) => shows === 'fish')!;
  await relabelByKeyboard(story, path.basename(wrong.path), String(CLASSES.indexOf('fish') + 1));
  await page
    .getByText(t('library.did.labelled', { n: 1, name: 'fish' }, 1), { exact: false })
    .first()
    .waitFor();
  await goTo(story, 'label');
  await page
    .getByRole('button', { name: /flower → fish|flower.*fish|flower/ })
    .first()
    .waitFor();
}

/** What is fed, and what the lab says of a loader that does not shuffle. */
async function lookAtBatches(story: Story): Promise<void> {
  const { page, t } = story;
  await goTo(story, 'batches');
  const pictures = page.getByRole('group', { name: t('batches.pictures') }).locator('img');
  await pictures.first().waitFor();
  expect(await pictures.count()).toBeGreaterThanOrEqual(8);
  await page.getByRole('tab', { name: t('batches.certificateTab') }).click();
  await page.getByRole('button', { name: t('batches.certificate.orders.file-order') }).click();
  await page.getByText(t('batches.certificate.verdict.fail')).first().waitFor({ timeout: 60_000 });
}

/** One button; the page is reloaded in the middle, and the weights really change. */
async function train(story: Story): Promise<void> {
  const { page, lab } = story;
  await goTo(story, 'train');
  await shortenTraining(story);
  const run = await startTraining(story);
  const first = checkpointHash(lab, run);
  await page.reload();
  await trained(story);
  expect(checkpointHash(lab, run)).not.toBe(first);
}

/** The matrix, a cell, and a label that is changed right there: the figures follow. */
async function lookAtMistakes(story: Story): Promise<void> {
  const { page, t } = story;
  await page.getByRole('button', { name: t('train.done.evaluate') }).click();
  const cell = matrixCell(story, 'balloon', 'balloon');
  // The evaluation that follows a training may still be under way.
  await cell.waitFor({ timeout: 120_000 });
  const count = async (): Promise<number> => Number(await cell.textContent());
  const before = await count();
  await cell.click();
  const images = page.getByRole('listbox', { name: t('evaluate.gridLabel') });
  await images.getByRole('option').first().click();
  await page.keyboard.press('2');
  await expect.poll(count, { timeout: 20_000 }).toBe(before - 1);
  await page.keyboard.press('Control+z');
  await expect.poll(count, { timeout: 20_000 }).toBe(before);
}

/** A dropped picture is recognised. @returns the picture and what the page says of it */
async function predict(story: Story, picture: string): Promise<{ picture: string; share: number }> {
  const { page, t } = story;
  await goTo(story, 'predict');
  await page.getByText(t('predict.ready')).waitFor();
  await dropPaths(page, [picture]);
  const heading = page.getByRole('heading', { name: path.basename(picture) });
  await heading.waitFor({ timeout: 60_000 });
  const answer = (await heading.locator('..').textContent())!;
  const share = /house\s*([\d.]+)\s?%/.exec(answer)!;
  return { picture, share: Number(share[1]) / 100 };
}

/** The exported file, run by onnxruntime alone, says what the page said. */
async function exportModel(story: Story, predicted: { picture: string; share: number }): Promise<void> {
  const { page, t } = story;
  await goTo(story, 'export');
  await page.getByRole('button', { name: t('export.model.write') }).click();
  await page.getByText(t('export.parity.good')).waitFor({ timeout: 120_000 });
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('a[download][href$=".onnx"]').first().click(),
  ]);
  const file = path.join(temporaryFolder(), 'model.onnx');
  cpSync(await download.path(), file);
  const probabilities = await classify(file, predicted.picture);
  const house = probabilities[CLASSES.indexOf('house')]!;
  expect(Math.max(...probabilities)).toBe(house);
  // The page shows whole percents or tenths of them.
  expect(Math.abs(house - predicted.share)).toBeLessThan(0.0051);
}

/** Probabilities of a picture, by onnxruntime alone. */
async function classify(model: string, picture: string): Promise<readonly number[]> {
  const { data } = await renderSample(picture, createPipeline({ imageSize: 64 }), { augment: false });
  const feeds = new Map([['images', { dtype: 'uint8' as const, dims: [1, 64, 64, 3], data }]]);
  const outputs = await runOnnx(readFileSync(model), feeds);
  return [...softmax(outputs.get('logits')!.data as Float32Array)];
}

/** Every panel in both appearances: a picture of it is kept, and nothing keeps people out. */
async function lookAtEverything(story: Story, language: Language): Promise<void> {
  const { page } = story;
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    for (const panel of PANELS) {
      await goTo(story, panel);
      await page.waitForLoadState('networkidle');
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
