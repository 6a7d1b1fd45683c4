/**
 * What a person does on the first day, step by step, on whatever window shows the page: drop a folder, mend a label,
 * look at batches, train, look at the mistakes, ask the model about a picture, take it away.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { dropPaths } from './vitrine.ts';
import type { Texts } from './translations.ts';

/** What the steps are done with. */
export interface Story {
  readonly page: Page;
  readonly t: Texts;
  /** The lab's folder, which is looked into from outside. */
  readonly lab: string;
}

/** Goes to a panel by its name beside it. */
export async function goTo({ page, t }: Story, panel: string): Promise<void> {
  await page.getByRole('link', { name: t(`panel.${panel}`), exact: true }).click();
  await page.getByRole('heading', { level: 1, name: t(`panel.${panel}`) }).waitFor();
}

/** Drops a folder on the page, reads what the sheet says, and imports it. */
export async function importByDrop(story: Story, folder: string): Promise<void> {
  const { page, t } = story;
  await dropPaths(page, [folder]);
  const sheet = page.getByRole('dialog', {
    name: t('library.importing.title', { name: path.basename(folder) }),
  });
  const detected = t('library.importing.detected', { format: t('library.importing.formats.image-folder') });
  await sheet.getByText(detected).waitFor();
  const start = sheet.locator('footer button').last();
  await expect.poll(() => start.isEnabled()).toBe(true);
  await start.click();
  await sheet.waitFor({ state: 'detached' });
  await page
    .getByRole('listbox', { name: t('library.grid.label') })
    .getByRole('option')
    .first()
    .waitFor();
}

/** Finds one image by its name and gives it another class by its key; then shows what was done to it. */
export async function relabelByKeyboard(story: Story, name: string, key: string): Promise<void> {
  const { page, t } = story;
  await goTo(story, 'library');
  await page.getByRole('searchbox', { name: t('library.filter.search') }).fill(name);
  const grid = page.getByRole('listbox', { name: t('library.grid.label') });
  await expect.poll(() => grid.getByRole('option').count()).toBe(1);
  await grid.focus();
  await page.keyboard.press('Space');
  await page.keyboard.press(key);
}

/** Shortens the training that the lab suggests, so that it ends within the test. */
export async function shortenTraining({ page, t }: Story): Promise<void> {
  await page.getByRole('button', { name: t('train.start.settings') }).click();
  const sheet = page.getByRole('dialog', { name: t('train.form.title') });
  const set = async (tab: string, values: Readonly<Record<string, string>>): Promise<void> => {
    await sheet.getByRole('tab', { name: t(`train.form.tabs.${tab}`), exact: true }).click();
    for (const [name, value] of Object.entries(values)) {
      await sheet.getByLabel(t(`train.setting.${name}`), { exact: true }).fill(value);
    }
  };
  await set('learning', { epochs: '2', headEpochs: '2' });
  await set('images', { imageSize: '64' });
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
}

/** Starts the training with the one button. @returns the run's id, once its first checkpoint is written */
export async function startTraining({ page, t, lab }: Story): Promise<string> {
  const before = new Set(runsOf(lab));
  await page.getByRole('button', { name: t('train.start.button') }).click();
  await page.getByText(t('train.live.hint')).waitFor();
  const run = await eventually(() => runsOf(lab).find((id) => !before.has(id)));
  await eventually(() => checkpointHash(lab, run));
  return run;
}

/** Waits until the page says that the training is complete. */
export async function trained({ page, t }: Story): Promise<void> {
  await page.getByRole('button', { name: t('train.done.evaluate') }).waitFor({ timeout: 240_000 });
}

/** The hash of what a run's checkpoint holds, seen from outside; undefined while there is none. */
export function checkpointHash(lab: string, run: string): string | undefined {
  const folder = path.join(lab, 'runs', run, 'checkpoint');
  if (!existsSync(folder)) return undefined;
  const files = statSync(folder).isDirectory()
    ? readdirSync(folder)
        .sort()
        .map((name) => path.join(folder, name))
    : [folder];
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return files.length === 0 ? undefined : hash.digest('hex');
}

/** A cell of the confusion matrix; arguments are names of classes. */
export function matrixCell({ page, t }: Story, label: string, predicted: string): Locator {
  const key = label === predicted ? 'evaluate.cellRight' : 'evaluate.cell';
  const text = t(key, { label, predicted, n: '#' });
  const [before, after] = text.split('#');
  const escape = (part = ''): string => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return page.getByRole('button', { name: new RegExp(`^${escape(before)}[\\d,]+${escape(after)}`) });
}

function runsOf(lab: string): string[] {
  const folder = path.join(lab, 'runs');
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : [];
}

/** The first value that is not undefined. @throws Error after two minutes */
export async function eventually<Value>(look: () => Value | undefined): Promise<Value> {
  const end = Date.now() + 120_000;
  for (;;) {
    const value = look();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error('It did not come to be within two minutes.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
