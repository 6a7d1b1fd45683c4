/** The desktop window in a real Electron, wherever there is one; test/shells/electron/ has what needs none. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron as electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ensureBuilt } from '../../build/bootstrap/bundles.js';
import { electronBinary } from '../../build/bootstrap/electron-binary.js';
import { ROOT } from '../../build/bootstrap/processes.js';
import { whyNoWindow } from '../../build/bootstrap/start.js';
import { makeDemoSet } from '../../src-main/data/demo-set.ts';
import { firstDay } from './first-day.ts';
import { textsOf } from './translations.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const binary = electronBinary();
/** Why these tests are skipped; undefined where they run. */
const missing =
  binary === undefined
    ? 'Electron was not fetched (npm start fetches it)'
    : whyNoWindow({ platform: process.platform, env: process.env, user: process.getuid?.() });

describe.skipIf(missing !== undefined)(`the desktop window${missing ? `: ${missing}` : ''}`, () => {
  let app: ElectronApplication;
  let page: Page;
  let folder: string;

  beforeAll(async () => {
    expect(await ensureBuilt()).toBe(0);
    folder = mkdtempSync(path.join(tmpdir(), 'vitrine-window-'));
    app = await electron.launch({
      executablePath: binary!,
      args: [ROOT],
      env: { ...(process.env as Record<string, string>), VITRINE_LAB: path.join(folder, 'lab') },
    });
    page = await app.firstWindow();
  });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('shows the page, which has the bridge and no Node', async () => {
    expect(page.url()).toMatch(/^vitrine:\/\/app\//);
    const seen = await page.evaluate(() => ({
      shell: window.vitrine?.shell,
      node: typeof (globalThis as { require?: unknown }).require + typeof globalThis.process,
      secure: isSecureContext,
    }));
    expect(seen).toEqual({ shell: 'electron', node: 'undefinedundefined', secure: true });
  });

  test('hands the page a port to the lab', async () => {
    const ports = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          window.addEventListener('message', ({ data, ports }: MessageEvent<unknown>) => {
            if (data === 'vitrine:port') resolve(ports.length);
          });
          window.postMessage({ vitrine: 'connect' }, location.origin);
        }),
    );
    expect(ports).toBe(1);
  });

  test('lets the page reach nothing else', async () => {
    const reached = await page.evaluate(async () => {
      const tried = (address: string) =>
        fetch(address).then(
          ({ status }) => status,
          () => 'blocked',
        );
      return [
        await tried('/images/none/1'),
        await tried('/%2e%2e/package.json'),
        await tried('https://127.0.0.1/'),
      ];
    });
    expect(reached).toEqual([404, 404, 'blocked']);
  });

  test('lives through the first day', async () => {
    const demo = await makeDemoSet(path.join(folder, 'pictures'), { seed: 0, perClass: 40 });
    const story = { page, lab: path.join(folder, 'lab'), t: textsOf('en') };
    const model = path.join(folder, 'model.onnx');
    await firstDay(story, demo, async (write) => {
      // The system's dialog is nobody's to click in a test.
      await app.evaluate(({ dialog }, filePath) => {
        dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
      }, model);
      await write();
      return model;
    });
  });
});
