import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src-main/base/hash.ts';
import { scanFolder } from '../../src-main/data/scan.ts';
import { labErrorFrom } from '../helpers/lab-errors.ts';
import { picture } from './pictures.ts';
import { temporaryFolder, writeFiles } from './temporary.ts';

describe('a scan', () => {
  test('gives rows in natural order, their classes and what is skipped, and needs no store', async () => {
    const [first, second] = [await picture(1), await picture(2, 'jpeg', 16)];
    const root = writeFiles(temporaryFolder(), {
      ...{ 'dog/10.png': first, 'dog/9.jpg': second, 'Cat/1.png': first, 'Cat/0.png': '' },
    });
    expect(await scanFolder(root)).toEqual({
      format: 'image-folder',
      reason: '4 of 4 files lie in 2 class folders',
      rows: [
        {
          path: join(root, 'Cat/1.png'),
          sha256: sha256(first),
          width: 8,
          height: 8,
          className: 'Cat',
          split: null,
        },
        {
          path: join(root, 'dog/9.jpg'),
          sha256: sha256(second),
          width: 16,
          height: 16,
          className: 'dog',
          split: null,
        },
        {
          path: join(root, 'dog/10.png'),
          sha256: sha256(first),
          width: 8,
          height: 8,
          className: 'dog',
          split: null,
        },
      ],
      classes: ['Cat', 'dog'],
      skipped: [{ path: join(root, 'Cat/0.png'), reason: 'the file is empty' }],
    });
  });

  test('refuses images without labels', async () => {
    const root = writeFiles(temporaryFolder(), { 'a.png': await picture(1) });
    const error = await labErrorFrom(scanFolder(root, { format: 'unlabelled' }));
    expect(error).toEqual({
      code: 'FORMAT_UNKNOWN',
      message: `${root} has no known layout with labels: nothing says the class of its 1 file.`,
      hint: 'Put the images of each class into a folder with the name of the class.',
    });
    expect((await labErrorFrom(scanFolder(root))).code).toBe('FORMAT_UNKNOWN');
  });

  test('refuses an image of a class that is not expected; names are compared in NFC', async () => {
    const root = writeFiles(temporaryFolder(), {
      'caf\u00e9/1.png': await picture(1),
      'tea/1.png': await picture(2),
    });
    expect((await scanFolder(root, { classes: ['tea', 'cafe\u0301', 'milk'] })).rows).toHaveLength(2);
    expect(await labErrorFrom(scanFolder(root, { classes: ['cafe\u0301', 'milk'] }))).toEqual({
      code: 'CLASS_UNKNOWN',
      message: `The folder ${root} has the class "tea" (${join(root, 'tea/1.png')}), expected only "cafe\u0301", "milk".`,
      hint: 'Rename or move the images of that class, so that only the expected classes are left.',
    });
  });

  test('does not count a class without a readable image', async () => {
    const root = writeFiles(temporaryFolder(), { 'cat/1.png': await picture(1), 'tea/1.png': '' });
    expect((await scanFolder(root, { classes: ['cat'] })).classes).toEqual(['cat']);
  });

  test('of nothing readable, and one that is cancelled', async () => {
    const root = writeFiles(temporaryFolder(), { 'cat/1.png': '', 'cat/2.png': '' });
    expect((await labErrorFrom(scanFolder(root))).message).toBe(
      `No image could be read from ${root}: skipped were 2 × the file is empty.`,
    );
    const controller = new AbortController();
    const cancelled = scanFolder(root, { signal: controller.signal, onProgress: () => controller.abort() });
    expect((await labErrorFrom(cancelled)).message).toBe(`Reading ${root} was cancelled after 1 of 2 files.`);
  });
});
