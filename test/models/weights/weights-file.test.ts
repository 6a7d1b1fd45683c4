import { chmodSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WeightsFile } from '../../../src-main/models/weights/weights-file.ts';
import { labErrorFrom } from '../../helpers/lab-errors.ts';
import { DAMAGED, temporaryFile } from './helpers.ts';

const NOT_FOUND_HINT =
  'Give the path of a .safetensors or .pth file, or a name from the list of `vitrine models`.';

describe('WeightsFile', () => {
  it('reads any part', async () => {
    const path = temporaryFile('0123456789');
    const bytes = await WeightsFile.use(path, (file) => file.read(3, 4));
    expect(Buffer.from(bytes).toString()).toBe('3456');
  });

  it('refuses to read beyond the end', async () => {
    const path = temporaryFile('0123456789');
    expect(await labErrorFrom(WeightsFile.use(path, (file) => file.read(8, 4)))).toEqual({
      code: 'WEIGHTS_PARSE',
      message: `Reading weights from ${path} failed: expected 4 bytes at 8, but the file ends at 10.`,
      hint: DAMAGED,
    });
  });

  it('notices a file that becomes shorter', async () => {
    const path = temporaryFile('0123456789');
    const work = WeightsFile.use(path, (file) => {
      truncateSync(path, 5);
      return file.read(3, 4);
    });
    expect(await labErrorFrom(work)).toEqual({
      code: 'WEIGHTS_PARSE',
      message: `Reading weights from ${path} failed: it became shorter while it was read.`,
      hint: DAMAGED,
    });
  });

  it('says that a path through a file leads nowhere', async () => {
    const path = join(temporaryFile(''), 'weights.pth');
    expect(await labErrorFrom(WeightsFile.use(path, () => Promise.resolve()))).toEqual({
      code: 'WEIGHTS_NOT_FOUND',
      message: `Reading weights from ${path} failed: there is no such file.`,
      hint: NOT_FOUND_HINT,
    });
  });

  it.skipIf(process.getuid?.() === 0)('says that a file may not be read (root may read all)', async () => {
    const path = temporaryFile('secret');
    chmodSync(path, 0);
    expect(await labErrorFrom(WeightsFile.use(path, () => Promise.resolve()))).toEqual({
      code: 'WEIGHTS_NOT_FOUND',
      message: `Reading weights from ${path} failed: permission denied.`,
      hint: NOT_FOUND_HINT,
    });
  });
});
