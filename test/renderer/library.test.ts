// @vitest-environment happy-dom
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../src-main/lab/index.ts';
import App from '../../src-renderer/App.vue';
import { toSource, useImports } from '../../src-renderer/stores/imports.ts';
import { usePicker } from '../../src-renderer/stores/picker.ts';
import { datasetName, freeName } from '../../src-renderer/panels/library/dataset-name.ts';
import { picture } from '../data/pictures.ts';
import { sample } from '../data/store/samples.ts';
import { temporaryFolder, writeFiles } from '../data/temporary.ts';
import { mountWithLab, until, type MountOptions } from './mount.ts';

// Nothing is laid out here; the grid shows as much as fits the room that it is told of.
beforeAll(() => {
  Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, value: 600 });
  Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, value: 800 });
});

/** Three cats, a dog, and one without a label. */
function addPets({ store }: Lab): void {
  const labels = ['cat', 'cat', 'cat', 'dog', null];
  store.addSamples(
    'pets',
    labels.map((label, at) => sample(`/pets/${at}.png`, label, at === 2 ? 1 : at, at < 2 ? 'train' : null)),
  );
}

async function openLibrary({ prepare = addPets, at = '/library', ...options }: MountOptions = {}) {
  const { lab, wrapper } = await mountWithLab(App, { prepare, at, ...options });
  const html = (): string => document.body.innerHTML;
  const shown = (): string[] =>
    wrapper.findAll('[role=option] img').map((image) => image.attributes('alt')!.split(',')[0]!);
  const waitFor = (holds: () => boolean) => until(holds, html);
  const button = (text: string): HTMLElement => {
    const all = [...document.body.querySelectorAll<HTMLElement>('button, [role=menuitem]')];
    const says = (one: HTMLElement): string => one.textContent.trim();
    const found =
      all.find((one) => says(one) === text || one.getAttribute('aria-label') === text) ??
      all.find((one) => says(one).startsWith(text));
    if (found === undefined) throw new Error(`No button says ${text}: ${html()}`);
    return found;
  };
  const press = (key: string, modifiers: KeyboardEventInit = {}) =>
    wrapper
      .find('[role=listbox]')
      .element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...modifiers }));
  return { lab, wrapper, shown, waitFor, button, press, text: () => document.body.textContent };
}

describe('the library', () => {
  test('teaches where there is nothing yet', async () => {
    const { waitFor, text } = await openLibrary({ prepare: () => undefined });
    await waitFor(() => text().includes('Begin with pictures'));
    expect(text()).toContain('Try it with sample pictures');
  });

  test('shows every image, with filters and how many there are of each', async () => {
    const { shown, waitFor, button, wrapper } = await openLibrary();
    await waitFor(() => shown().length === 5);
    expect(wrapper.find('main').text()).toContain('5 images in 2 classes');
    expect(button('cat').textContent).toBe('cat3');
    button('cat').click();
    await waitFor(() => shown().length === 3);
    button('Training').click();
    await waitFor(() => shown().length === 2);
    expect(shown()).toEqual(['0.png', '1.png']);
    button('Clear filters').click();
    await waitFor(() => shown().length === 5);
    button('Same picture twice').click();
    await waitFor(() => shown().length === 2);
  });

  test('takes filters, and the image to look at, from its address', async () => {
    const { shown, waitFor, text, lab, wrapper } = await openLibrary({ at: '/library?unlabelled=1' });
    await waitFor(() => shown().length === 1);
    expect(shown()).toEqual(['4.png']);
    const dog = lab.store.rows('pets')[3]!;
    const second = await openLibrary({ at: `/library?sample=${dog.id}&class=cat` });
    await second.waitFor(() => second.wrapper.find('.detail h2').exists() && text().includes('/pets/3.png'));
    expect(wrapper.exists()).toBe(true);
  });

  test('selects with the keyboard and changes what is selected; a change is taken back', async () => {
    const { shown, waitFor, press, text, lab, button } = await openLibrary();
    await waitFor(() => shown().length === 5);
    press('ArrowRight');
    press('ArrowRight', { shiftKey: true });
    await waitFor(() => text().includes('2 selected'));
    press('2');
    await waitFor(() => lab.store.rows('pets')[2]!.className === 'dog');
    expect(lab.store.rows('pets').map((row) => row.className)).toEqual(['cat', 'dog', 'dog', 'dog', null]);
    await waitFor(() => text().includes('2 images are dog now'));
    button('Undo').click();
    await waitFor(() => lab.store.rows('pets')[1]!.className === 'cat');
    press('Home');
    press(' ');
    press('a', { ctrlKey: true });
    await waitFor(() => text().includes('5 selected'));
    press('f');
    await waitFor(() => lab.store.rows('pets').every((row) => row.flagged));
    press('Escape');
    await waitFor(() => text().includes('5 images'));
  });

  test('shows what is known of an image', async () => {
    const { shown, waitFor, press, text, lab } = await openLibrary();
    await waitFor(() => shown().length === 5);
    const id = lab.store.rows('pets')[1]!.id;
    lab.store.edit('pets', { samples: [id], change: { label: 'dog' }, who: 'Ada' });
    lab.changes.emit({ what: 'samples', dataset: 'pets' });
    press('ArrowRight');
    press('Enter');
    await waitFor(() => text().includes('label: cat → dog'));
    expect(text()).toContain('Ada');
    expect(text()).toContain('4 × 3');
    expect(text()).toContain('The same picture again');
  });

  test('speaks Chinese', async () => {
    const { waitFor, text } = await openLibrary({ language: 'zh-CN' });
    await waitFor(() => text().includes('5 张图片，2 个类别'));
    expect(text()).toContain('重复的图片');
  });
});

describe('an import', () => {
  async function writePictures(): Promise<string> {
    return writeFiles(join(temporaryFolder(), 'birds'), {
      'owl/0.png': await picture(0),
      'owl/1.png': await picture(1),
      'wern/2.png': await picture(2),
      'wern/3.png': 'no picture',
      'junk/4.png': await picture(4),
    });
  }

  test('says what was detected and why, takes corrections, and shows what came of it', async () => {
    const folder = await writePictures();
    const { waitFor, text, lab, button } = await openLibrary({ prepare: () => undefined });
    useImports().ask([folder], 'birds');
    await waitFor(() => text().includes('One file is left out'));
    expect(text()).toContain('Detected: A folder for each class');
    expect(text()).toContain('3 class folders');
    const input = (label: string): HTMLInputElement =>
      document.body.querySelector<HTMLInputElement>(`input[aria-label="${label}"]`)!;
    input('Take junk').click();
    const name = input('Name of the class wern');
    name.value = 'wren';
    name.dispatchEvent(new Event('input', { bubbles: true }));
    await waitFor(() => text().includes('Import 3 images'));
    button('Import 3').click();
    await waitFor(() => text().includes('3 images imported into birds'));
    expect(lab.store.dataset('birds')).toMatchObject({ samples: 3, classes: ['owl', 'wren'] });
    await waitFor(() => text().includes('3 images in 2 classes'));
  });

  test('of what cannot be read says why, and another format can be tried', async () => {
    const folder = writeFiles(temporaryFolder(), { 'a/note.txt': 'x' });
    const { waitFor, text } = await openLibrary({ prepare: () => undefined });
    useImports().ask([folder], 'notes');
    await waitFor(() => text().includes('No image could be read'));
    expect(text()).toContain('JPEG, PNG, WebP');
  });
});

describe('a data set', () => {
  test('that lost its files gets them back', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { 'here/cat/0.png': await picture(0), 'here/dog/1.png': await picture(1) });
    const { waitFor, text, lab, button, shown } = await openLibrary({ prepare: () => undefined });
    useImports().ask([join(folder, 'here')], 'pets');
    await waitFor(() => text().includes('Every file can be read.'));
    button('Import 2').click();
    await waitFor(() => shown().length === 2);
    renameSync(join(folder, 'here'), join(folder, 'there'));
    button('More').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    await waitFor(() => text().includes('Find moved files'));
    button('Find moved files').click();
    await waitFor(() => text().includes('2 files are gone, 0 have changed.'));
    expect(text()).toContain(join(folder, 'here/cat/0.png'));
    button('Look for them in a folder').click();
    await waitFor(() => usePicker().pending !== null);
    usePicker().pending!.settle(join(folder, 'there'));
    await waitFor(() => text().includes('2 found again, 0 still missing.'));
    expect(lab.store.rows('pets')[0]!.path).toBe(join(folder, 'there/cat/0.png'));
  });

  test('is renamed, and deleted', async () => {
    const { waitFor, text, lab, button, shown } = await openLibrary();
    await waitFor(() => shown().length === 5);
    const menu = async (item: string): Promise<void> => {
      button('More').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
      await waitFor(() => document.body.querySelector('[role=menuitem]') !== null);
      button(item).click();
    };
    await menu('Rename the data set');
    await waitFor(() => text().includes('Its runs follow.'));
    const name = document.body.querySelector<HTMLInputElement>('[role=dialog] input')!;
    name.value = 'friends';
    name.dispatchEvent(new Event('input', { bubbles: true }));
    await waitFor(() => !(button('Rename') as HTMLButtonElement).disabled);
    button('Rename').click();
    await waitFor(() => lab.store.datasets()[0]!.name === 'friends' && shown().length === 5);
    await menu('Delete the data set');
    await waitFor(() => text().includes('Delete friends?'));
    button('Delete').click();
    await waitFor(() => text().includes('Begin with pictures'));
    expect(lab.store.datasets()).toEqual([]);
  });
});

describe('what is dropped together', () => {
  test.each([
    [['/a/pets'], { path: '/a/pets', only: null }],
    [['/a/pets.zip'], { path: '/a/pets.zip', only: null }],
    [['/a/1.JPG'], { path: '/a', only: ['1.JPG'] }],
    [['/a/cat', '/a/dog'], { path: '/a', only: ['cat', 'dog'] }],
    [['/1.png'], { path: '/', only: ['1.png'] }],
    [['C:\\pets\\1.png', 'C:\\pets\\2.png'], { path: 'C:\\pets', only: ['1.png', '2.png'] }],
  ])('%j', (paths, expected) => {
    expect(toSource(paths, 'x')).toEqual({ ...expected, name: 'x' });
  });

  test('is called like what it comes from', () => {
    expect(['pets.zip', 'birds', '.zip', 'cat.0.JPG'].map(datasetName)).toEqual([
      'pets',
      'birds',
      'images',
      'cat.0',
    ]);
    expect(freeName('pets', ['pets', 'pets 2'])).toBe('pets 3');
  });
});
