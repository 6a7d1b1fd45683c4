import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  landFile,
  removeStaleTemporaries,
  writeError,
  writeFileAtomic,
} from '../../src-main/base/atomic-file.ts';

const MODULE = new URL('../../src-main/base/atomic-file.ts', import.meta.url).href;
const SPACE_HINT = 'Free some space there and try again; what the file held before is unchanged.';
const FOLDER_HINT = 'Choose a folder that exists and that you may write to.';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-atomic-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** A private namespace with a disk of 64 KiB at `folder`, where the system lets users have one. */
function onTinyDisk(folder: string, script: string) {
  const command = `mount -t tmpfs -o size=64k tiny "$1" && shift && "$@"`;
  return spawnSync(
    'unshare',
    ['-rm', 'sh', '-c', command, 'sh', folder, process.execPath, '--input-type=module', '-e', script],
    { encoding: 'utf8' },
  );
}

const canMount =
  process.platform === 'linux' &&
  spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs -o size=64k tiny /mnt']).status === 0;

describe('writeFileAtomic', () => {
  it('writes texts, bytes and pieces, and leaves nothing else behind', async () => {
    const folder = temporaryFolder();
    await writeFileAtomic(join(folder, 'text'), 'Katze 猫');
    await writeFileAtomic(join(folder, 'bytes'), Uint8Array.of(0, 255, 7));
    const pieces = function* () {
      yield new Uint8Array(100_000).fill(1);
      yield Uint8Array.of(2);
    };
    await writeFileAtomic(join(folder, 'pieces'), pieces());
    expect(readFileSync(join(folder, 'text'), 'utf8')).toBe('Katze 猫');
    expect([...readFileSync(join(folder, 'bytes'))]).toEqual([0, 255, 7]);
    expect(readFileSync(join(folder, 'pieces'))).toHaveLength(100_001);
    expect(readdirSync(folder).sort()).toEqual(['bytes', 'pieces', 'text']);
  });

  it('keeps the old file and removes its own when the content fails halfway', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'file');
    writeFileSync(path, 'old');
    const broken = function* () {
      yield new Uint8Array(10);
      throw new Error('the content broke');
    };
    await expect(writeFileAtomic(path, broken())).rejects.toThrow('the content broke');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('says what is wrong with the place', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'taken'));
    writeFileSync(join(folder, 'plain'), '');
    const cases: [string, string][] = [
      [join(folder, 'none', 'x'), 'its folder does not exist'],
      [join(folder, 'taken'), 'there is a folder of that name'],
      [join(folder, 'plain', 'x'), 'its folder is a file'],
      [join(folder, 'x'.repeat(300)), 'the name is too long'],
    ];
    for (const [path, why] of cases) {
      await expect(writeFileAtomic(path, 'x')).rejects.toMatchObject({
        code: 'OUTPUT_UNWRITABLE',
        message: `Writing ${path} failed: ${why}.`,
        hint: FOLDER_HINT,
      });
    }
    expect(readdirSync(folder).sort()).toEqual(['plain', 'taken']);
  });

  it.skipIf(!canMount)('stops cleanly on a full disk (needs user namespaces)', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'model');
    const result = onTinyDisk(
      folder,
      `import { readdirSync, readFileSync } from 'node:fs';
       import { writeFileAtomic } from ${JSON.stringify(MODULE)};
       const path = ${JSON.stringify(path)};
       await writeFileAtomic(path, 'old');
       const error = await writeFileAtomic(path, new Uint8Array(100_000)).catch((error) => error);
       console.log(JSON.stringify({ error, files: readdirSync(${JSON.stringify(folder)}), content: readFileSync(path, 'utf8') }));`,
    );
    expect(result.stderr).toBe('');
    expect(JSON.parse(result.stdout)).toEqual({
      error: {
        code: 'DISK_FULL',
        message: `Writing ${path} failed: no space is left on the disk.`,
        hint: SPACE_HINT,
      },
      files: ['model'],
      content: 'old',
    });
  });
});

describe('writeError', () => {
  const systemError = (code: string) =>
    Object.assign(new Error(`${code}: said by the system`), { code, syscall: 'open' });

  it.each([
    ['EACCES', 'permission denied'],
    ['EPERM', 'permission denied'],
    ['EROFS', 'the disk is read-only'],
    ['EEXIST', 'its folder is a file'],
    ['ENOTEMPTY', 'there is a folder of that name'],
    ['EIO', 'EIO: said by the system'],
  ])('words %s', (code, why) => {
    expect(writeError('/lab/x', systemError(code))).toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      message: `Writing /lab/x failed: ${why}.`,
      hint: FOLDER_HINT,
    });
  });

  it('takes an exhausted quota for a full disk', () => {
    expect(writeError('/lab/x', systemError('EDQUOT'))).toMatchObject({
      code: 'DISK_FULL',
      message: 'Writing /lab/x failed: no space is left on the disk.',
      hint: SPACE_HINT,
    });
  });

  it('leaves other errors as they are', () => {
    const defect = new TypeError('a defect');
    expect(writeError('/lab/x', defect)).toBe(defect);
  });
});

describe('landFile', () => {
  it('renames a finished file over an old one', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'new.part'), 'new');
    writeFileSync(join(folder, 'file'), 'old');
    await landFile(join(folder, 'new.part'), join(folder, 'file'));
    expect(readdirSync(folder)).toEqual(['file']);
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('new');
  });

  it('leaves the finished file where it is when it cannot land', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'new.part'), 'new');
    mkdirSync(join(folder, 'file'));
    await expect(landFile(join(folder, 'new.part'), join(folder, 'file'))).rejects.toMatchObject({
      message: `Writing ${join(folder, 'file')} failed: there is a folder of that name.`,
    });
    expect(readFileSync(join(folder, 'new.part'), 'utf8')).toBe('new');
  });
});

describe('removeStaleTemporaries', () => {
  it('removes what a killed process left, and the old file is whole', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'file');
    writeFileSync(path, 'old');
    const writer = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { writeSync } from 'node:fs';
         import { writeFileAtomic } from ${JSON.stringify(MODULE)};
         await writeFileAtomic(${JSON.stringify(path)}, (function* () {
           yield new Uint8Array(1000);
           writeSync(1, 'halfway');
           Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
         })());`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(writer.stdout, 'data');
    expect(await removeStaleTemporaries(folder)).toEqual([]);
    expect(readdirSync(folder)).toHaveLength(2);

    writer.kill('SIGKILL');
    await once(writer, 'exit');
    expect(await removeStaleTemporaries(folder)).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(['file']);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it('removes older files of a process that had the same number, and leaves strangers alone', async () => {
    const folder = temporaryFolder();
    const id = '00000000-0000-0000-0000-000000000000';
    const earlier = `.vitrine-${process.pid}-${id}.tmp`;
    const current = `.vitrine-${process.pid}-${id.replace('0', '1')}.tmp`;
    for (const name of [earlier, current, 'notes.tmp', '.vitrine-notes.tmp'])
      writeFileSync(join(folder, name), '');
    utimesSync(join(folder, earlier), 1, 1);
    expect(await removeStaleTemporaries(folder)).toEqual([earlier]);
    expect(readdirSync(folder).sort()).toEqual([current, '.vitrine-notes.tmp', 'notes.tmp'].sort());
  });
});
