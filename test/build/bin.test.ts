import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../build/bootstrap/bundles.js';
import { ROOT } from '../../build/bootstrap/processes.js';
import { makeDemoSet } from '../../src-main/data/demo-set.ts';

let scratch: string;
beforeAll(async () => {
  scratch = mkdtempSync(path.join(tmpdir(), 'vitrine-bin-'));
  expect(await ensureBuilt()).toBe(0);
});
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** Runs the bundled command in a folder that is not the project's. */
function vitrine(...args: string[]): { code: number | null; lines: string[]; stderr: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(ROOT, 'build/bin/vitrine.js'), ...args],
    { cwd: scratch, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  return { code: status, lines: stdout.split('\n').filter((line) => line !== ''), stderr };
}

describe('the bundled command', () => {
  it('shows its help', () => {
    const { code, lines } = vitrine('--help');
    expect(code).toBe(0);
    expect(lines[0]).toBe('Usage: vitrine [options] [command]');
  });

  it('passes the exit code of a misuse on', () => {
    const { code, lines, stderr } = vitrine('no-such-command');
    expect(code).toBe(2);
    expect(lines).toEqual([]);
    expect(stderr).toContain("Unknown command 'no-such-command'");
  });

  it('starts the bundled compute process and loader threads, and prints JSON alone', async () => {
    await makeDemoSet(path.join(scratch, 'pictures'), { seed: 2, perClass: 10 });
    const lab = ['--lab', 'lab', '--json'];
    const runs = [
      vitrine('import', 'pictures', '--dataset', 'tiny', ...lab),
      vitrine('split', 'tiny', '--validation', '0.2', '--test', '0', ...lab),
      vitrine('train', 'tiny', '--mode', 'full', '--epochs', '1', '--image-size', '32', ...lab),
    ];
    for (const { code, lines, stderr } of runs) {
      expect(code, stderr).toBe(0);
      expect(JSON.parse(lines.at(-1)!)).toMatchObject({ event: 'done' });
      for (const line of lines) expect(() => void JSON.parse(line)).not.toThrow();
    }
  });
});
