/** What the page may not do, asked of the main process as Electron asks it. */
import { describe, expect, test, vi } from 'vitest';
import { launch, useBundles } from './launch.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });
useBundles();

describe('the window', () => {
  test('is sandboxed, isolated, without Node, and shows itself when the page has something to show', async () => {
    const app = launch({ packaged: true });
    const { options, visible, order } = await app.evaluate(({ window, calls }) => {
      return {
        options: window.options,
        visible: window.visible,
        order: calls.map(({ name }) => name).slice(0, 3),
      };
    });
    expect(options.webPreferences).toEqual({
      preload: expect.stringMatching(/out[\\/]preload[\\/]preload\.cjs$/) as string,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      devTools: false,
      spellcheck: false,
    });
    expect(options).toMatchObject({ show: false, name: 'lab', windowStatePersistence: true, minWidth: 960 });
    expect(visible).toBe(true);
    expect(order).toEqual([
      'protocol.registerSchemesAsPrivileged',
      'app.enableSandbox',
      'app.requestSingleInstanceLock',
    ]);
  });

  test('has developer tools while it is developed', async () => {
    const app = launch();
    expect(await app.evaluate(({ window }) => window.options.webPreferences!.devTools)).toBe(true);
  });

  test('stays on the page and opens no other', async () => {
    const app = launch();
    const { prevented, opened, external } = await app.evaluate(async (given) => {
      const { webContents } = given.window;
      const navigates = (url: string, isMainFrame = true): boolean => {
        const event = given.preventable({ url, isMainFrame });
        webContents.emit('will-frame-navigate', event);
        return event.defaultPrevented;
      };
      const emits = (name: string): boolean => {
        const event = given.preventable({ url: 'vitrine://app/' });
        webContents.emit(name, event, {}, {});
        return event.defaultPrevented;
      };
      const prevented = {
        own: navigates('vitrine://app/#/library'),
        picture: navigates('vitrine://app/images/samples/1'),
        otherHost: navigates('vitrine://other/'),
        lookalike: navigates('vitrine://app.example/'),
        file: navigates('file:///etc/passwd'),
        script: navigates('javascript:alert(1)'),
        noAddress: navigates('::'),
        frame: navigates('vitrine://app/', false),
        redirect: emits('will-redirect'),
        webview: emits('will-attach-webview'),
        link: navigates('https://onnxruntime.ai/docs/'),
        frameLink: navigates('https://onnx.ai/', false),
      };
      const opened = [
        'https://pytorch.org/vision/',
        'https://pytorch.org.example/',
        'https://pytorch.org:8443/',
        'http://pytorch.org/',
        'file:///etc/passwd',
        'vitrine://app/',
      ].map((url) => webContents.openHandler!({ url }).action);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const external = given.calls
        .filter(({ name }) => name === 'shell.openExternal')
        .map(({ values }) => values[0]);
      return { prevented, opened, external };
    });
    const { own, ...others } = prevented;
    expect(own).toBe(false);
    expect(Object.values(others)).not.toContain(false);
    expect(new Set(opened)).toEqual(new Set(['deny']));
    expect(external).toEqual(['https://onnxruntime.ai/docs/', 'https://pytorch.org/vision/']);
  });
});

describe('the session', () => {
  test('grants the page nothing but copying text', async () => {
    const app = launch();
    const { asked, checked, device } = await app.evaluate(({ window, guards }) => {
      const { webContents } = window;
      const request = guards['permissionRequest'] as (...values: unknown[]) => void;
      const check = guards['permissionCheck'] as (...values: unknown[]) => boolean;
      const permissions = [
        'clipboard-sanitized-write',
        'clipboard-read',
        'media',
        'geolocation',
        'openExternal',
      ];
      const asked: Record<string, boolean> = {};
      for (const name of permissions)
        request(webContents, name, (granted: boolean) => (asked[name] = granted));
      const checked = Object.fromEntries(
        permissions.map((name) => [name, check(webContents, name, 'vitrine://app/', {})]),
      );
      checked['from elsewhere'] = check(null, 'clipboard-sanitized-write', 'https://example.org/', {});
      return { asked, checked, device: (guards['device'] as () => boolean)() };
    });
    const denied = { 'clipboard-read': false, media: false, geolocation: false, openExternal: false };
    expect(asked).toEqual({ 'clipboard-sanitized-write': true, ...denied });
    expect(checked).toEqual({ 'clipboard-sanitized-write': true, ...denied, 'from elsewhere': false });
    expect(device).toBe(false);
  });

  test('connects to nothing outside', async () => {
    const app = launch();
    const { urls, answer } = await app.evaluate(async ({ guards, calls }) => {
      const handler = guards['request'] as (details: object, answer: (given: object) => void) => void;
      const answer = await new Promise<object>((resolve) =>
        handler({ url: 'https://example.org/' }, resolve),
      );
      return { urls: calls.find(({ name }) => name === 'webRequest.onBeforeRequest')!.values[0], answer };
    });
    expect(urls).toEqual(
      expect.arrayContaining(['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'file:///*']),
    );
    expect(answer).toEqual({ cancel: true });
  });
});

describe('the channels', () => {
  test('answer the page in the main frame alone', async () => {
    const app = launch();
    const { refused, connected, answered } = await app.evaluate(async (given) => {
      const page = await given.page();
      const { webContents } = given.window;
      const senders = {
        frame: webContents.event({ url: 'vitrine://app/' }),
        gone: webContents.event(null),
      };
      const refused: Record<string, string> = {};
      const channels = ['pick-folder', 'pick-files', 'save-file', 'reveal-file', 'set-language'];
      for (const [who, event] of Object.entries(senders)) {
        for (const channel of channels) {
          const name = `vitrine:${channel}`;
          await given.ipcMain
            .invoke(name, event, 'x')
            .catch((error: Error) => (refused[`${who} ${name}`] = error.message));
        }
      }
      let connected = 0;
      void page.next('vitrine:port').then(() => connected++);
      for (const event of Object.values(senders)) given.ipcMain.emit('vitrine:connect', event);
      // A page that is not ours, in our own window.
      webContents.getURL = () => 'https://example.org/';
      given.ipcMain.emit('vitrine:connect', webContents.event());
      await given.ipcMain
        .invoke('vitrine:pick-folder', webContents.event())
        .catch((error: Error) => (refused['elsewhere'] = error.message));
      webContents.getURL = () => 'vitrine://app/';
      given.answers.push({ canceled: false, filePaths: ['/pictures'] });
      const answered = await page.bridge.pickFolder();
      return { refused, connected, answered };
    });
    expect(Object.keys(refused)).toHaveLength(11);
    expect(refused['elsewhere']).toBe('vitrine:pick-folder: only the page may ask for this.');
    expect(connected).toBe(0);
    expect(answered).toBe('/pictures');
  });

  test('read what they are given as anything', async () => {
    const app = launch();
    const { errors, dialogs, shown } = await app.evaluate(
      async ({ page, ipcMain, window, answers, calls }) => {
        const { bridge } = await page();
        const event = window.webContents.event();
        const errors: string[] = [];
        for (const [channel, value] of [
          ['vitrine:save-file', 7],
          ['vitrine:reveal-file', { path: '/' }],
          ['vitrine:pick-files', [1]],
        ] as const) {
          await ipcMain.invoke(channel, event, value).catch((error: Error) => errors.push(error.message));
        }
        answers.push({ canceled: true, filePath: '' }, { canceled: false, filePath: '/out/m.onnx' });
        answers.push({ canceled: false, filePaths: ['/a', '/b'] }, { canceled: true, filePaths: [] });
        await bridge.setLanguage('fr' as never);
        const results = [
          await bridge.saveFile('../../etc/m.onnx'),
          await bridge.saveFile('m.onnx'),
          await bridge.pickFiles(['onnx', '../*']),
          await bridge.pickFolder(),
        ];
        await bridge.revealFile('/out/m.onnx');
        const dialogs = calls.filter(({ name }) => name.startsWith('dialog')).map(({ values }) => values[0]);
        const shown = calls
          .filter(({ name }) => name === 'shell.showItemInFolder')
          .map(({ values }) => values[0]);
        return { errors, dialogs: [results, dialogs], shown };
      },
    );
    expect(errors).toEqual(Array(3).fill(expect.stringMatching(/^Expected a text, got (number|object)\.$/)));
    expect(dialogs[0]).toEqual([null, '/out/m.onnx', ['/a', '/b'], null]);
    expect(dialogs[1]).toEqual([
      { title: 'Save As', defaultPath: 'm.onnx' },
      { title: 'Save As', defaultPath: 'm.onnx' },
      {
        title: 'Choose Files',
        properties: ['openFile', 'multiSelections'],
        filters: [
          { name: '*.onnx', extensions: ['onnx'] },
          { name: 'All files', extensions: ['*'] },
        ],
      },
      { title: 'Choose a Folder', properties: ['openDirectory', 'createDirectory'] },
    ]);
    expect(shown).toEqual(['/out/m.onnx']);
  });

  test('give no port to a message from elsewhere', async () => {
    const app = launch();
    const asked = await app.evaluate(async ({ page, ipcMain }) => {
      const loaded = await page();
      let asked = 0;
      ipcMain.on('vitrine:connect', () => asked++);
      const connect = { vitrine: 'connect' };
      loaded.dispatch(connect, 'vitrine://app', [], { source: {} });
      loaded.dispatch(connect, 'vitrine://app', [], { origin: 'https://example.org' });
      loaded.dispatch(null, 'vitrine://app');
      loaded.dispatch({ vitrine: 'other' }, 'vitrine://app');
      await new Promise((resolve) => setTimeout(resolve, 50));
      return asked;
    });
    expect(asked).toBe(0);
  });
});

describe('the scheme', () => {
  test('is as good as https, and serves nothing but the page, under a strict policy', async () => {
    const app = launch();
    const { privileges, answers } = await app.evaluate(async ({ protocol, calls }) => {
      const names = {
        page: 'vitrine://app/',
        missing: 'vitrine://app/assets/none.js',
        parent: 'vitrine://app/%2e%2e/main/electron.js',
        encoded: 'vitrine://app/..%2fmain%2felectron.js',
        backslash: 'vitrine://app/..%5c..%5cpackage.json',
        absolute: 'vitrine://app//etc/hosts.json',
        malformed: 'vitrine://app/%ff%fe.html',
        otherHost: 'vitrine://other/index.html',
        picture: 'vitrine://app/images/none/1',
      };
      const answers: Record<string, { status: number; policy: string; body: string }> = {};
      for (const [name, url] of Object.entries(names)) {
        const response = await protocol.request(url);
        const policy = response.headers.get('content-security-policy') ?? '';
        answers[name] = { status: response.status, policy, body: await response.text() };
      }
      const post = await protocol.request('vitrine://app/', 'POST');
      answers['post'] = { status: post.status, policy: '', body: '' };
      const privileges = calls.find(({ name }) => name === 'protocol.registerSchemesAsPrivileged')!.values[0];
      return { privileges, answers };
    });
    expect(privileges).toEqual([
      {
        scheme: 'vitrine',
        privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
      },
    ]);
    const { page, picture, ...others } = answers;
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining('<div id="app">') as string });
    expect(page!.policy.split('; ')).toEqual(
      expect.arrayContaining([
        "default-src 'self'",
        "script-src 'self'",
        "object-src 'none'",
        "frame-ancestors 'none'",
      ]),
    );
    expect(Object.entries(others).map(([name, { status }]) => [name, status])).toEqual(
      Object.keys(others).map((name) => [name, 404]),
    );
    expect(picture).toMatchObject({ status: 404, body: 'There is no such picture.\n' });
  });
});
