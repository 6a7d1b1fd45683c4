import { fork } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { entryUrl } from '../../src-main/base/entry.ts';
import { ComputeClient, callOnce } from '../../src-main/runs/compute-client.ts';
import { nodeHost } from '../../src-main/runs/node-host.ts';
import type { ComputeProcess, ProcessHost } from '../../src-main/runs/process-host.ts';
import type { RunRow } from '../../src-main/runs/rows.ts';
import { readRunFile } from '../../src-main/runs/run-file.ts';
import { runPaths } from '../../src-main/runs/run-folder.ts';
import { makeFolder } from './folder.ts';
import { BUNDLED, newRun, writePictures } from './support.ts';

// Real trainings in real processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const lab = makeFolder();
const cacheFolder = path.join(lab, 'cache');
let rows: readonly RunRow[];

beforeAll(async () => {
  rows = await writePictures(path.join(lab, 'pictures'), { train: 2 });
});

/** Hands out the last process that was started. */
function watchedHost(): ProcessHost & { last(): ComputeProcess } {
  let last: ComputeProcess | undefined;
  return { fork: (entry) => (last = nodeHost.fork(entry)), last: () => last! };
}

describe('ComputeClient', () => {
  test('calls, gets values, and errors with code and hint', async () => {
    const devices = await callOnce(nodeHost, 'devices', null);
    expect(devices[0]).toMatchObject({ name: 'cpu', available: true });
    await expect(
      callOnce(nodeHost, 'resolve-device', process.platform === 'win32' ? 'coreml' : 'dml'),
    ).rejects.toMatchObject({ code: 'DEVICE_UNAVAILABLE', hint: 'Use --device auto or --device cpu.' });
  });

  test('cancelling a training stops it with a checkpoint', async () => {
    const folder = await newRun(lab, rows, { mode: 'head', epochs: 1000 }, BUNDLED);
    const controller = new AbortController();
    const result = await callOnce(
      nodeHost,
      'train',
      { folder, cacheFolder },
      {
        signal: controller.signal,
        onEvent: ({ event }) => {
          if (event === 'epoch') controller.abort();
        },
      },
    );
    expect(result.status).toBe('stopped');
    expect(result.epoch).toBeLessThan(1000);
  });

  test('a process that dies fails its calls, and the next call starts another', async () => {
    const host = watchedHost();
    const client = new ComputeClient(host);
    const folder = await newRun(lab, rows, { mode: 'head', epochs: 1 }, BUNDLED);
    const call = client.call('train', { folder, cacheFolder }, { onEvent: () => host.last().kill() });
    await expect(call).rejects.toMatchObject({
      code: 'COMPUTE_DIED',
      message: `The compute process ended during "train ${path.basename(folder)}": signal SIGKILL.`,
      hint: `Its checkpoint is kept. Go on with: vitrine resume ${path.basename(folder)}`,
    });
    expect((await client.call('train', { folder, cacheFolder })).status).toBe('finished');
    client.close();
  });

  test('a process that cannot be started says why', async () => {
    const host: ProcessHost = { fork: () => nodeHost.fork(new URL('file:///missing/entry.ts')) };
    await expect(callOnce(host, 'devices', null)).rejects.toMatchObject({
      code: 'COMPUTE_DIED',
      message: 'The compute process ended during "devices": exit code 1.',
    });
  });

  test('a process without its parent writes a checkpoint and ends', async () => {
    const folder = await newRun(lab, rows, { mode: 'head', epochs: 100_000 }, BUNDLED);
    const child = fork(fileURLToPath(entryUrl('compute')), { serialization: 'advanced', stdio: 'ignore' });
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.send({ type: 'call', id: 0, name: 'train', input: { folder, cacheFolder } });
    await new Promise<void>((resolve) =>
      child.on('message', (message: { event?: { event?: string } }) => {
        if (message.event?.event === 'epoch') resolve();
      }),
    );
    child.disconnect();
    expect(await exited).toBe(0);
    expect(await readRunFile(runPaths(folder).run)).toMatchObject({ status: 'stopped' });
  });
});
