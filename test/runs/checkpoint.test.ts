import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeSafetensors } from '../../src-main/models/weights/safetensors.ts';
import { readCheckpoint } from '../../src-main/runs/checkpoint.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'vitrine-checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a checkpoint', () => {
  const hint = 'Start a new run; finished epochs of this one can still be evaluated and exported.';

  test('that is none yet is undefined', async () => {
    expect(await readCheckpoint(path.join(folder, 'none'))).toBeUndefined();
  });

  test('that is damaged is refused with the reason', async () => {
    const file = path.join(folder, 'damaged');
    writeFileSync(file, 'short');
    await expect(readCheckpoint(file)).rejects.toMatchObject({
      code: 'CHECKPOINT_CORRUPT',
      message: `Reading the checkpoint ${file}: a safetensors file begins with an 8-byte length, but this one has 5 bytes.`,
      hint,
    });
  });

  test('without a position is refused', async () => {
    const file = path.join(folder, 'weights');
    await writeSafetensors(file, new Map(), {});
    await expect(readCheckpoint(file)).rejects.toMatchObject({
      code: 'CHECKPOINT_CORRUPT',
      message: `Reading the checkpoint ${file}: it does not say where the training stood.`,
      hint,
    });
  });
});
