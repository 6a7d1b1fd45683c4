/** Starts, second starts, menus and languages. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { launch, scratchFolder, useBundles } from './launch.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });
useBundles();

describe('a start', () => {
  test('keeps its own files apart from the lab', async () => {
    const app = launch();
    expect(await app.evaluate((given) => given.app.getPath('userData'))).toBe(
      path.join(app.folder, 'vitrine-desktop'),
    );
  });

  test('with a folder gives it to the page once it listens, and opens a lab as the lab', async () => {
    const folder = scratchFolder();
    const pictures = path.join(folder, 'my pictures');
    const lab = path.join(folder, 'other lab');
    for (const made of [pictures, lab]) mkdirSync(made);
    writeFileSync(path.join(lab, 'lab.db'), '');
    const args = ['--some-switch', pathToFileURL(pictures).href, lab, path.join(folder, 'missing')];
    const app = launch({ folder, packaged: true, args });
    const { commands, opened } = await app.evaluate(async ({ page, until }) => {
      const loaded = await page();
      const client = await loaded.connect();
      const opened = (await client.files.roots()).lab;
      const commands: unknown[] = [];
      loaded.bridge.onMenu((command) => commands.push(command));
      await until(() => commands.length > 0);
      return { commands, opened };
    });
    expect(opened).toBe(lab);
    expect(commands).toEqual([{ command: 'import', paths: [pictures] }]);
  });

  test('beside a running one ends at once, and hands its paths over', async () => {
    const folder = scratchFolder();
    const app = launch({ folder, firstInstance: false, args: [folder] });
    expect(await app.ended).toEqual({ code: 0, signal: null });
    const first = launch({ folder });
    const { commands, calls, restored } = await first.evaluate(async (given, other) => {
      const page = await given.page();
      const commands: unknown[] = [];
      page.bridge.onMenu((command) => commands.push(command));
      await page.connect();
      given.window.minimized = true;
      given.app.emit('second-instance', {}, [], '/', { paths: [other, 7] });
      given.app.emit('second-instance', {}, [], '/', null);
      await given.until(() => commands.length > 0);
      const calls = given.calls.map(({ name }) => name);
      return { commands, calls, restored: !given.window.minimized };
    }, folder);
    expect(commands).toEqual([{ command: 'import', paths: [folder] }]);
    expect(restored).toBe(true);
    expect(calls.filter((name) => name === 'window.focus')).toHaveLength(2);
  });

  test('on macOS takes files that the system asks it to open', async () => {
    const app = launch();
    const commands = await app.evaluate(async (given) => {
      const page = await given.page();
      await page.connect();
      const commands: unknown[] = [];
      page.bridge.onMenu((command) => commands.push(command));
      given.app.emit('open-file', given.preventable(), '/pictures/cats');
      await given.until(() => commands.length > 0);
      return commands;
    });
    expect(commands).toEqual([{ command: 'import', paths: ['/pictures/cats'] }]);
  });
});

describe('a page that ends unexpectedly', () => {
  test('is loaded again, if the user likes', async () => {
    const app = launch();
    const { asked, loads } = await app.evaluate(async (given) => {
      const { webContents } = given.window;
      webContents.emit('render-process-gone', {}, { reason: 'clean-exit' });
      webContents.emit('render-process-gone', {}, { reason: 'oom' });
      await given.reply({ response: 0 });
      await given.until(() => given.window.loads === 2);
      const asked = given.calls
        .filter(({ name }) => name === 'dialog.message')
        .map(({ values }) => values[0]);
      return { asked, loads: given.window.loads };
    });
    expect(asked).toMatchObject([{ type: 'error', buttons: ['Reload', 'Quit'] }]);
    expect(loads).toBe(2);
  });
});

describe('menus', () => {
  test('speak the language of the system, and the one chosen in the page from then on', async () => {
    const app = launch({ languages: ['zh-Hans-CN', 'en'] });
    const labels = await app.evaluate(async ({ Menu, page }) => {
      const before = Menu.template.map(({ label }) => label);
      await (await page()).bridge.setLanguage('en');
      return { before, after: Menu.template.map(({ label }) => label) };
    });
    if (process.platform !== 'darwin') {
      expect(labels.before).toEqual(['文件', '编辑', '视图', '窗口', '帮助']);
      expect(labels.after).toEqual(['File', 'Edit', 'View', 'Window', 'Help']);
    }
    const settings: unknown = JSON.parse(
      readFileSync(path.join(app.folder, 'vitrine-desktop/settings.json'), 'utf8'),
    );
    expect(settings).toMatchObject({ language: 'en' });
  });

  test('import what is chosen, open another lab, show where it is', async () => {
    const app = launch();
    const other = path.join(app.folder, 'second lab');
    const { commands, lab, loads, shown } = await app.evaluate(async (given, folder) => {
      const loaded = await given.page();
      await loaded.connect();
      const commands: unknown[] = [];
      loaded.bridge.onMenu((command) => commands.push(command));
      const items = given.Menu.template.flatMap(
        ({ submenu }) => submenu as Electron.MenuItemConstructorOptions[],
      );
      const click = (label: string): void =>
        (items.find((item) => item.label === label)!.click as unknown as () => void)();
      given.answers.push({ canceled: false, filePaths: ['/pictures'] });
      click('Import Folder…');
      await given.until(() => commands.length === 1);
      given.answers.push({ canceled: true, filePaths: [] });
      click('Import Folder…');
      given.answers.push({ canceled: false, filePaths: ['/a.zip', '/b.png'] });
      click('Import Images or Archives…');
      await given.until(() => commands.length === 2);
      click('Command Palette…');
      await given.until(() => commands.length === 3);
      given.answers.push({ canceled: false, filePaths: [folder] });
      click('Open Lab…');
      await given.until(() => given.window.loads === 2);
      const client = await (await given.page()).connect();
      const { lab } = await client.files.roots();
      click('Show Lab Folder');
      const shown = given.calls
        .filter(({ name }) => name === 'shell.openPath')
        .map(({ values }) => values[0]);
      return { commands, lab, loads: given.window.loads, shown };
    }, other);
    expect(commands).toEqual([
      { command: 'import', paths: ['/pictures'] },
      { command: 'import', paths: ['/a.zip', '/b.png'] },
      { command: 'palette' },
    ]);
    expect({ lab, loads, shown }).toEqual({ lab: other, loads: 2, shown: [other] });
  });
});
