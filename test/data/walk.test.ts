import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listFolder } from '../../src-main/data/walk.ts';
import { labErrorFrom } from '../helpers/lab-errors.ts';
import { temporaryFolder, writeFiles } from './temporary.ts';

const onPosix = test.skipIf(process.platform === 'win32');

/** Unprivileged user `nobody`: root could read everything. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid!(65534);
  try {
    return await work();
  } finally {
    process.seteuid!(0);
  }
}

async function walk(root: string): Promise<{ files: readonly string[]; skipped: Record<string, string> }> {
  const { files, skipped } = await listFolder(root);
  return {
    files,
    skipped: Object.fromEntries(skipped.map(({ path, reason }) => [path.slice(root.length + 1), reason])),
  };
}

describe('a walk', () => {
  test('lists files in natural order and says what it leaves out', async () => {
    const root = writeFiles(temporaryFolder(), {
      ...{ 'cat/10.jpg': '', 'cat/9.jpg': '', '猫/ß ñ.png': '', 'no-extension': '' },
      ...{ 'cat/Thumbs.db': '', '.DS_Store': '', 'cat/._9.jpg': '', 'labels.csv': '', 'notes.TXT': '' },
      ...{
        '__MACOSX/cat/9.jpg': '',
        '.ipynb_checkpoints/9.jpg': '',
        '.git/x/y.jpg': '',
        'my lab/lab.db': '',
        'my lab/runs/1.jpg': '',
      },
    });
    expect(await walk(root)).toEqual({
      files: ['cat/9.jpg', 'cat/10.jpg', 'no-extension', '猫/ß ñ.png'],
      skipped: {
        'cat/Thumbs.db': 'a system file',
        '.DS_Store': 'a hidden file',
        'cat/._9.jpg': 'a hidden file',
        'labels.csv': 'not an image: .csv files are not read',
        'notes.TXT': 'not an image: .txt files are not read',
        __MACOSX: 'a system folder',
        '.ipynb_checkpoints': 'a hidden folder',
        '.git': 'a hidden folder',
        'my lab': "a lab's own folder",
      },
    });
  });

  onPosix('follows symbolic links, but through no loop and into no folder twice', async () => {
    const elsewhere = writeFiles(temporaryFolder(), { '1.jpg': '' });
    const root = writeFiles(temporaryFolder(), { 'cat/1.jpg': '', 'cat/deep/2.jpg': '' });
    symlinkSync('..', join(root, 'cat/deep/up'));
    symlinkSync(root, join(root, 'a-root'));
    symlinkSync('cat', join(root, 'again'));
    symlinkSync('self', join(root, 'self'));
    symlinkSync('nowhere', join(root, 'cat/broken.jpg'));
    symlinkSync(elsewhere, join(root, 'dog'));
    symlinkSync(join(elsewhere, '1.jpg'), join(root, 'cat/linked.jpg'));
    expect(await walk(root)).toEqual({
      files: ['cat/1.jpg', 'cat/deep/2.jpg', 'cat/linked.jpg', 'dog/1.jpg'],
      skipped: {
        'cat/deep/up': `a symbolic link that leads back into the folder ${join(root, 'cat')}`,
        'a-root': `a symbolic link that leads back into the folder ${root}`,
        again: `a symbolic link to ${join(root, 'cat')}, which is read already`,
        self: 'a symbolic link that leads to itself',
        'cat/broken.jpg': 'a broken symbolic link, or it vanished meanwhile',
      },
    });
  });

  onPosix(
    'follows no link to a folder around the root, and no folder that a link led into before',
    async () => {
      const outside = writeFiles(temporaryFolder(), { 'x/1.jpg': '', 'pets/cat/1.jpg': '' });
      const root = join(outside, 'pets');
      const elsewhere = writeFiles(temporaryFolder(), { 'y/1.jpg': '', 'z/2.jpg': '' });
      symlinkSync('..', join(root, 'up'));
      symlinkSync(join(elsewhere, 'y'), join(root, 'a'));
      symlinkSync(elsewhere, join(root, 'b'));
      expect(await walk(root)).toEqual({
        files: ['a/1.jpg', 'b/z/2.jpg', 'cat/1.jpg'],
        skipped: {
          up: `a symbolic link that leads back into the folder ${outside}`,
          'b/y': `the same folder as ${join(root, 'a')}, which is read already`,
        },
      });
    },
  );

  onPosix('links crossing one another do not blow it up', async () => {
    const root = temporaryFolder();
    const names = Array.from({ length: 12 }, (_, index) => `f${index}`);
    for (const name of names) {
      writeFiles(root, { [`${name}/1.jpg`]: '' });
      for (const other of names) if (other !== name) symlinkSync(join(root, other), join(root, name, other));
    }
    const { files, skipped } = await walk(root);
    expect(files).toHaveLength(12);
    expect(Object.keys(skipped)).toHaveLength(12 * 11);
  });

  onPosix('survives a folder that may not be read and things that are no files', async () => {
    const root = writeFiles(temporaryFolder(), { 'cat/1.jpg': '', 'secret/2.jpg': '' });
    execFileSync('mkfifo', [join(root, 'cat/pipe.jpg')]);
    linkSync(join(root, 'cat/1.jpg'), join(root, 'cat/hard-link.jpg'));
    chmodSync(root, 0o755);
    chmodSync(join(root, 'secret'), 0o000);
    const found = await asNobody(() => walk(root));
    chmodSync(join(root, 'secret'), 0o755);
    expect(found).toEqual({
      files: ['cat/1.jpg', 'cat/hard-link.jpg'],
      skipped: {
        'cat/pipe.jpg': 'neither a file nor a folder',
        secret: 'the folder cannot be read (EACCES)',
      },
    });
  });

  test.skipIf(process.platform !== 'linux')('names a file whose name is no UTF-8', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'cat'));
    writeFileSync(
      Buffer.concat([Buffer.from(join(root, 'cat/')), Buffer.from([0xe9, 0x2e, 0x6a, 0x70, 0x67])]),
      '',
    );
    expect(await walk(root)).toEqual({
      files: [],
      skipped: { 'cat/\ufffd.jpg': 'its name is not valid UTF-8; rename it' },
    });
  });
});

describe('a root that cannot be walked', () => {
  test('does not exist', async () => {
    const path = join(temporaryFolder(), 'missing');
    expect(await labErrorFrom(listFolder(path))).toEqual({
      code: 'SOURCE_NOT_FOUND',
      message: `There is no folder ${path}.`,
      hint: 'Check the path; images are read from a folder on this computer.',
    });
  });

  test('is a file', async () => {
    const path = join(writeFiles(temporaryFolder(), { 'pets.zip': '' }), 'pets.zip');
    expect(await labErrorFrom(listFolder(path))).toEqual({
      code: 'SOURCE_UNREADABLE',
      message: `${path} is not a folder.`,
      hint: 'Give the folder that holds the images; archives can be imported.',
    });
  });

  onPosix('is a loop', async () => {
    const path = join(temporaryFolder(), 'loop');
    symlinkSync('loop', path);
    expect(await labErrorFrom(listFolder(path))).toEqual({
      code: 'SOURCE_UNREADABLE',
      message: `The folder ${path} cannot be read (ELOOP).`,
    });
  });

  test('or whose reading was cancelled', async () => {
    const root = temporaryFolder();
    expect(await labErrorFrom(listFolder(root, AbortSignal.abort()))).toEqual({
      code: 'CANCELLED',
      message: `Reading the folder ${root} was cancelled.`,
    });
  });
});
