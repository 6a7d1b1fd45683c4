/** The first day with the lab, from a dropped folder to an exported model, on whatever window shows the page. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { DemoSet } from '../../src-main/data/demo-set.ts';
import { createPipeline, renderSample } from '../../src-main/data/pipeline.ts';
import { softmax } from '../../src-main/runs/metrics/softmax.ts';
import { runOnnx } from '../helpers/ort.ts';
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
import { dropPaths } from './vitrine.ts';

const CLASSES = ['balloon', 'fish', 'flower', 'house'];

/** Has the page write a model the way of its shell. @returns where the file is */
export type TakeModel = (write: () => Promise<void>) => Promise<string>;

/** Lives through the day with the sample pictures; every step checks what the page and the lab did. */
export async function firstDay(story: Story, demo: DemoSet, takeModel: TakeModel): Promise<void> {
  await importByDrop(story, demo.folder);
  await mendWrongLabel(story, demo);
  await lookAtBatches(story);
  await train(story);
  await lookAtMistakes(story);
  const predicted = await predict(story, path.join(demo.folder, 'house/house-007.jpg'));
  await exportModel(story, predicted, takeModel);
}

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
  const edit = t('label.edit.label', { n: 1, from: 'flower', to: 'fish' }, 1);
  await page.getByRole('button', { name: t('label.undo', { edit }) }).waitFor();
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
async function exportModel(
  story: Story,
  predicted: { picture: string; share: number },
  takeModel: TakeModel,
): Promise<void> {
  const { page, t } = story;
  await goTo(story, 'export');
  const file = await takeModel(async () => {
    await page.getByRole('button', { name: t('export.model.write') }).click();
    await page.getByText(t('export.parity.good')).waitFor({ timeout: 120_000 });
  });
  const probabilities = await classify(file, predicted.picture);
  const house = probabilities[CLASSES.indexOf('house')]!;
  expect(Math.max(...probabilities)).toBe(house);
  // The page shows tenths of a percent.
  expect(Math.abs(house - predicted.share)).toBeLessThan(0.00051);
}

/** Probabilities of a picture, by onnxruntime alone. */
async function classify(model: string, picture: string): Promise<readonly number[]> {
  const { data } = await renderSample(picture, createPipeline({ imageSize: 64 }), { augment: false });
  const feeds = new Map([['images', { dtype: 'uint8' as const, dims: [1, 64, 64, 3], data }]]);
  const outputs = await runOnnx(readFileSync(model), feeds);
  return [...softmax(outputs.get('logits')!.data as Float32Array)];
}
