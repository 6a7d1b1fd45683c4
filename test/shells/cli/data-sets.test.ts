/** Archives in, chosen classes, statistics, a training on what only the lab holds, and data sets out. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { tarOf } from '../../data/archives/build.ts';
import { stripes } from './pictures.ts';
import { temporaryFolder } from './temporary.ts';
import { jsonLines, vitrine } from './vitrine.ts';

vi.setConfig({ testTimeout: 240_000 });

const folder = temporaryFolder();
const lab = path.join(folder, 'lab');

/** The last line of a command that succeeds. */
async function done(...args: string[]): Promise<Record<string, unknown>> {
  const result = await vitrine(...args, '--lab', lab, '--json');
  expect(result.stderr).toBe('');
  expect(result.code).toBe(0);
  return jsonLines(result).at(-1)!;
}

test('from an archive to a run and back to a folder', async () => {
  const members = [];
  for (const [kind, name] of ['across', 'down', 'slanted', '../etc'].entries()) {
    for (let number = 0; number < 6; number++) {
      const file = `${number < 4 ? 'train' : 'val'}/${name.replace('../', '')}/${number}.png`;
      members.push({ name: file, data: await stripes(kind % 3, 10 * kind + number) });
    }
  }
  const archive = path.join(folder, 'stripes.tar');
  writeFileSync(archive, tarOf(members));

  const wrong = await vitrine('import', archive, '--dataset', 's', '--classes', 'up', '--lab', lab);
  expect(wrong).toMatchObject({
    code: 1,
    stderr: `error: ${archive} has no class "up": its classes are "across", "down", "etc", "slanted". Check the spelling; upper and lower case differ.\n`,
  });
  const classes = ['--classes', 'down,"across",etc', '--rename', 'etc=../etc', '--rename', 'down=CON'];
  expect(await done('import', archive, '--dataset', 's', ...classes)).toMatchObject({
    ...{ event: 'done', samples: 18, classes: ['../etc', 'CON', 'across'] },
  });
  rmSync(archive);

  const stats = await done('stats', 's', '--split', 'train');
  expect(stats).toMatchObject({
    ...{ dataset: 's', split: 'train', imageSize: null, images: 12, pixels: 12 * 32 * 32 },
    ...{ width: { min: 32, median: 32, max: 32 }, sizes: [{ width: 32, height: 32, count: 12 }] },
  });
  const shown = await vitrine('stats', 's', '--split', 'train', '--lab', lab);
  const mean = (stats['mean'] as number[]).map((value) => value.toFixed(4)).join(',');
  expect(shown.stdout).toContain(
    `s (train): 12 images, as they are, pixels from 0 to 1:\n--mean ${mean} --std `,
  );
  expect(shown.stdout).toContain('\nWidth: 32. Height: 32.\n');
  expect((await vitrine('stats', 's', '--split', 'test', '--lab', lab)).stderr).toBe(
    'error: The data set "s" has no labelled image in its test split. Divide it with: vitrine split s\n',
  );

  const settings = [
    '--mode',
    'head',
    '--epochs',
    '1',
    '--draws',
    '1',
    '--image-size',
    '32',
    '--device',
    'cpu',
  ];
  expect(await done('train', 's', ...settings, '--normalization', 'dataset')).toMatchObject({
    status: 'finished',
  });
  const { worst } = await done('evaluate', 'last', '--worst', '1');
  expect((worst as { path: string }[])[0]!.path.startsWith(`${archive}${path.sep}val`)).toBe(true);

  const out = path.join(folder, 'out');
  expect(await done('export-dataset', 's', '--out', out)).toMatchObject({ images: 18, leftOut: 0 });
  expect(readdirSync(path.join(out, 'train'))).toEqual(['%2E.%2Fetc', '%43ON', 'across']);
  expect((await vitrine('export-dataset', 's', '--out', out, '--lab', lab)).stderr).toBe(
    `error: The folder ${out} is not empty: an export needs one of its own. Give the path of a folder that does not exist yet.\n`,
  );
});

test('images without class folders, labelled afterwards', async () => {
  const bare = path.join(folder, 'bare');
  mkdirSync(bare);
  for (const number of [0, 1]) writeFileSync(path.join(bare, `${number}.png`), await stripes(0, number));
  const run = async (...args: string[]) => (await vitrine(...args, '--lab', lab)).stdout;
  const imported = await run('import', bare, '--dataset', 'bare');
  expect(imported).toContain('Format: unlabelled, because nothing says the class of any of its 2 files');
  expect(imported).toContain('2 images (2 new) without a label yet: give them some with vitrine label');
  await run('label', 'bare', '0.png', '--as', 'cat', '--create-class');
  expect(await run('label', 'bare', '--undo')).toBe('Undone: label no label → cat (1 image).\n');
  expect(await run('label', 'bare', '--redo')).toBe('Redone: label no label → cat (1 image).\n');
  expect(await run('label', 'bare', '--redo')).toBe('There is nothing to take back or to repeat.\n');
});

test('flags that are wrong', async () => {
  const rename = await vitrine('import', folder, '--dataset', 'x', '--rename', 'cat', '--lab', lab);
  expect([rename.code, rename.stderr]).toEqual([2, 'error: --rename: expected OLD=NEW, found "cat".\n']);
  const format = await vitrine('export-dataset', 'x', '--format', 'zip', '--out', 'y', '--lab', lab);
  expect(format.stderr).toBe('error: --format: expected one of image-folder, csv, cifar, not "zip".\n');
});
