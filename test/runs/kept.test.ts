/** What is kept between predictions: the process, and in it the network. */
import { copyFileSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { KeptClient } from '../../src-main/runs/kept-client.ts';
import { KeptPredictor } from '../../src-main/runs/kept-predictor.ts';
import { nodeHost } from '../../src-main/runs/node-host.ts';
import type { ComputeExit, ProcessHost } from '../../src-main/runs/process-host.ts';
import type { Predictor } from '../../src-main/runs/predictor.ts';
import { makeFolder } from './folder.ts';

// Real processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

const folder = makeFolder();

function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/onnx/classifiers/${name}.onnx`, import.meta.url));
}

const RESNET = { model: fixture('resnet-opset11'), device: 'cpu' } as const;

/** Starts processes and remembers how they ended. */
function watchedHost(): ProcessHost & { readonly exits: Promise<ComputeExit>[] } {
  const exits: Promise<ComputeExit>[] = [];
  return {
    exits,
    fork(entry) {
      const started = nodeHost.fork(entry);
      exits.push(new Promise((resolve) => started.onExit(resolve)));
      return started;
    },
  };
}

describe('KeptClient', () => {
  test('calls go to one process, which is gone after close, and the next call starts another', async () => {
    const host = watchedHost();
    const client = new KeptClient(host);
    const opened = await client.call('open-predictor', RESNET);
    expect(opened).toMatchObject({ origin: { kind: 'foreign' } });
    await client.call('open-predictor', RESNET);
    expect(host.exits).toHaveLength(1);
    client.close();
    // At once, before the process had time to end.
    const again = client.call('open-predictor', RESNET);
    expect(await host.exits[0]).toMatchObject({ signal: 'SIGKILL' });
    await again;
    expect(host.exits).toHaveLength(2);
    client.close();
    await host.exits[1];
  });

  test('a process that nobody calls ends; one that is busy does not', async () => {
    const host = watchedHost();
    const client = new KeptClient(host, 1);
    const first = client.call('open-predictor', RESNET);
    const second = client.call('open-predictor', RESNET);
    await Promise.all([first, second]);
    expect(await host.exits[0]).toMatchObject({ signal: 'SIGKILL' });
    expect(host.exits).toHaveLength(1);
  });
});

describe('KeptPredictor', () => {
  const found = (predictor: Predictor): Promise<Predictor> => Promise.resolve(predictor);

  test('keeps a network until another one is asked, or its file is another', async () => {
    const kept = new KeptPredictor();
    const file = path.join(folder, 'model.onnx');
    copyFileSync(RESNET.model, file);
    const source = { model: file, device: 'cpu' } as const;
    const first = await kept.use(source, found);
    expect(await kept.use(source, found)).toBe(first);
    copyFileSync(fixture('squeezenet-opset9'), file);
    utimesSync(file, new Date(), new Date(Date.now() + 5000));
    const second = await kept.use(source, found);
    expect(second).not.toBe(first);
    const { imageSize } = first.pipeline;
    // The old one is released.
    await expect(first.logits(new Uint8Array(imageSize * imageSize * 3), 1)).rejects.toThrow();
  });

  test('one that is in use is not released under its user', async () => {
    const kept = new KeptPredictor();
    await kept.use(RESNET, async (predictor) => {
      await kept.use({ model: fixture('squeezenet-opset9'), device: 'cpu' }, found);
      const { imageSize } = predictor.pipeline;
      const logits = await predictor.logits(new Uint8Array(imageSize * imageSize * 3), 1);
      expect(logits[0]!.length).toBe(predictor.classes.length);
    });
  });

  test('one that could not be loaded is tried again', async () => {
    const kept = new KeptPredictor();
    const file = path.join(folder, 'later.onnx');
    await expect(kept.use({ model: file }, found)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    copyFileSync(RESNET.model, file);
    expect((await kept.use({ model: file, device: 'cpu' }, found)).origin).toEqual({ kind: 'foreign' });
  });
});
