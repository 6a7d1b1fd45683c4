import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src-main/base/hash.ts';
import { download, type DownloadOptions, type Progress } from '../../../src-main/models/weights/download.ts';
import { cut, fileServer, sendOnly, serve, type Answer } from './file-server.ts';
import { labErrorFrom } from '../../helpers/lab-errors.ts';
import { temporaryFolder } from './helpers.ts';

const CONTENT = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7 + (index >> 8)) & 255);
const PREFIX = sha256(CONTENT).slice(0, 8);

async function setUp(answers: readonly Answer[], content: Uint8Array = CONTENT) {
  const server = await fileServer(content, answers);
  const folder = temporaryFolder();
  const path = join(folder, 'weights.bin');
  const options: DownloadOptions = { url: server.url, path, sha256Prefix: PREFIX };
  return { server, folder, path, options, part: `${path}.part` };
}

function hint({ url, path }: DownloadOptions): string {
  return `Download ${url} with a browser or on another machine and put it at ${path}; or choose other weights.`;
}

describe('download', () => {
  it('brings a file, shows how far it is, and makes the folder', async () => {
    const { folder, options } = await setUp([serve]);
    const path = join(folder, 'cache', 'models', 'weights.bin');
    const progress: Progress[] = [];
    await download({ ...options, path, onProgress: (step) => progress.push(step) });
    expect(Uint8Array.from(readFileSync(path))).toEqual(CONTENT);
    expect(readdirSync(join(folder, 'cache', 'models'))).toEqual(['weights.bin']);
    expect(progress.at(-1)).toEqual({ received: 300_000, total: 300_000 });
    const steps = progress.map(({ received }) => received);
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
  });

  it('takes up a connection that is cut', async () => {
    const { server, folder, path, options } = await setUp([
      sendOnly(100_000),
      cut,
      sendOnly(50_000),
      cut,
      cut,
      serve,
    ]);
    const progress: Progress[] = [];
    const onProgress = (step: Progress) => {
      progress.push(step);
      if (step.received === 100_000 || step.received === 150_000) server.cut();
    };
    await download({ ...options, onProgress });
    expect(Uint8Array.from(readFileSync(path))).toEqual(CONTENT);
    expect(readdirSync(folder)).toEqual(['weights.bin']);
    const [first, second] = ['bytes=100000-', 'bytes=150000-'];
    expect(server.ranges).toEqual([undefined, first, first, second, second, second]);
    expect(progress.every(({ total }) => total === 300_000)).toBe(true);
    expect(progress.at(-1)?.received).toBe(300_000);
  });

  it('goes on from what an earlier attempt left', async () => {
    const { server, path, part, options } = await setUp([serve]);
    writeFileSync(part, CONTENT.subarray(0, 123_456));
    await download(options);
    expect(server.ranges).toEqual(['bytes=123456-']);
    expect(Uint8Array.from(readFileSync(path))).toEqual(CONTENT);
  });

  it('starts again when the server cannot go on', async () => {
    const whole: Answer = (response, content) => serve(response, content, undefined);
    const { path, part, options } = await setUp([whole]);
    writeFileSync(part, 'something that is longer than nothing');
    await download(options);
    expect(Uint8Array.from(readFileSync(path))).toEqual(CONTENT);
  });

  it('lands a part that is complete already', async () => {
    const { server, folder, path, part, options } = await setUp([serve]);
    writeFileSync(part, CONTENT);
    await download(options);
    expect(server.ranges).toEqual(['bytes=300000-']);
    expect(Uint8Array.from(readFileSync(path))).toEqual(CONTENT);
    expect(readdirSync(folder)).toEqual(['weights.bin']);
  });

  it('replaces an old file only by the right one', async () => {
    const { path, options } = await setUp([serve]);
    writeFileSync(path, 'old');
    await download(options);
    expect(Uint8Array.from(readFileSync(path))).toEqual(CONTENT);
  });

  it.each([
    ['another file', CONTENT.map((byte) => byte ^ 1), ''],
    ['a part of another file', CONTENT, 'x'.repeat(1000)],
    ['a part longer than the file', CONTENT, 'x'.repeat(300_001)],
  ])('removes %s', async (_, content, before) => {
    const { folder, part, options } = await setUp([serve], content);
    if (before !== '') writeFileSync(part, before);
    const found = sha256(
      Buffer.concat([Buffer.from(before), content.subarray(Math.min(before.length, content.length))]),
    );
    expect(await labErrorFrom(download(options))).toEqual({
      code: 'WEIGHTS_HASH',
      message:
        `weights.bin from ${options.url} is not the expected file: its SHA-256 should begin with ${PREFIX}, ` +
        `but it is ${found}; it was removed.`,
      hint: 'Try again; if it happens twice, a proxy may be changing downloads, or the file was replaced.',
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('stops when it is cancelled, keeps what came, and goes on from there', async () => {
    const { server, folder, path, options } = await setUp([sendOnly(CONTENT.length - 1), serve]);
    const controller = new AbortController();
    const onProgress = ({ received }: Progress) => {
      if (received === CONTENT.length - 1) controller.abort();
    };
    expect(await labErrorFrom(download({ ...options, signal: controller.signal, onProgress }))).toEqual({
      code: 'CANCELLED',
      message: 'The download of weights.bin was cancelled.',
      hint: 'The next attempt goes on from there.',
    });
    expect(readdirSync(folder)).toEqual(['weights.bin.part']);
    await download(options);
    expect(server.ranges).toEqual([undefined, 'bytes=299999-']);
    expect(Uint8Array.from(readFileSync(path))).toEqual(CONTENT);
  });

  it('asks for nothing when it is cancelled before', async () => {
    const { server, options } = await setUp([serve]);
    expect(await labErrorFrom(download({ ...options, signal: AbortSignal.abort() }))).toMatchObject({
      code: 'CANCELLED',
    });
    expect(server.ranges).toEqual([]);
  });

  it('says without a network what to download and where to put it', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const url = `http://127.0.0.1:${(closed.address() as AddressInfo).port}/weights.bin`;
    closed.close();
    await once(closed, 'close');
    const options = { url, path: join(temporaryFolder(), 'weights.bin'), sha256Prefix: PREFIX };
    expect(await labErrorFrom(download(options))).toEqual({
      code: 'DOWNLOAD_FAILED',
      message: `Downloading weights.bin from ${url} failed: no connection (ECONNREFUSED).`,
      hint: hint(options),
    });
  });

  it('keeps what came when the connection is cut again and again', async () => {
    const { server, part, options } = await setUp([cut]);
    writeFileSync(part, CONTENT.subarray(0, 10));
    expect(await labErrorFrom(download(options))).toEqual({
      code: 'DOWNLOAD_FAILED',
      message: `Downloading weights.bin from ${options.url} failed: the connection was cut.`,
      hint: hint(options),
    });
    expect(server.ranges).toEqual(['bytes=10-', 'bytes=10-', 'bytes=10-']);
    expect(readFileSync(part)).toHaveLength(10);
  });

  it.each<[string, Answer, string]>([
    ['404', (response) => response.writeHead(404).end('nothing here'), 'the server answered 404'],
    [
      'the wrong part',
      (response, content) =>
        response.writeHead(206, { 'content-range': 'bytes 0-9/300000' }).end(content.subarray(0, 10)),
      'the server answered 206',
    ],
  ])('fails when the server answers %s', async (_, answer, why) => {
    const { path, part, options } = await setUp([answer]);
    writeFileSync(part, 'abc');
    expect(await labErrorFrom(download(options))).toEqual({
      code: 'DOWNLOAD_FAILED',
      message: `Downloading weights.bin from ${options.url} failed: ${why}.`,
      hint: hint(options),
    });
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(part, 'utf8')).toBe('abc');
  });

  it('says when the folder cannot be made', async () => {
    const { folder, options } = await setUp([serve]);
    writeFileSync(join(folder, 'taken'), '');
    const path = join(folder, 'taken', 'weights.bin');
    expect(await labErrorFrom(download({ ...options, path }))).toEqual({
      code: 'OUTPUT_UNWRITABLE',
      message: `Writing ${path} failed: its folder is a file.`,
      hint: 'Choose a folder that exists and that you may write to.',
    });
  });

  it.skipIf(!canMount())('stops on a full disk (needs user namespaces)', async () => {
    const { folder, path, options } = await setUp([serve]);
    const module = new URL('../../../src-main/models/weights/download.ts', import.meta.url).href;
    const script = `
      import { download } from ${JSON.stringify(module)};
      const error = await download(${JSON.stringify(options)}).catch((error) => error);
      console.log(JSON.stringify(error));`;
    const mount = 'mount -t tmpfs -o size=64k tiny "$1" && shift && "$@"';
    const node = [process.execPath, '--input-type=module', '-e', script];
    const child = spawn('unshare', ['-rm', 'sh', '-c', mount, 'sh', folder, ...node], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    expect(JSON.parse(await text(child.stdout))).toMatchObject({
      code: 'DISK_FULL',
      message: `Writing ${path} failed: no space is left on the disk.`,
    });
  });
});

function canMount(): boolean {
  const tryIt = ['-rm', 'sh', '-c', 'mount -t tmpfs -o size=64k tiny /mnt'];
  return process.platform === 'linux' && spawnSync('unshare', tryIt).status === 0;
}
