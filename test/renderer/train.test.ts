// @vitest-environment happy-dom
import path from 'node:path';
import { config, DOMWrapper } from '@vue/test-utils';
import { expect, test, vi } from 'vitest';
import { defineComponent, h } from 'vue';
import App from '../../src-renderer/App.vue';
import { useRuns } from '../../src-renderer/stores/runs.ts';
import { useTraining } from '../../src-renderer/stores/training.ts';
import { createLabClient, type Lab } from '../../src-main/lab/index.ts';
import { drawFolder } from '../shells/cli/pictures.ts';
import { mountWithLab, until as untilSoon } from './mount.ts';

// Networks are really trained, by a process of their own, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

// happy-dom has no canvas to draw on: what a chart says in words stands for it.
config.global.stubs['LineChart'] = defineComponent({
  props: { text: { type: String, required: true } },
  setup:
    ({ text }) =>
    () =>
      h('div', { role: 'img', 'aria-label': text }),
});

/** Longer than for what the lab's process answers by itself. */
async function until(holds: () => boolean, seen: () => string): Promise<void> {
  for (let tries = 0; tries < 3 && !holds(); tries++) await untilSoon(holds, seen).catch(() => undefined);
  await untilSoon(holds, seen);
}

/** Settings of a training that takes a second. */
const SHORT = {
  model: 'birdplane-plain',
  weights: 'none',
  mode: 'full',
  imageSize: 32,
  epochs: 2,
  batchSize: 4,
  augment: 'none',
  device: 'cpu',
  threads: 1,
} as const;

async function importStripes(lab: Lab): Promise<void> {
  const client = createLabClient(lab);
  const pictures = await drawFolder(path.join(lab.folder, 'pictures'), ['across', 'down'], 12);
  const { job } = await client.datasets.import({ path: pictures, dataset: 'stripes' });
  for await (const _ of await client.jobs.watch({ id: job }));
}

/** Everything on the page; dialogs and menus lie outside of the panel. */
const body = (): DOMWrapper<HTMLElement> => new DOMWrapper(document.body);

function button(name: string | RegExp): DOMWrapper<Element> | undefined {
  return body()
    .findAll('button')
    .find((one) => {
      const text = one.attributes('aria-label') ?? one.text().replace('Ctrl ↵', '');
      return typeof name === 'string' ? text.trim() === name : name.test(text);
    });
}

async function press(name: string | RegExp): Promise<void> {
  await until(
    () => button(name)?.attributes('disabled') === undefined && button(name) !== undefined,
    () => `${String(name)}: ${body().text()}`,
  );
  await button(name)!.trigger('click');
}

test('one button splits, trains, shows the curves, and says what to do next', async () => {
  const { lab, wrapper } = await mountWithLab(App, { at: '/train', prepare: importStripes });
  const seen = (): string => wrapper.find('main').text();
  // Before the first look at it: what is suggested would be measured unasked, which takes longer.
  useTraining().change('stripes', SHORT);
  await until(() => seen().includes('19 images to learn from, 5 to check with'), seen);
  expect(seen()).toContain('whole network, 2 epochs at 32 × 32 pixels');
  expect(seen()).toContain('Small batches of 4');
  await press('Measure');
  await until(() => seen().includes('from a short measurement on this computer'), seen);
  await press('Train');
  await until(() => seen().includes('Pause'), seen);
  await until(() => seen().includes('of the validation images are right'), seen);
  const [run] = useRuns().list;
  expect(run).toMatchObject({ status: 'finished', epoch: 2, dataset: { name: 'stripes', test: 0 } });
  expect(run!.dataset.validation).toBeGreaterThan(0);
  expect(wrapper.findAll('[role=img]').map((chart) => chart.attributes('aria-label'))).toEqual([
    expect.stringMatching(/^Loss by epoch\. Training: last value/),
    expect.stringMatching(/^Share of images that are right/),
    expect.stringMatching(/^Learning rate by epoch\. last layer/),
    expect.stringMatching(/^Images trained with in a second/),
  ]);
  expect((await createLabClient(lab).datasets.list())[0]?.samples).toBe(24);
  await press('See its mistakes');
  await until(() => location.hash.includes('evaluate') || seen().includes('Evaluate'), seen);
});

test('runs are named, compared, trained again with their settings, removed and taken back', async () => {
  const { wrapper } = await mountWithLab(App, {
    at: '/train',
    async prepare(lab) {
      await importStripes(lab);
      const { training, jobs } = createLabClient(lab);
      for (const lr of [0.01, 0.002]) {
        const { job } = await training.start({ dataset: 'stripes', ...SHORT, epochs: 1, lr });
        for await (const _ of await jobs.watch({ id: job }));
      }
    },
  });
  const seen = (): string => wrapper.find('main').text();
  useTraining().change('stripes', SHORT);
  await until(() => wrapper.findAll('tbody tr').length === 2, seen);
  const [newest, oldest] = useRuns().newestFirst;

  const boxes = wrapper.findAll('tbody input[type=checkbox]');
  expect(boxes.map((box) => (box.element as HTMLInputElement).checked)).toEqual([true, false]);
  await boxes[1]!.trigger('change');
  await until(() => seen().includes('What differs'), seen);
  await until(() => seen().includes('Learning rate of the last layer'), seen);
  const row = wrapper.findAll('tr').find((one) => one.text().startsWith('Learning rate of the last layer'));
  expect(row?.findAll('td').map((cell) => cell.text())).toEqual(['0.002', '0.01']);
  expect(seen()).toMatch(/\d+ settings are the same/);

  await openMenu(oldest!.id);
  await pick('Name and note');
  await until(() => body().find('textarea').exists(), seen);
  await body().find('[role=dialog] input').setValue('fast');
  await body().find('textarea').setValue('The first one.');
  await press('Save');
  await until(() => seen().includes('The first one.'), seen);
  expect(useRuns().get(oldest!.id)).toMatchObject({ name: 'fast', note: 'The first one.' });

  await openMenu('fast');
  await pick('Train again with these settings');
  await until(
    () => useTraining().changesOf('stripes').lr === 0.01,
    () => JSON.stringify(useTraining().changesOf('stripes')),
  );
  expect(useTraining().changesOf('stripes')).toMatchObject({
    model: 'birdplane-plain',
    epochs: 1,
    imageSize: 32,
  });
  await press('Reset');
  expect(useTraining().changesOf('stripes')).toEqual({});

  await openMenu(newest!.id);
  await pick('Move to the trash');
  await until(() => wrapper.findAll('tbody tr').length === 1, seen);
  await press('Undo');
  await until(() => useRuns().list.length === 2, seen);
});

async function openMenu(run: string): Promise<void> {
  const trigger = button(`What to do with ${run}`)!;
  await trigger.trigger('pointerdown', { button: 0, ctrlKey: false });
  await trigger.trigger('keydown', { key: 'Enter' });
}

async function pick(item: string): Promise<void> {
  const find = () =>
    body()
      .findAll('[role=menuitem]')
      .find((one) => one.text() === item);
  await until(
    () => find() !== undefined,
    () => body().text(),
  );
  await find()!.trigger('click');
}
