import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundlesAreCurrent, ensureBuilt } from '../../build/bootstrap/bundles.js';
import { summary } from '../../build/bootstrap/checks.js';
import { missingInstallation } from '../../build/bootstrap/install.js';
import { ROOT, run, toolPath } from '../../build/bootstrap/processes.js';

describe('missingInstallation', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'vitrine-bootstrap-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  function write(file: string, packages: Record<string, object>): void {
    const full = path.join(root, file);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, JSON.stringify({ packages }));
  }
  const wanted = {
    '': { name: 'vitrine' },
    'node_modules/sharp': { version: '1.0.0' },
    'node_modules/@img/sharp-darwin-arm64': { version: '1.0.0', optional: true },
  };

  it('is content with what the lock asks for, other platforms aside', () => {
    write('package-lock.json', wanted);
    write('node_modules/.package-lock.json', { 'node_modules/sharp': { version: '1.0.0' } });
    expect(missingInstallation(root)).toBeUndefined();
  });

  it('sees an absent or interrupted installation', () => {
    write('package-lock.json', wanted);
    expect(missingInstallation(root)).toBe('nothing is installed yet');
  });

  it('names a missing package', () => {
    write('package-lock.json', wanted);
    write('node_modules/.package-lock.json', {});
    expect(missingInstallation(root)).toBe('node_modules/sharp is missing');
  });

  it('names a package of another version', () => {
    write('package-lock.json', wanted);
    write('node_modules/.package-lock.json', { 'node_modules/sharp': { version: '0.9.0' } });
    expect(missingInstallation(root)).toBe('node_modules/sharp is 0.9.0, not 1.0.0');
  });
});

describe('summary', () => {
  const counts = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 2, numTodoTests: 1 };

  it('counts todo tests as skipped', () => {
    expect(summary({ ...counts, testResults: [] })).toBe('7 passed, 0 failed, 3 skipped');
  });

  it('counts a file that did not load as a failure, once', () => {
    const testResults = [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'passed' }] },
      { status: 'passed', assertionResults: [{ status: 'passed' }] },
    ];
    expect(summary({ ...counts, numFailedTests: 1, testResults })).toBe('7 passed, 2 failed, 3 skipped');
  });
});

describe('run', () => {
  const node = process.execPath;

  it('answers with the exit code', async () => {
    expect(await run(node, ['-e', 'process.exit(3)'])).toBe(3);
  });

  it('answers like a shell when a signal ends the program', async () => {
    expect(await run(node, ['-e', 'process.kill(process.pid, "SIGKILL")'])).toBe(137);
  });

  it('rejects when the program does not exist', async () => {
    await expect(run(path.join(ROOT, 'no-such-program'), [])).rejects.toThrow('ENOENT');
  });
});

describe('the bundles', () => {
  it('are current once built', async () => {
    expect(await ensureBuilt()).toBe(0);
    expect(bundlesAreCurrent()).toBe(true);
  });
});

describe('toolPath', () => {
  it('finds the file behind a command', () => {
    expect(toolPath('vitest')).toBe(path.join(ROOT, 'node_modules/vitest/vitest.mjs'));
  });
});
