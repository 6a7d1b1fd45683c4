// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import type { Desktop, MenuCommand } from '../../src-shared/desktop.ts';
import { writeFiles, temporaryFolder } from '../data/temporary.ts';

/** What Electron would give the page, as far as menus go. */
let menu: ((command: MenuCommand) => void) | undefined;
const languages: string[] = [];
const bridge: Pick<Desktop, 'onMenu' | 'setLanguage'> = {
  onMenu: (listener) => {
    menu = listener;
    return () => (menu = undefined);
  },
  setLanguage: (language) => Promise.resolve(void languages.push(language)),
};
Object.defineProperty(window, 'vitrine', { value: bridge });

// The page looks for the desktop when it is loaded.
const { default: App } = await import('../../src-renderer/App.vue');
const { mountWithLab, until } = await import('./mount.ts');
const { usePreferences } = await import('../../src-renderer/stores/preferences.ts');

test('menus open the palette and what is to be imported, and follow the language', async () => {
  const pictures = writeFiles(temporaryFolder(), { 'my pets/cat/1.png': 'x', 'my pets/dog/1.png': 'x' });
  const { wrapper } = await mountWithLab(App, { at: '/train' });
  await until(() => wrapper.find('main h1').exists());
  const dialog = (): string => document.querySelector('[role=dialog]')?.textContent ?? '';
  menu!({ command: 'palette' });
  await until(() => document.querySelector('[role=dialog] input') !== null);
  document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  await until(() => document.querySelector('[role=dialog]') === null);
  menu!({ command: 'import', paths: [`${pictures}/my pets`] });
  await until(() => dialog().includes('my pets'), dialog);
  usePreferences().language = 'zh-CN';
  await until(() => languages.length === 2);
  expect(languages).toEqual(['en', 'zh-CN']);
  wrapper.unmount();
  expect(menu).toBeUndefined();
});
