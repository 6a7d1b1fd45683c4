// @vitest-environment happy-dom
import type { VueWrapper } from '@vue/test-utils';
import { expect, test } from 'vitest';
import type { Lab } from '../../src-main/lab/index.ts';
import LabelPanel from '../../src-renderer/panels/label/LabelPanel.vue';
import { useDatasets } from '../../src-renderer/stores/datasets.ts';
import { sample } from '../data/store/samples.ts';
import { mountWithLab, until, type MountOptions } from './mount.ts';

/** Two cats, a dog, and three images without a label. */
function addPets({ store }: Lab): void {
  const labels = ['cat', 'cat', 'dog', null, null, null];
  store.addSamples(
    'pets',
    labels.map((label, at) => sample(`/pets/${at}.png`, label, at)),
  );
}

async function openPanel({ prepare = addPets, at = '/label', ...options }: MountOptions = {}) {
  const { lab, wrapper } = await mountWithLab(LabelPanel, { prepare, at, ...options });
  await useDatasets().read();
  const labels = () => lab.store.rows('pets').map((row) => row.className);
  const waitFor = (holds: () => boolean) => until(holds, () => document.body.innerHTML);
  const current = () => wrapper.find('figcaption .name').text();
  await waitFor(() => wrapper.find('figcaption .name, .empty').exists());
  return { lab, wrapper, labels, waitFor, current };
}

function press(key: string, modifiers: KeyboardEventInit = {}): void {
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...modifiers }));
}

function button(wrapper: VueWrapper, text: string): { click: () => void } {
  const all = [...document.body.querySelectorAll('button')];
  const found = all.find((one) => one.textContent.includes(text) || one.ariaLabel === text);
  if (found === undefined) throw new Error(`No button says ${text}: ${wrapper.html()}`);
  return found;
}

test('begins with what has no label; keys label and go on', async () => {
  const { labels, waitFor, current, wrapper } = await openPanel();
  expect(current()).toBe('3.png');
  expect(wrapper.text()).toContain('1 of 3');
  press('1', { repeat: true });
  press('2');
  await waitFor(() => labels()[3] === 'dog' && current() === '4.png');
  press('s');
  await waitFor(() => current() === '5.png');
  press('1');
  await waitFor(() => labels()[5] === 'cat' && wrapper.text().includes('That was the last one'));
  expect(labels()).toEqual(['cat', 'cat', 'dog', 'dog', null, 'cat']);
  expect(wrapper.text()).toContain('One image still has no label.');
  button(wrapper, 'Start again').click();
  await waitFor(() => wrapper.find('figcaption .name').exists() && current() === '4.png');
  expect(wrapper.text()).toContain('1 of 1');
});

test('what was done is taken back and done again, and shown', async () => {
  const { labels, waitFor, current, wrapper } = await openPanel();
  press('2');
  await waitFor(() => labels()[3] === 'dog' && current() === '4.png');
  press('z', { ctrlKey: true });
  await waitFor(() => labels()[3] === null && current() === '3.png');
  await waitFor(() => wrapper.find('[role=status]').text() === 'Taken back: one image from no label to dog');
  press('z', { ctrlKey: true, shiftKey: true });
  await waitFor(() => labels()[3] === 'dog');
});

test('several images are labelled at once', async () => {
  const { labels, waitFor, current, wrapper } = await openPanel();
  press('ArrowRight', { shiftKey: true });
  press('ArrowRight', { shiftKey: true });
  await waitFor(() => wrapper.text().includes('3 images selected'));
  press('1');
  await waitFor(() =>
    labels()
      .slice(3)
      .every((label) => label === 'cat'),
  );
  expect(wrapper.find('figcaption .name').exists()).toBe(false);
  press('ArrowLeft');
  await waitFor(() => wrapper.find('figcaption .name').exists() && current() === '5.png');
});

test('flags and excludes', async () => {
  const { lab, waitFor, current } = await openPanel();
  press('f');
  await waitFor(() => lab.store.rows('pets')[3]!.flagged);
  expect(current()).toBe('3.png');
  press('x');
  await waitFor(() => lab.store.rows('pets')[3]!.excluded && current() === '4.png');
});

test('a class that there is not yet is typed, and the image gets it', async () => {
  const { labels, waitFor, wrapper } = await openPanel();
  press('n');
  const field = wrapper.find<HTMLInputElement>('.find');
  expect(document.activeElement).toBe(field.element);
  await field.setValue(' bird ');
  await field.trigger('keydown', { key: 'Enter' });
  await waitFor(() => labels()[3] === 'bird');
  await field.setValue('do');
  await field.trigger('keydown', { key: 'Enter' });
  await waitFor(() => labels()[4] === 'dog');
});

test('without any class it says how to begin', async () => {
  const { waitFor, wrapper } = await openPanel({
    prepare: ({ store }) => store.addSamples('pets', [sample('/0.png', null, 0)]),
  });
  await waitFor(() => wrapper.text().includes('No class yet'));
});

test('without any data set it leads to the library', async () => {
  const { wrapper } = await openPanel({ prepare: () => undefined });
  expect(wrapper.text()).toContain('Nothing to label yet');
});

test('the address names a queue and an image', async () => {
  const { current, wrapper, waitFor } = await openPanel({ at: '/label?class=cat&sample=2' });
  await waitFor(() => current() === '1.png');
  expect(wrapper.text()).toContain('2 of 2');
});

test('a label goes to all copies of a picture that disagree', async () => {
  const { labels, waitFor, wrapper } = await openPanel({
    prepare: ({ store }) =>
      store.addSamples('pets', [sample('/0.png', 'cat', 0), sample('/1.png', 'dog', 0)]),
    at: '/label?show=conflicts',
  });
  await waitFor(() => wrapper.text().includes('One copy of this picture says: dog.'));
  press('1');
  await waitFor(() => labels().every((label) => label === 'cat'));
});

test('classes are renamed, merged and deleted in a dialog', async () => {
  const { lab, labels, waitFor, wrapper } = await openPanel();
  const classes = () => lab.store.samples.counts('pets').classes.map(({ name }) => name);
  const dialog = () => document.body.querySelector('[role=dialog]')!;
  const type = (input: HTMLInputElement, text: string) => {
    input.value = text;
    input.dispatchEvent(new Event('input'));
  };
  button(wrapper, 'Classes').click();
  await waitFor(() => dialog() !== null && dialog().textContent.includes('cat'));
  button(wrapper, 'Rename').click();
  await waitFor(() => dialog().querySelector('li input') !== null);
  type(dialog().querySelector('li input')!, 'dog');
  dialog().querySelector('li form')!.dispatchEvent(new Event('submit'));
  await waitFor(() => dialog().textContent.includes('There is a class "dog" already.'));
  button(wrapper, 'Merge cat into dog').click();
  await waitFor(() =>
    labels()
      .slice(0, 3)
      .every((label) => label === 'dog'),
  );
  expect(classes()).toEqual(['dog', null]);
  type(dialog().querySelector('form input')!, 'bird');
  dialog().querySelector('form')!.dispatchEvent(new Event('submit'));
  await waitFor(() => classes().includes('bird') && dialog().textContent.includes('bird'));
});

test('two windows: what another one labels is seen here, and places stay', async () => {
  const { lab, waitFor, current, wrapper } = await openPanel();
  const [, , , , fifth] = lab.store.rows('pets');
  lab.store.edit('pets', { samples: [fifth!.id], change: { label: 'dog' }, who: 'other' });
  lab.changes.emit({ what: 'samples', dataset: 'pets' });
  await waitFor(() => wrapper.findAll('.neighbour')[1]!.text() === 'dog');
  expect(current()).toBe('3.png');
  expect(wrapper.text()).toContain('1 of 3');
});

test('speaks Chinese', async () => {
  const { wrapper, waitFor } = await openPanel({ language: 'zh-CN' });
  await waitFor(() => wrapper.text().includes('第 1 / 3 张'));
});
