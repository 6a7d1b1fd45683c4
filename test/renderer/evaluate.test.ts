// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest';
import type { VueWrapper } from '@vue/test-utils';
import type { Lab } from '../../src-main/lab/index.ts';
import EvaluatePanel from '../../src-renderer/panels/evaluate/EvaluatePanel.vue';
import { MOST_CLASSES, shadeOf, shownClasses } from '../../src-renderer/panels/evaluate/matrix.ts';
import type { FiguresJson } from '../../src-shared/contract/evaluation.ts';
import { sample } from '../data/store/samples.ts';
import { mountWithLab, until } from './mount.ts';

const CLASSES = ['cat', 'dog', 'owl'];

/** Six images; what each run says about each. */
const LABELS = ['cat', 'cat', 'dog', 'dog', 'owl', 'owl'];
const SAYS = {
  first: ['cat', 'dog', 'dog', 'dog', 'owl', 'cat'],
  second: ['cat', 'cat', 'dog', 'cat', 'owl', 'cat'],
};

function fill(lab: Lab): void {
  lab.store.addSamples(
    'pets',
    LABELS.map((label, index) => sample(`/pets/${index}.png`, label, index)),
  );
}

async function fillAndJudge(lab: Lab): Promise<void> {
  fill(lab);
  const ids = lab.store.rows('pets').map(({ id }) => id);
  // The first is the latest, which is shown.
  for (const run of ['second', 'first'] as const) {
    const evaluation = { dataset: 'pets', run, classes: CLASSES, trainedAt: new Date().toISOString() };
    const writer = lab.store.evaluations.write(evaluation);
    writer.add(
      SAYS[run].map((name, index) => ({
        sample: ids[index]!,
        split: index === 0 ? ('train' as const) : ('validation' as const),
        probabilities: Float32Array.from(CLASSES, (known) => (known === name ? 0.75 : 0.125)),
      })),
    );
    await writer.finish(1);
  }
}

async function mountPanel(prepare: (lab: Lab) => unknown = fillAndJudge, at = '/evaluate?part=all') {
  return mountWithLab(EvaluatePanel, { prepare, at });
}

function matrix(wrapper: VueWrapper): string[][] {
  return wrapper.findAll('.matrix tbody tr').map((row) => row.findAll('td').map((cell) => cell.text()));
}

async function shown(wrapper: VueWrapper): Promise<void> {
  await until(
    () => wrapper.find('.matrix tbody tr').exists() && wrapper.find('[role=option]').exists(),
    () => wrapper.html(),
  );
}

const accuracy = (wrapper: VueWrapper): string => wrapper.find('.figures .large').text();

describe('where there is nothing yet', () => {
  test('without a data set, without a run, and the way on', async () => {
    const { wrapper } = await mountPanel(() => undefined);
    await until(() => wrapper.text().includes('No data set yet'));
    const other = await mountPanel(fill);
    await until(() => other.wrapper.text().includes('Nothing to evaluate yet'));
    expect(other.wrapper.find('.empty button').text()).toBe('Go to training');
  });
});

test('the matrix counts, and begins with the images that are confused most', async () => {
  const { wrapper } = await mountPanel();
  await shown(wrapper);
  expect(matrix(wrapper)).toEqual([
    ['1', '1', ''],
    ['', '2', ''],
    ['1', '', '1'],
  ]);
  expect(accuracy(wrapper)).toBe('66.7%');
  expect(wrapper.find('.matrix button[aria-pressed=true]').attributes('aria-label')).toBe(
    'cat taken for dog: 1',
  );
  expect(wrapper.findAll('[role=option] img').map((image) => image.attributes('alt'))).toEqual([
    '1.png, labelled cat, taken for dog',
  ]);
});

test('shares of the label and of the prediction', async () => {
  const { wrapper } = await mountPanel();
  await shown(wrapper);
  const [, byRow, byColumn] = wrapper.findAll('.modes button');
  await byRow!.trigger('click');
  expect(matrix(wrapper)[0]).toEqual(['50%', '50%', '']);
  expect(wrapper.find('.matrix tbody td button').attributes('aria-label')).toBe('cat recognised: 1 (50%)');
  await byColumn!.trigger('click');
  expect(matrix(wrapper)[0]).toEqual(['50%', '33%', '']);
});

test('arrow keys move in the matrix, one cell at a time takes the focus', async () => {
  const { wrapper } = await mountPanel();
  await shown(wrapper);
  const table = wrapper.find('.matrix');
  const focused = (): string | null => document.activeElement!.getAttribute('aria-label');
  (table.find('button[tabindex="0"]').element as HTMLElement).focus();
  expect(focused()).toBe('cat recognised: 1');
  for (const [key, label] of [
    ['ArrowDown', 'dog taken for cat: 0'],
    ['ArrowRight', 'dog recognised: 2'],
    ['Home', 'dog taken for cat: 0'],
    ['ArrowLeft', 'All images labelled dog: 2'],
    ['ArrowLeft', 'All images labelled dog: 2'],
    ['End', 'dog taken for owl: 0'],
  ] as const) {
    await table.trigger('keydown', { key });
    await until(
      () => focused() === label,
      () => `${key}: ${focused()}`,
    );
    expect(table.findAll('button[tabindex="0"]')).toHaveLength(1);
  }
});

test('an image is labelled by key, the scores follow, and it can be taken back', async () => {
  const { wrapper, lab } = await mountPanel();
  await shown(wrapper);
  await wrapper.find('[role=option]').trigger('focus');
  await wrapper.find('[role=listbox]').trigger('keydown', { key: 'a' });
  await until(
    () => accuracy(wrapper) === '83.3%',
    () => wrapper.html(),
  );
  expect(matrix(wrapper)[1]).toEqual(['', '3', '']);
  await until(() => wrapper.text().includes('No images in this cell any more.'));
  expect(lab.store.events('pets')).toMatchObject([{ what: 'label', from: 'cat', to: 'dog' }]);
  window.dispatchEvent(new KeyboardEvent('keydown', { key: 'z', ctrlKey: true }));
  await until(() => accuracy(wrapper) === '66.7%');
});

test('flags and exclusion, of several images at once', async () => {
  const { wrapper, lab } = await mountPanel();
  await shown(wrapper);
  await wrapper.findAll('.matrix thead button')[0]!.trigger('click');
  await until(() => wrapper.findAll('[role=option]').length === 2);
  const list = wrapper.find('[role=listbox]');
  await list.trigger('keydown', { key: 'a', ctrlKey: true });
  expect(wrapper.findAll('[role=option][aria-selected=true]')).toHaveLength(2);
  await list.trigger('keydown', { key: 'f' });
  await until(() => wrapper.findAll('.judged .flag').length === 2);
  await list.trigger('keydown', { key: 'x' });
  await until(
    () => wrapper.text().includes('2 excluded'),
    () => wrapper.html(),
  );
  expect(accuracy(wrapper)).toBe('75.0%');
  expect(lab.store.rows('pets').filter(({ excluded }) => excluded)).toHaveLength(2);
});

test('classes by their figures, and the worst mistakes', async () => {
  const { wrapper } = await mountPanel();
  await shown(wrapper);
  const [, classes, worst] = wrapper.findAll('[role=tab]');
  await classes!.trigger('mousedown', { button: 0 });
  await until(() => wrapper.find('.classes').exists());
  const names = (): string[] => wrapper.findAll('.classes tbody th').map((cell) => cell.text());
  expect(names()).toEqual(['cat', 'owl', 'dog']);
  await wrapper.findAll('.classes thead button')[1]!.trigger('click');
  expect(wrapper.find('.classes th[aria-sort]').text()).toContain('Images');
  await worst!.trigger('mousedown', { button: 0 });
  await until(() => wrapper.findAll('[role=option]').length === 2);
});

test('two runs image by image', async () => {
  const { wrapper } = await mountPanel();
  await shown(wrapper);
  await wrapper.findAll('[role=tab]')[3]!.trigger('mousedown', { button: 0 });
  await until(
    () => wrapper.findAll('.outcome').length === 4,
    () => wrapper.html(),
  );
  expect(wrapper.findAll('.outcome .figure').map((figure) => figure.text())).toEqual(['1', '1', '1', '3']);
  expect(wrapper.text()).toContain('Both do equally well.');
  await wrapper.findAll('.outcome')[1]!.trigger('click');
  await until(
    () => wrapper.find('[role=option] img').attributes('alt') === '3.png, labelled dog, taken for dog, cat',
    () => wrapper.html(),
  );
});

test('a closer look shows the probabilities', async () => {
  const { wrapper } = await mountPanel();
  await shown(wrapper);
  await wrapper.find('[role=option]').trigger('dblclick');
  await until(() => document.querySelector('[role=dialog] table') !== null);
  const rows = [...document.querySelectorAll('[role=dialog] tr')].map((row) =>
    row.textContent.replace(/\s+/g, ' ').trim(),
  );
  expect(rows).toEqual(['dog75.0%', 'cat12.5%', 'owl12.5%']);
  window.dispatchEvent(new KeyboardEvent('keydown', { key: 'f' }));
  await until(() => document.querySelector('[role=dialog]')!.textContent.includes('Flagged'));
});

describe('a matrix of many classes', () => {
  test('shows those with the most mistakes, in their order', () => {
    // A label is taken for the one before it: the last one has no mistakes in its column.
    const classes = Array.from({ length: 100 }, (_, index) => `${index}`);
    const confusion = classes.map((_, row) =>
      classes.map((_, column) => (row === column ? 50 : row >= 60 && column === row - 1 ? row : 0)),
    );
    const shown = shownClasses({ classes, confusion } as unknown as FiguresJson);
    expect(shown).toEqual(Array.from({ length: MOST_CLASSES }, (_, index) => 99 - MOST_CLASSES + index));
  });

  test('few images are coloured too, and none are not', () => {
    expect(shadeOf(0)).toBe(0);
    expect(shadeOf(0.001)).toBeGreaterThan(8);
    expect(shadeOf(1)).toBe(45);
  });
});
