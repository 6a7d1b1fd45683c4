import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openArchive, type ArchiveLimits } from '../../../src-main/data/archives/index.ts';
import { labErrorFrom } from '../../helpers/lab-errors.ts';
import { temporaryFolder } from '../temporary.ts';
import { tarOf, type TarMember, zipOf, type ZipMember } from './build.ts';

function save(bytes: Uint8Array, name = 'a.bin'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

async function readAll(path: string, limits: ArchiveLimits = {}): Promise<Record<string, string>> {
  const archive = await openArchive(path, limits);
  const files = new Set((await archive.members()).map(({ file }) => file));
  const found: Record<string, string> = {};
  for await (const { file, bytes } of archive.read(files)) found[file] = Buffer.from(bytes).toString();
  return found;
}

/** The error of an archive, its path left out. */
async function refusal(bytes: Uint8Array, limits: ArchiveLimits = {}): Promise<string> {
  const path = save(bytes);
  const { code, message } = await labErrorFrom(readAll(path, limits));
  return `${code} ${message.replace(path, 'A')}`;
}

const PLAIN = [
  { name: 'pets/', type: '5' },
  { name: 'pets/cat/1.txt', data: 'one' },
  { name: './pets//dog/猫.txt', data: 'x'.repeat(2000) },
  { name: 'empty' },
];
const CONTENT = { 'pets/cat/1.txt': 'one', 'pets/dog/猫.txt': 'x'.repeat(2000), empty: '' };

describe('an honest archive', () => {
  test.each([
    ['tar', tarOf(PLAIN)],
    ['tar.gz', gzipSync(tarOf(PLAIN))],
    ['zip, stored', zipOf(PLAIN.map(({ name, data = '' }) => ({ name, data })))],
    ['zip, deflated', zipOf(PLAIN.map(({ name, data = '' }) => ({ name, data, method: 8 })))],
    ['zip64', zipOf(PLAIN.map(({ name, data = '' }) => ({ name, data, zip64: true })))],
    ['zip without the mark of UTF-8', zipOf(PLAIN.map(({ name, data = '' }) => ({ name, data, flags: 0 })))],
  ])('%s', async (_, bytes) => {
    // Whatever it is called: the bytes say what it is.
    expect(await readAll(save(bytes, 'pets.download'))).toEqual(CONTENT);
  });

  test('names of more than a hundred bytes, by a pax header and by GNU', async () => {
    const long = `${'folder/'.repeat(30)}1.txt`;
    const record = ` path=${long}\n`;
    const pax = `${record.length + 3}${record}`;
    for (const header of [
      { name: 'pax', type: 'x', data: pax },
      { name: '././@LongLink', type: 'L', data: `${long}\0` },
    ]) {
      expect(await readAll(save(tarOf([header, { name: 'short', data: 'a' }])))).toEqual({ [long]: 'a' });
    }
  });

  test('only what is wanted is handed out', async () => {
    const archive = await openArchive(save(tarOf(PLAIN)));
    const read: string[] = [];
    for await (const { file } of archive.read(new Set(['empty', 'absent']))) read.push(file);
    expect(read).toEqual(['empty']);
  });
});

describe('a hostile archive', () => {
  test.each<[string, TarMember & ZipMember, string]>([
    ['a path that leads out', { name: 'a/../../b' }, 'its member "a/../../b" leads out of the archive'],
    ['an absolute path', { name: '/etc/passwd' }, 'its member "/etc/passwd" has an absolute path'],
    ['a drive', { name: 'C:/x.png' }, 'its member "C:/x.png" has an absolute path'],
    ['a folder that leads out', { name: '../', type: '5' }, 'its member "../" leads out of the archive'],
    ['a link', { name: 'l', type: '2', link: '/etc', mode: 0xa1ff }, 'its member "l" is a link'],
    ['a device', { name: 'd', type: '3', mode: 0x2000 }, 'its member "d" is a device'],
    ['a pipe', { name: 'p', type: '6', mode: 0x1000 }, 'its member "p" is a device'],
  ])('%s', async (_, member, problem) => {
    const message = `ARCHIVE_UNSAFE The archive A is refused: ${problem}.`;
    expect(await refusal(tarOf([{ name: 'ok', data: 'x' }, member]))).toBe(message);
    expect(await refusal(gzipSync(tarOf([member])))).toBe(message);
    expect(await refusal(zipOf([{ name: 'ok', data: 'x' }, member]))).toBe(message);
  });

  test('backslashes that lead out', async () => {
    expect(await refusal(tarOf([{ name: 'a\\..\\..\\b' }]))).toContain('leads out of the archive');
    expect(await refusal(zipOf([{ name: 'a\\..\\..\\b' }]))).toContain('leads out of the archive');
  });

  test('a hard link', async () => {
    const members = [
      { name: 'a', data: 'x' },
      { name: 'b', type: '1', link: 'a' },
    ];
    expect(await refusal(tarOf(members))).toBe(
      'ARCHIVE_UNSAFE The archive A is refused: its member "b" is a link.',
    );
  });

  test('two members of one name, also in two Unicode spellings', async () => {
    for (const second of ['caf\u00e9', 'cafe\u0301', './caf\u00e9']) {
      const members = [
        { name: 'caf\u00e9', data: '1' },
        { name: second, data: '2' },
      ];
      const message = `ARCHIVE_UNSAFE The archive A is refused: it has two members ${JSON.stringify(second)}.`;
      expect(await refusal(tarOf(members))).toBe(message);
      expect(await refusal(zipOf(members))).toBe(message);
    }
  });

  test('more bytes than allowed', async () => {
    const members = [
      { name: 'a', data: 'x'.repeat(600) },
      { name: 'b', data: 'x'.repeat(600) },
    ];
    const message = 'ARCHIVE_UNSAFE The archive A is refused: it unpacks to more than 1000 bytes.';
    expect(await refusal(tarOf(members), { maxBytes: 1000 })).toBe(message);
    expect(await refusal(zipOf(members), { maxBytes: 1000 })).toBe(message);
    expect(await readAll(save(tarOf(members)), { maxBytes: 1200 })).toHaveProperty('b');
  });

  test('a member of absurd size, before any of it is there', async () => {
    const size = 2 ** 30;
    const message = `ARCHIVE_UNSAFE The archive A is refused: its member "a" has ${size} bytes, the limit is 536870912.`;
    expect(await refusal(tarOf([{ name: 'a', data: 'x', size }]))).toBe(message);
    expect(await refusal(zipOf([{ name: 'a', data: 'x', method: 8, size }]))).toBe(message);
  });

  test('an absurd ratio', async () => {
    const data = Buffer.alloc(40 * 2 ** 20);
    const message = 'ARCHIVE_UNSAFE The archive A is refused: it unpacks to more than 200 times its size.';
    expect(await refusal(gzipSync(tarOf([{ name: 'a', data }])))).toBe(message);
    expect(await refusal(zipOf([{ name: 'a', data, method: 8 }]))).toBe(message);
  });

  test('archives packed twice', async () => {
    const inner = tarOf([{ name: 'a', data: 'x' }]);
    const message = 'ARCHIVE_UNSAFE The archive A is refused: it is compressed twice.';
    expect(await refusal(gzipSync(gzipSync(inner)))).toBe(message);
    expect(await refusal(gzipSync(zstdCompressSync(inner)))).toBe(message);
  });

  test('an encrypted zip, and an unknown compression', async () => {
    // Encryption puts twelve bytes before the data.
    expect(await refusal(zipOf([{ name: 'a', data: 'x'.repeat(13), size: 1, flags: 1 }]))).toBe(
      'ARCHIVE_UNSUPPORTED The archive A cannot be read: its member "a" is encrypted.',
    );
    expect(await refusal(zipOf([{ name: 'a', data: 'x'.repeat(13), size: 1, flags: 0x41 }]))).toBe(
      'ARCHIVE_UNSUPPORTED The archive A cannot be read: it is encrypted.',
    );
    expect(await refusal(zipOf([{ name: 'a', data: 'x', method: 14 }]))).toBe(
      'ARCHIVE_UNSUPPORTED The archive A cannot be read: its member "a" is compressed by the method 14.',
    );
  });

  test('nothing in gzip, and one byte in it', async () => {
    for (const inner of ['', 'x']) {
      expect(await refusal(gzipSync(inner))).toMatch(
        /^ARCHIVE_CORRUPT The archive A is damaged or cut off: /,
      );
    }
  });

  test('what is no archive', async () => {
    expect(await refusal(Buffer.from('hello'))).toBe(
      'SOURCE_UNREADABLE A is neither a folder nor an archive or list of images that is read.',
    );
    expect(await refusal(Buffer.alloc(0))).toBe(
      'ARCHIVE_CORRUPT The archive A is damaged or cut off: it is empty.',
    );
  });
});

describe('a damaged archive', () => {
  const files = [
    { name: 'a', data: 'x'.repeat(3000), method: 8 },
    { name: 'b', data: 'y'.repeat(3000) },
  ];

  test('cut off anywhere', async () => {
    for (const [whole, step] of [
      [tarOf(files), 512],
      [tarOf(files), 700],
      [gzipSync(tarOf(files)), 10],
      [zipOf(files), 300],
    ] as const) {
      // The second of the two blocks that end a tar may be missing, as GNU's tar has it.
      const last = whole.length - (step === 512 ? 1024 : 600);
      for (let length = step; length <= Math.max(last, whole.length - 1 - 600); length += step) {
        expect(await refusal(whole.subarray(0, length)), `${length} of ${whole.length}`).toMatch(
          /^(ARCHIVE_CORRUPT|SOURCE_UNREADABLE)/,
        );
      }
    }
  });

  test('says what is wrong', async () => {
    const tar = tarOf(files);
    const broken = Buffer.from(tar);
    broken[512 + 3072 + 10] = 0x7a;
    expect(await refusal(broken)).toBe(
      'ARCHIVE_CORRUPT The archive A is damaged or cut off: checksum failure.',
    );
    expect(await refusal(tarOf(files, { end: false }))).toBe(
      'ARCHIVE_CORRUPT The archive A is damaged or cut off: the mark at its end is missing.',
    );
    expect(await refusal(tar.subarray(0, 1000))).toMatch(/^ARCHIVE_CORRUPT .*: Truncated input/);
    expect(await refusal(gzipSync(tar).subarray(0, -20))).toBe(
      'ARCHIVE_CORRUPT The archive A is damaged or cut off: unexpected end of file.',
    );
    expect(await refusal(zipOf([{ name: 'a', data: 'x', crc: 1 }]))).toBe(
      'ARCHIVE_CORRUPT The archive A is damaged or cut off: the checksum of its member "a" does not match.',
    );
    expect(await refusal(zipOf([{ name: 'a', data: 'xyz', method: 8, size: 2 }]))).toMatch(
      /^ARCHIVE_CORRUPT .*too many bytes/,
    );
  });

  test('reading can be cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    const path = save(zipOf(files));
    expect(await labErrorFrom(readAll(path, { signal: controller.signal }))).toEqual({
      code: 'CANCELLED',
      message: `Reading the archive ${path} was cancelled; nothing was imported.`,
    });
  });
});
