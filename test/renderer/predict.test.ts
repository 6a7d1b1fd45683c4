// @vitest-environment happy-dom
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { VueWrapper } from '@vue/test-utils';
import { expect, test, vi } from 'vitest';
import { createLabClient, type Lab } from '../../src-main/lab/index.ts';
import PredictPanel from '../../src-renderer/panels/predict/PredictPanel.vue';
import { useDrops } from '../../src-renderer/stores/drops.ts';
import { usePicker } from '../../src-renderer/stores/picker.ts';
import { ended, importStripes, SHORT } from '../lab/small-lab.ts';
import { stripes } from '../shells/cli/pictures.ts';
import { mountWithLab, until } from './mount.ts';

// A real training and a real process that predicts, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

async function trained(lab: Lab): Promise<void> {
  const client = createLabClient(lab);
  await importStripes({ lab, client, folder: lab.folder }, { classes: ['across', 'down'], count: 8 });
  await ended(client, await client.training.start(SHORT));
}

/** Clicks the button of that text. */
async function press(wrapper: VueWrapper, text: string): Promise<void> {
  await wrapper
    .findAll('button')
    .find((button) => button.text() === text)!
    .trigger('click');
}

test('without a model it says how to get one', async () => {
  const { wrapper } = await mountWithLab(PredictPanel, { at: '/predict' });
  await until(() => wrapper.text().includes('No model to ask yet'));
  expect(wrapper.findAll('button').map((button) => button.text())).toEqual([
    'Open a model file',
    'Go to Train',
  ]);
});

test('a picture is answered with bars and times, a folder with a table that can be saved', async () => {
  const { wrapper, lab } = await mountWithLab(PredictPanel, { at: '/predict', prepare: trained });
  const seen = (): string => wrapper.text();
  await until(() => seen().includes('Classes it knows: across, down'), seen);

  const one = path.join(lab.folder, 'one.png');
  writeFileSync(one, await stripes(1, 50));
  useDrops().taker!.take({ name: 'one.png', paths: [one], files: [] });
  await until(() => wrapper.find('.bars').exists(), seen);
  expect(wrapper.findAll('.bars li')).toHaveLength(2);
  expect(wrapper.find('.detail h2').text()).toBe('one.png');
  expect(seen()).toMatch(/Read in [\d.]+ ms, answered in [\d.]+ ms/);
  const [job] = (await createLabClient(lab).jobs.list()).filter(({ kind }) => kind === 'predict');
  expect(wrapper.find('.detail img').attributes('src')).toBe(`/images/files/${job!.id}/0?size=640`);

  void press(wrapper, 'Choose a folder');
  await until(() => usePicker().pending !== null);
  usePicker().pending!.settle(path.join(lab.folder, 'pictures'));
  await until(() => seen().includes('16 pictures'), seen);
  await until(() => wrapper.findAll('button').some((button) => button.text() === 'Save as CSV'), seen);
  await press(wrapper, 'Save as CSV');
  await until(() => wrapper.find('a[download]').exists(), seen);
  const [saved] = await createLabClient(lab).exporting.list();
  expect(wrapper.find('a[download]').attributes('href')).toBe(`/downloads/${saved!.name}`);
});

test('the answers of a model that is no longer chosen are told for what they are', async () => {
  const { wrapper, lab } = await mountWithLab(PredictPanel, { at: '/predict', prepare: trained });
  const seen = (): string => wrapper.text();
  await until(() => seen().includes('Classes it knows'), seen);
  const one = path.join(lab.folder, 'one.png');
  writeFileSync(one, await stripes(1, 50));
  useDrops().taker!.take({ name: 'one.png', paths: [one], files: [] });
  await until(() => wrapper.find('.bars').exists(), seen);
  void press(wrapper, 'Open a model file');
  await until(() => usePicker().pending !== null);
  usePicker().pending!.settle(
    path.join(import.meta.dirname, '../fixtures/onnx/classifiers/resnet-opset11.onnx'),
  );
  await until(() => seen().includes('The answers below are another model’s.'), seen);
  await until(() => seen().includes('The file does not name its classes'), seen);
  await press(wrapper, 'Ask the chosen model');
  await until(() => wrapper.findAll('.bars li').length === 5, seen);
  expect(seen()).not.toContain('another model’s');
});

test('what is no picture has a reason in the place of bars', async () => {
  const { wrapper, lab } = await mountWithLab(PredictPanel, { at: '/predict', prepare: trained });
  await until(() => wrapper.text().includes('Classes it knows'));
  const text = path.join(lab.folder, 'text.jpg');
  writeFileSync(text, 'no picture');
  useDrops().taker!.take({ name: 'text.jpg', paths: [text], files: [] });
  await until(
    () => wrapper.find('[role=alert]').exists(),
    () => wrapper.text(),
  );
  expect(wrapper.find('[role=alert]').text()).toContain('it is no picture');
  expect(wrapper.text()).toContain('1 could not be read');
});
