import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sha256, sha256File } from '../../src-main/base/hash.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-hash-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('sha256', () => {
  it('gives the digests of FIPS 180-2', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256(new Uint8Array(0))).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  it('hashes a text as UTF-8', () => {
    expect(sha256('猫')).toBe(sha256(new TextEncoder().encode('猫')));
  });
});

describe('sha256File', () => {
  it('hashes a file longer than a read buffer', async () => {
    const bytes = Uint8Array.from({ length: 300_001 }, (_, index) => index % 251);
    const path = join(folder, 'long');
    writeFileSync(path, bytes);
    expect(await sha256File(path)).toBe(sha256(bytes));
  });

  it('rejects with the reason when there is no file', async () => {
    await expect(sha256File(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
