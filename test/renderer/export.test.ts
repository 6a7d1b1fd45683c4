// @vitest-environment happy-dom
import type { VueWrapper } from '@vue/test-utils';
import { expect, test, vi } from 'vitest';
import { createLabClient, type Lab } from '../../src-main/lab/index.ts';
import ExportPanel from '../../src-renderer/panels/export/ExportPanel.vue';
import { useDatasets } from '../../src-renderer/stores/datasets.ts';
import { ended, importStripes, SHORT } from '../lab/small-lab.ts';
import { mountWithLab, until } from './mount.ts';

// A real training and real exports, each checked by a process of its own, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

async function trained(lab: Lab): Promise<void> {
  const client = createLabClient(lab);
  await importStripes({ lab, client, folder: lab.folder }, { count: 8 });
  await ended(client, await client.training.start(SHORT));
}

/** Clicks the button of that text, on the page or in a dialog over it. */
function press(text: string): void {
  [...document.querySelectorAll('button')].findLast((button) => button.textContent?.trim() === text)!.click();
}

function fileNames(wrapper: VueWrapper): string[] {
  return wrapper.findAll('.files .name').map((name) => name.text());
}

test('without a model it says how to get one, and offers nothing that is not there', async () => {
  const { wrapper } = await mountWithLab(ExportPanel, { at: '/export' });
  await until(() => wrapper.text().includes('No model to export yet'));
  await until(() => wrapper.text().includes('What you export appears here.'));
  expect(wrapper.text()).toContain('There is no data set yet.');
  expect(wrapper.text()).not.toContain('Model card');
});

test('a model is exported with its report, can be fetched, and deleted', async () => {
  const { wrapper } = await mountWithLab(ExportPanel, { at: '/export', prepare: trained });
  const seen = (): string => wrapper.text();
  await until(() => seen().includes('Export the model'), seen);
  await until(() => seen().includes('MODEL = "stripes-birdplane-plain.onnx"'), seen);
  press('Export the model');
  await vi.waitUntil(() => wrapper.find('.parity').exists(), { timeout: 60_000, interval: 50 });
  expect(wrapper.find('.parity').text()).toMatch(
    /4 pictures went through the file .* 100% of the predictions agree/,
  );
  await until(() => fileNames(wrapper).length === 1, seen);
  const [name] = fileNames(wrapper);
  expect(wrapper.find('.files a').attributes('href')).toBe(`/downloads/${name}`);
  // The program calls the file by the name it has got.
  await until(() => seen().includes(`MODEL = "${name}"`), seen);

  await wrapper.find(`button[aria-label="Delete ${name}"]`).trigger('click');
  await until(() => document.body.textContent.includes('Delete this export?'));
  press('Delete');
  await until(() => seen().includes('What you export appears here.'), seen);
});

test('card, weights and data set', async () => {
  const { wrapper } = await mountWithLab(ExportPanel, { at: '/export', prepare: trained });
  const seen = (): string => wrapper.text();
  await useDatasets().read();
  await until(() => seen().includes('Export the data set'), seen);
  press('Read it');
  await until(() => document.querySelector('.card-text')?.textContent?.includes('## Not recorded') === true);
  press('Save the card');
  press('Export the weights');
  press('Export the data set');
  await vi.waitUntil(() => fileNames(wrapper).length === 3, { timeout: 60_000, interval: 50 });
  expect(
    fileNames(wrapper)
      .map((name) => name.slice(name.lastIndexOf('.')))
      .sort(),
  ).toEqual([...['.md', '.safetensors', '.tar']]);
});
