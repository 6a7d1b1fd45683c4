import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inspectSource, type PlannedSource } from '../../src-main/data/inspect.ts';
import type { Content } from '../../src-main/data/store/index.ts';
import { labErrorFrom } from '../helpers/lab-errors.ts';
import { zipOf } from './archives/build.ts';
import { picture } from './pictures.ts';
import { temporaryFolder, writeFiles } from './temporary.ts';

/** Cats and dogs in two splits, one of each with the same bytes, a broken picture and a text. */
async function files(): Promise<Record<string, Uint8Array | string>> {
  return {
    'train/cat/0.png': await picture(0),
    'train/cat/1.png': await picture(1),
    'train/dog/2.png': await picture(2),
    'train/dog/3.png': await picture(2),
    'val/cat/4.png': await picture(4),
    'val/dog/5.png': await picture(0),
    'val/dog/6.png': 'no picture',
    'train/notes.txt': 'x',
  };
}

const EXPECTED = {
  ...{ format: 'image-folder', images: 6, unlabelled: 0 },
  splits: { train: 4, validation: 2, test: 0, none: 0 },
  classes: [
    { name: 'cat', images: 3, examples: ['train/cat/0.png', 'train/cat/1.png', 'val/cat/4.png'] },
    { name: 'dog', images: 3, examples: ['train/dog/2.png', 'train/dog/3.png', 'val/dog/5.png'] },
  ],
  duplicates: 2,
  conflicts: 1,
  conflictGroups: [{ paths: ['train/cat/0.png', 'val/dog/5.png'], labels: ['cat', 'dog'] }],
};

describe('an inspection', () => {
  test('of a folder tells what an import would find, and plans before it reads', async () => {
    const folder = writeFiles(temporaryFolder(), await files());
    const plans: PlannedSource[] = [];
    const progress: number[] = [];
    const found = await inspectSource({
      path: folder,
      onPlan: (plan) => {
        expect(progress).toEqual([]);
        plans.push(plan);
      },
      onProgress: ({ done }) => progress.push(done),
    });
    expect(found).toMatchObject({ ...EXPECTED, root: folder });
    const text = 'not an image: .txt files are not read';
    expect(found.problems).toEqual([
      { reason: text, files: 1, examples: [{ path: 'train/notes.txt', reason: text }] },
      {
        ...{ reason: 'it is no picture', files: 1 },
        examples: [
          { path: 'val/dog/6.png', reason: expect.stringContaining('the bytes 6e 6f 20 70') as string },
        ],
      },
    ]);
    expect(plans).toMatchObject([{ format: 'image-folder', images: 7, splits: { train: 4, validation: 3 } }]);
    expect(progress.at(-1)).toBe(7);
  });

  test('of an archive is the same', async () => {
    const archive = join(temporaryFolder(), 'pets.zip');
    writeFileSync(
      archive,
      zipOf(Object.entries(await files()).map(([name, data]) => ({ name, data: Buffer.from(data) }))),
    );
    expect(await inspectSource({ path: archive })).toMatchObject({ ...EXPECTED, root: archive });
  });

  test('of unlabelled images counts them', async () => {
    const folder = writeFiles(temporaryFolder(), { '0.png': await picture(0), '1.png': await picture(1) });
    const found = await inspectSource({ path: folder });
    expect(found).toMatchObject({ format: 'unlabelled', images: 2, unlabelled: 2, classes: [] });
  });

  test('hands out what it learns of contents, and decodes none that are known', async () => {
    const folder = writeFiles(temporaryFolder(), {
      'cat/0.png': await picture(0),
      'cat/1.png': 'no picture',
    });
    const contents = new Map<string, Content>();
    await inspectSource({ path: folder, onContent: (content) => contents.set(content.sha256, content) });
    expect([...contents.values()]).toMatchObject([{ width: 8, height: 8, format: 'png' }]);
    const [content] = contents.values();
    const again = await inspectSource({ path: folder, known: () => content });
    // The text, too, is taken for what it is said to be.
    expect(again).toMatchObject({ images: 2, problems: [] });
  });

  test('of nothing that can be read says so', async () => {
    const folder = writeFiles(temporaryFolder(), { 'cat/0.png': 'no picture' });
    expect(await labErrorFrom(inspectSource({ path: folder }))).toMatchObject({ code: 'DATASET_EMPTY' });
    expect(await labErrorFrom(inspectSource({ path: join(folder, 'none') }))).toMatchObject({
      code: 'SOURCE_NOT_FOUND',
    });
  });
});
