// @vitest-environment happy-dom
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { config, type VueWrapper } from '@vue/test-utils';
import { importDataset } from '../../src-main/data/import.ts';
import type { Lab } from '../../src-main/lab/index.ts';
import AugmentPanel from '../../src-renderer/panels/augment/AugmentPanel.vue';
import {
  fieldKind,
  movedStep,
  readValue,
  withStep,
  written,
} from '../../src-renderer/panels/augment/steps.ts';
import BatchesPanel from '../../src-renderer/panels/batches/BatchesPanel.vue';
import { useTraining } from '../../src-renderer/stores/training.ts';
import { temporaryFolder } from '../data/temporary.ts';
import { drawFolder } from '../shells/cli/pictures.ts';
import { mountWithLab, until } from './mount.ts';

// Pictures are really loaded, by worker threads and in compute processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

// happy-dom has no canvas to draw on.
Object.assign(config.global.stubs, { BarChart: true, MatrixChart: true });

async function fill(lab: Lab): Promise<void> {
  const pictures = await drawFolder(path.join(temporaryFolder(), 'pictures'), ['across', 'down'], 24);
  await importDataset(lab.store, { path: pictures, dataset: 'stripes' });
}

async function eventually(wrapper: VueWrapper, holds: () => boolean): Promise<void> {
  // Longer than for what the lab's process answers by itself.
  for (let tries = 0; tries < 3; tries++) {
    try {
      return await until(holds);
    } catch {
      // Once more.
    }
  }
  await until(holds, () => wrapper.text());
}

const cells = (wrapper: VueWrapper) => wrapper.findAll('[data-cell]');

describe('batches', () => {
  test('without a data set the panel says what will be here', async () => {
    const { wrapper } = await mountWithLab(BatchesPanel);
    await until(() => wrapper.text().includes('No batches to look at yet'));
    expect(wrapper.find('.empty button').text()).toBe('Go to the library');
  });

  test('of the next training: pictures, labels, numbers, and what was drawn', async () => {
    const { wrapper } = await mountWithLab(BatchesPanel, { prepare: fill });
    await eventually(wrapper, () => cells(wrapper).length > 0);
    const size = cells(wrapper).length;
    expect(cells(wrapper)[0]!.find('img').attributes('src')).toMatch(/^\/images\/batches\/.+\/0$/);
    const labels = cells(wrapper).map((cell) => cell.text());
    const counts = wrapper.findAll('.classes tr').map((row) => row.text());
    expect(counts).toEqual(
      ['across', 'down'].map((name) => name + labels.filter((label) => label === name).length),
    );
    expect(labels).toHaveLength(size);
    expect(wrapper.text()).toContain('Normalised');
    expect(wrapper.findAll('[role=status]').map((status) => status.text())).not.toContain('');

    expect(wrapper.text()).toContain('Choose a picture to see where it comes from');
    await cells(wrapper)[1]!.trigger('click');
    expect(cells(wrapper)[1]!.attributes('aria-pressed')).toBe('true');
    expect(wrapper.text()).toContain('Drawn for this picture');
    expect(wrapper.text()).toMatch(/Seed 0, epoch 1, picture number \d+/);

    const before = cells(wrapper)[0]!.find('img').attributes('src');
    window.dispatchEvent(new KeyboardEvent('keydown', { key: '.' }));
    await eventually(wrapper, () => cells(wrapper)[0]!.find('img').attributes('src') !== before);
  });

  test('a bad order shows its failing certificate', async () => {
    const { wrapper } = await mountWithLab(BatchesPanel, { prepare: fill, at: '/batches?view=certificate' });
    await until(() => wrapper.text().includes('No certificate yet'));
    const button = wrapper.findAll('button').find((each) => each.text() === 'No shuffle')!;
    await button.trigger('click');
    await eventually(wrapper, () => wrapper.text().includes('A demonstration: “No shuffle”'));
    expect(wrapper.text()).toContain('48 of 48 training pictures were really loaded in this order.');
    expect(wrapper.text()).toContain('Epoch 1 was not fed as it should be');
    expect(wrapper.text()).toContain('Exactly the order of the files.');
    expect(wrapper.text()).toContain('All 48 labels belong to the picture beside them.');
    const rows = wrapper.findAll('tbody tr');
    expect(rows.map((row) => row.find('button').text())).toEqual([
      'Failed Epoch 1 pictures',
      'Failed Epoch 2 pictures',
    ]);
    await rows[1]!.find('button').trigger('click');
    expect(wrapper.text()).toContain('The same order as in epoch 1.');
  });
});

describe('augmentation', () => {
  test('is shown in sixteen variants, and its list is that of the next training', async () => {
    const { wrapper } = await mountWithLab(AugmentPanel, { prepare: fill });
    await eventually(wrapper, () => cells(wrapper).length === 16);
    const titles = (): string[] => wrapper.findAll('.step h3').map((title) => title.text());
    expect(titles()).toEqual(['Random crop, resized', 'Mirror left to right']);
    await cells(wrapper)[2]!.trigger('click');
    expect(wrapper.text()).toContain('Seed 0, epoch 3, picture number 0');

    const before = cells(wrapper)[0]!.find('img').attributes('src');
    const down = wrapper.find('[aria-label="Move “Random crop, resized” down"]');
    await down.trigger('click');
    expect(titles()).toEqual(['Mirror left to right', 'Random crop, resized']);
    await eventually(wrapper, () => cells(wrapper)[0]!.find('img').attributes('src') !== before);
    const kept = useTraining().changesOf('stripes').augment;
    expect(kept).toMatchObject([{ name: 'horizontal-flip', p: 0.5 }, { name: 'random-resized-crop' }]);
    expect(JSON.stringify(kept)).not.toContain('"size"');
  });

  test('a list that the lab refuses is told, and not given to the next training', async () => {
    const { wrapper } = await mountWithLab(AugmentPanel, { prepare: fill });
    await eventually(wrapper, () => cells(wrapper).length === 16);
    const field = wrapper.findAll('.step')[1]!.find('input');
    await field.setValue('2');
    await eventually(wrapper, () => wrapper.find('[role=alert]').exists());
    expect(wrapper.find('[role=alert]').text()).toContain('p: expected a number from 0 to 1, not 2');
    expect(useTraining().changesOf('stripes').augment).toBeUndefined();
    expect(cells(wrapper)).toHaveLength(16);
  });

  test('values are read and written as people write them', () => {
    expect(['0.5', '0.5, 1', ' 3，4 ', 'random', ''].map(readValue)).toEqual([
      ...[0.5, [0.5, 1], [3, 4], 'random', undefined],
    ]);
    expect([[0.75, 4 / 3], 0.5, 'edge', undefined].map(written)).toEqual(['0.75, 1.333', '0.5', 'edge', '']);
    expect(fieldKind('one of a, b')).toEqual({ kind: 'words', words: ['a', 'b'] });
    expect(fieldKind('a whole number from 1 to 9').kind).toBe('number');
    expect(fieldKind('a number of at least 0 or two ascending numbers').kind).toBe('text');
  });

  test('steps of single pictures stay before those of batches', () => {
    const step = (name: string) => ({
      name,
      parameters: [{ name: 'p', expected: 'a number', default: 0.5 }],
    });
    const mixed = withStep([], step('mixup'));
    const steps = withStep(mixed, step('horizontal-flip'));
    expect(steps).toEqual([
      { name: 'horizontal-flip', p: 0.5 },
      { name: 'mixup', p: 0.5 },
    ]);
    expect(movedStep(steps, 1, 0).map(({ name }) => name)).toEqual(['mixup', 'horizontal-flip']);
  });
});
