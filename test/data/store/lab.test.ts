import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LabStore } from '../../../src-main/data/store/index.ts';
import { labErrorOf } from '../../helpers/lab-errors.ts';
import { temporaryFolder, writeFiles } from '../temporary.ts';
import { sample } from './samples.ts';

const HOLD_LAB = fileURLToPath(new URL('./hold-lab.ts', import.meta.url));

async function holdLab(folder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', HOLD_LAB, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child.stdout, 'data');
  return child;
}

describe('one process at a time', () => {
  test('a second process is refused and told who holds the lab', async () => {
    const folder = temporaryFolder();
    const child = await holdLab(folder);
    expect(labErrorOf(() => LabStore.open(folder))).toEqual({
      code: 'LAB_LOCKED',
      message: `The lab ${folder} is in use by process ${child.pid}.`,
      hint: 'Wait until that process has ended, end it, or choose another lab with --lab.',
    });
  });

  test('the lock of a killed process is taken over, though its id is still written there', async () => {
    const folder = temporaryFolder();
    const child = await holdLab(folder);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(readFileSync(join(folder, 'lab.pid'), 'utf8')).toBe(String(child.pid));
    using store = LabStore.open(folder);
    expect(store.datasets()).toEqual([]);
    expect(readFileSync(join(folder, 'lab.pid'), 'utf8')).toBe(String(process.pid));
  });

  test('the id of a living process that never held the lab blocks nobody', () => {
    const folder = writeFiles(temporaryFolder(), { 'lab.pid': String(process.ppid) });
    using store = LabStore.open(folder);
    expect(store.folder).toBe(folder);
  });

  test('a second opening in the same process is refused, and closing frees the lab', () => {
    const folder = temporaryFolder();
    const store = LabStore.open(folder);
    expect(labErrorOf(() => LabStore.open(folder)).message).toBe(
      `The lab ${folder} is in use by process ${process.pid}.`,
    );
    store.close();
    expect(existsSync(join(folder, 'lab.pid'))).toBe(false);
    LabStore.open(folder).close();
  });

  test('a lab opens although its process id cannot be written', () => {
    const folder = writeFiles(temporaryFolder(), { 'lab.pid/in-the-way': '' });
    const store = LabStore.open(folder);
    expect(labErrorOf(() => LabStore.open(folder)).message).toBe(
      `The lab ${folder} is in use by another process.`,
    );
    store.close();
    LabStore.open(folder).close();
  });

  test('a holder whose id cannot be read is called another process', async () => {
    const folder = temporaryFolder();
    await holdLab(folder);
    writeFileSync(join(folder, 'lab.pid'), 'nonsense');
    expect(labErrorOf(() => LabStore.open(folder)).message).toBe(
      `The lab ${folder} is in use by another process.`,
    );
  });
});

describe('the check at the start', () => {
  const hint =
    'Restore the file from a backup, or start a new lab with --lab; the original images are not touched.';

  test('a file that is no database', () => {
    const folder = writeFiles(temporaryFolder(), { 'lab.db': 'this is not a database'.repeat(100) });
    expect(labErrorOf(() => LabStore.open(folder))).toEqual({
      code: 'LAB_CORRUPT',
      message: `The lab's database ${join(folder, 'lab.db')} is damaged: file is not a database.`,
      hint,
    });
    expect(existsSync(join(folder, 'lab.pid'))).toBe(false);
  });

  test('a database with spoiled pages', () => {
    const folder = temporaryFolder();
    const store = LabStore.open(folder);
    store.addSamples(
      'pets',
      Array.from({ length: 500 }, (_, index) => sample(`/pets/cat/${index}.jpg`, 'cat', index)),
    );
    store.close();
    const file = join(folder, 'lab.db');
    const bytes = readFileSync(file);
    bytes.fill(0xff, 4096 * 3, bytes.length);
    writeFileSync(file, bytes);
    const error = labErrorOf(() => LabStore.open(folder));
    expect(error.code).toBe('LAB_CORRUPT');
    expect(error.message.startsWith(`The lab's database ${file} is damaged: `)).toBe(true);
    expect(error.hint).toBe(hint);
  });

  test('a lab of the first version is brought up to date and keeps its samples', () => {
    const folder = temporaryFolder();
    const store = LabStore.open(folder);
    store.addSamples('pets', [sample('/a.png', 'cat', 1)]);
    store.database.exec(`
      DROP TABLE class_events; DROP TABLE predictions; DROP TABLE evaluations; DROP INDEX samples_by_split;
      ALTER TABLE classes DROP COLUMN removed; ALTER TABLE contents DROP COLUMN stored; PRAGMA user_version = 1`);
    store.close();
    using again = LabStore.open(folder);
    expect(again.rows('pets')).toMatchObject([{ path: '/a.png', file: '/a.png', className: 'cat' }]);
    const stored = {
      ...sample('/b.tar/b.png', 'cat', 2),
      content: { ...sample('', '', 2).content, stored: 'png' },
    };
    again.addSamples('pets', [stored]);
    const hash = '2'.padStart(64, '0');
    expect(again.rows('pets')[1]!.file).toBe(join(folder, 'contents', '00', `${hash}.png`));
  });

  test('a database of another program is left alone', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'lab.db');
    const other = new DatabaseSync(file);
    other.exec('CREATE TABLE notes (text TEXT)');
    other.close();
    expect(labErrorOf(() => LabStore.open(folder)).message).toBe(
      `The lab's database ${file} is damaged: it is an SQLite file of another program.`,
    );
  });

  test('a lab of a newer program', () => {
    const folder = temporaryFolder();
    const store = LabStore.open(folder);
    store.database.exec('PRAGMA user_version = 1000');
    store.close();
    expect(labErrorOf(() => LabStore.open(folder))).toEqual({
      code: 'LAB_VERSION',
      message: `The lab's database ${join(folder, 'lab.db')} has schema version 1000; this program knows versions up to 3.`,
      hint: 'Open the lab with the newer version of Vitrine that wrote it.',
    });
  });

  test('a lab folder that cannot be made', () => {
    const folder = join(writeFiles(temporaryFolder(), { file: '' }), 'file', 'lab');
    const error = labErrorOf(() => LabStore.open(folder));
    expect(error.code).toBe('OUTPUT_UNWRITABLE');
    expect(error.message).toBe(
      `Cannot create the lab folder ${folder}: ENOTDIR: not a directory, mkdir '${folder}'.`,
    );
  });
});

describe('a full disk', () => {
  test('stops with everything kept that was saved before', () => {
    const folder = temporaryFolder();
    const store = LabStore.open(folder);
    store.addSamples('pets', [sample('/pets/cat/0.jpg', 'cat', 0)]);
    const [first] = store.rows('pets');
    store.edit('pets', { samples: [first!.id], change: { label: 'dog' }, who: 'Ada', createClass: true });
    store.database.exec(`PRAGMA max_page_count = ${store.database.count('PRAGMA page_count') + 8}`);

    const many = Array.from({ length: 5000 }, (_, index) =>
      sample(`/pets/cat/${index + 1}.jpg`, 'cat', index + 1),
    );
    expect(labErrorOf(() => store.addSamples('pets', many))).toEqual({
      code: 'DISK_FULL',
      message: `Cannot write ${join(folder, 'lab.db')}: the disk is full. What was saved before is kept.`,
      hint: 'Free some space and repeat the command.',
    });
    expect(store.rows('pets').map((row) => row.className)).toEqual(['dog']);
    store.close();

    using again = LabStore.open(folder);
    expect(again.rows('pets').map((row) => row.className)).toEqual(['dog']);
    expect(again.events('pets')).toHaveLength(1);
    expect(again.addSamples('pets', many)).toEqual({ added: 5000, updated: 0, known: 0 });
  });
});
