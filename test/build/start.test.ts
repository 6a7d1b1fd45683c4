import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { electronBinary, ensureElectron } from '../../build/bootstrap/electron-binary.js';
import { ROOT } from '../../build/bootstrap/processes.js';
import { whyNoWindow } from '../../build/bootstrap/start.js';

vi.setConfig({ testTimeout: 300_000 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'vitrine-start-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('whyNoWindow', () => {
  const linux = { platform: 'linux', env: { DISPLAY: ':0' }, user: 1000 };

  it('finds nothing against a window where there is a display', () => {
    expect(whyNoWindow(linux)).toBeUndefined();
    expect(whyNoWindow({ ...linux, env: { WAYLAND_DISPLAY: 'wayland-0' } })).toBeUndefined();
    expect(whyNoWindow({ platform: 'darwin', env: {}, user: 0 })).toBeUndefined();
  });

  it('names root, and a missing display', () => {
    expect(whyNoWindow({ ...linux, user: 0 })).toBe("Electron's sandbox does not run as root");
    expect(whyNoWindow({ ...linux, env: { DISPLAY: '' } })).toBe('there is no display');
  });
});

describe('ensureElectron', () => {
  /** A package like Electron's, whose installation is `script`. */
  function makePackage(script: string): void {
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ version: '1.2.3' }));
    writeFileSync(path.join(folder, 'install.js'), script);
  }

  it('fetches what is missing, once', async () => {
    makePackage(`
      const fs = require('node:fs');
      fs.mkdirSync(__dirname + '/dist');
      fs.writeFileSync(__dirname + '/dist/electron', '');
      fs.writeFileSync(__dirname + '/path.txt', 'electron');
    `);
    expect(electronBinary(folder)).toBeUndefined();
    expect(await ensureElectron(folder)).toBeUndefined();
    expect(electronBinary(folder)).toBe(path.join(folder, 'dist/electron'));
    makePackage('process.exit(1)');
    expect(await ensureElectron(folder)).toBeUndefined();
  });

  it('says why it could not', async () => {
    makePackage(`console.error('TypeError: fetch failed\\n  at somewhere'); process.exit(1)`);
    expect(await ensureElectron(folder)).toBe(
      'Electron 1.2.3 could not be fetched (TypeError: fetch failed; ELECTRON_MIRROR names another place)',
    );
  });

  it('does not wait for ever', async () => {
    makePackage('setInterval(() => {}, 1000)');
    expect(await ensureElectron(folder, 300)).toContain('it took too long');
  });

  it('is not content with a folder from which the program was deleted', () => {
    mkdirSync(path.join(folder, 'dist'));
    writeFileSync(path.join(folder, 'path.txt'), 'electron');
    expect(electronBinary(folder)).toBeUndefined();
  });
});

describe('npm start', () => {
  it.skipIf(process.platform !== 'linux')('without a display says so in one line and serves', async () => {
    const args = [path.join(ROOT, 'build/bootstrap/run.js'), 'start', '--port', '0', '--json'];
    const env = { ...process.env, VITRINE_LAB: path.join(folder, 'lab'), DISPLAY: '', WAYLAND_DISPLAY: '' };
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (part: Buffer) => (errors += part.toString()));
    const [first] = (await once(child.stdout, 'data')) as [Buffer];
    const { url } = JSON.parse(first.toString()) as { url: string };
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(302);
    const lines = errors.split('\n').filter((line) => line.startsWith('No window: '));
    expect(lines).toEqual([expect.stringMatching(/\. Serving the lab to a browser instead\.$/)]);
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
});
