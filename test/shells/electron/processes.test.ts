/** The lab process and compute processes behind the window: their connections, their ends, and quitting. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { createLabClient, Lab, nodeHost } from '../../../src-main/lab/index.ts';
import { ROOT } from '../../../build/bootstrap/processes.js';
import { drawFolder } from '../cli/pictures.ts';
import { launch, scratchFolder, useBundles, type LaunchedApp } from './launch.ts';

// Real trainings in real processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });
useBundles();

/** Imports pictures through the page and begins a training that would go on for long. */
async function startTraining(app: LaunchedApp): Promise<void> {
  const pictures = await drawFolder(path.join(app.folder, 'pictures'), ['a', 'b'], 8);
  await app.evaluate(async ({ page, until, calls }, pictures) => {
    const client = await (await page()).connect();
    const imported = await client.datasets.import({ path: pictures, dataset: 'stripes' });
    await until(async () => (await client.jobs.get({ id: imported.job })).status === 'done');
    await client.training.start({
      ...{ dataset: 'stripes', weights: 'none', imageSize: 32, epochs: 1000, batchSize: 8, device: 'cpu' },
    });
    await until(async () => (await client.training.runs()).some(({ epoch }) => (epoch ?? 0) > 0));
    await until(() => calls.some(({ name }) => name === 'powerSaveBlocker.start'));
  }, pictures);
}

/** The lab's runs once the program has ended. */
async function runsOf(folder: string) {
  const lab = new Lab({ folder, processHost: nodeHost });
  try {
    return await createLabClient(lab).training.runs();
  } finally {
    await lab.close();
  }
}

describe('the page', () => {
  test('sees the lab, its pictures, and after a reload the same job over a new connection', async () => {
    const app = launch();
    const pictures = await drawFolder(path.join(app.folder, 'pictures'), ['a', 'b'], 4);
    const seen = await app.evaluate(async ({ page, window, protocol, until }, folder) => {
      const first = await page();
      const client = await first.connect();
      const { job } = await client.datasets.import({ path: folder, dataset: 'stripes' });
      const before = window.loads;
      window.reload();
      await until(() => window.loads > before);
      const again = await (await page()).connect();
      await until(async () => (await again.jobs.get({ id: job })).status === 'done');
      const lost = await Promise.race([
        client.datasets.list().then(() => 'answered'),
        new Promise((resolve) => setTimeout(resolve, 300, 'no answer')),
      ]);
      const [dataset] = await again.datasets.list();
      const picture = await protocol.request('vitrine://app/images/samples/1?size=96');
      const broken = await protocol.request('vitrine://app/images/samples/999?size=96');
      return {
        ...{ name: dataset!.name, lost, status: picture.status, type: picture.headers.get('content-type') },
        bytes: (await picture.arrayBuffer()).byteLength,
        broken: { status: broken.status, body: await broken.text() },
      };
    }, pictures);
    expect(seen).toMatchObject({ name: 'stripes', lost: 'no answer', status: 200 });
    expect(seen.type).toMatch(/^image\//);
    expect(seen.bytes).toBeGreaterThan(20);
    expect([404, 500]).toContain(seen.broken.status);
  });

  test('hears what another connection changed', async () => {
    const app = launch();
    const pictures = await drawFolder(path.join(app.folder, 'pictures'), ['a', 'b'], 2);
    const changes = await app.evaluate(async ({ page }, folder) => {
      const loaded = await page();
      const [one, other] = [await loaded.connect(), await loaded.connect()];
      const heard: string[] = [];
      for await (const { what } of await one.changes.watch()) {
        heard.push(what);
        if (what === 'ready') void other.datasets.import({ path: folder, dataset: 'stripes' });
        if (what === 'datasets') return heard;
      }
      return heard;
    }, pictures);
    expect(changes[0]).toBe('ready');
    expect(changes).toContain('job');
  });
});

describe('compute processes', () => {
  test('are forked for the lab, talk to it, and end for certain', async () => {
    const app = launch();
    const { devices, forks } = await app.evaluate(async ({ page, forked, until }) => {
      const client = await (await page()).connect();
      const devices = await client.system.devices();
      await until(() => forked.at(-1)!.pid === undefined);
      const forks = forked.map(({ modulePath, options }) => ({ modulePath, options }));
      return { devices, forks };
    });
    expect(devices[0]).toMatchObject({ name: 'cpu', available: true });
    expect(forks).toEqual([
      { modulePath: path.join(ROOT, 'out/main/lab.js'), options: { serviceName: 'Vitrine lab' } },
      {
        modulePath: path.join(ROOT, 'out/main/compute.js'),
        options: { serviceName: 'Vitrine compute', stdio: ['ignore', 'ignore', 'inherit'] },
      },
    ]);
  });

  test('that die fail their call, which says how', async () => {
    const app = launch();
    const error = await app.evaluate(async ({ page, forked, until }) => {
      const client = await (await page()).connect();
      const call = client.system.devices().catch((thrown: Error & { code: string }) => thrown);
      await until(() => forked[1]?.pid);
      process.kill(forked[1]!.pid!, 'SIGKILL');
      const { code, message } = (await call) as Error & { code: string };
      return { code, message };
    });
    expect(error).toEqual({
      code: 'COMPUTE_DIED',
      message: 'The compute process ended during "devices": signal SIGKILL.',
    });
  });
});

describe('the lab process', () => {
  test('that dies is told of and started again, and its training has a checkpoint', async () => {
    const app = launch();
    await startTraining(app);
    const { message, runs } = await app.evaluate(async (given) => {
      const [lab, compute] = given.forked;
      process.kill(lab!.pid!, 'SIGKILL');
      given.answers.push({ response: 0 });
      await given.until(() => compute!.pid === undefined);
      await given.until(() => given.window.loads === 2);
      const client = await (await given.page()).connect();
      const runs = await client.training.runs();
      return { message: given.calls.find(({ name }) => name === 'dialog.message')!.values[0], runs };
    });
    expect(message).toMatchObject({
      type: 'error',
      message: 'The lab process ended unexpectedly.',
      detail: expect.stringContaining('(signal SIGKILL)') as string,
      buttons: ['Restart the Lab', 'Quit'],
    });
    expect(runs).toHaveLength(1);
    expect(runs[0]!.status).not.toBe('running');
  });

  test('whose lab another process has says so, and tries again or opens another', async () => {
    const folder = scratchFolder();
    const lab = path.join(folder, 'taken');
    const holder = new Lab({ folder: lab, processHost: nodeHost });
    void holder.store;
    try {
      const app = launch({ folder, lab });
      const { messages, opened } = await app.evaluate(
        async (given, other) => {
          const told = () => given.calls.filter(({ name }) => name === 'dialog.message');
          await given.until(() => told().length === 1);
          await given.reply({ response: 0 });
          await given.until(() => told().length === 2);
          await given.reply({ response: 1 });
          await given.reply({ canceled: false, filePaths: [other] });
          await given.until(() => given.forked.length === 3 && given.window.loads === 3);
          const client = await (await given.page()).connect();
          return {
            messages: told().map(({ values }) => values[0]),
            opened: (await client.files.roots()).lab,
          };
        },
        path.join(folder, 'free'),
      );
      expect(messages).toHaveLength(2);
      expect(messages[0]).toMatchObject({
        message: 'The lab cannot be opened.',
        detail: expect.stringMatching(/^The lab .* is in use by process \d+\.\nWait until/) as string,
        buttons: ['Try Again', 'Open Another Lab…', 'Quit'],
      });
      expect(opened).toBe(path.join(folder, 'free'));
    } finally {
      await holder.close();
    }
  });
});

describe('quitting', () => {
  test('closes the lab first', async () => {
    const app = launch();
    await app.evaluate(async ({ page }) => (await (await page()).connect()).datasets.list());
    expect(existsSync(path.join(app.lab, 'lab.pid'))).toBe(true);
    void app.evaluate(({ window }) => window.close()).catch(() => undefined);
    expect(await app.ended).toEqual({ code: 0, signal: null });
    expect(existsSync(path.join(app.lab, 'lab.pid'))).toBe(false);
  });

  test('while a training runs asks, and then leaves a checkpoint', async () => {
    const app = launch();
    await startTraining(app);
    const { question, still } = await app.evaluate(async (given) => {
      given.answers.push({ response: 1 });
      given.window.close();
      await given.until(() => given.calls.some(({ name }) => name === 'dialog.message'));
      await new Promise((resolve) => setTimeout(resolve, 100));
      const { values } = given.calls.find(({ name }) => name === 'dialog.message')!;
      return { question: values[0], still: given.window.visible };
    });
    expect(question).toMatchObject({
      type: 'question',
      message: 'Work is still under way. Quit anyway?',
      buttons: ['Quit', 'Keep Working'],
      defaultId: 0,
      cancelId: 1,
    });
    expect(still).toBe(true);
    void app
      .evaluate((given) => {
        given.answers.push({ response: 0 });
        given.app.quit();
      })
      .catch(() => undefined);
    expect(await app.ended).toEqual({ code: 0, signal: null });
    expect(await runsOf(app.lab)).toMatchObject([{ status: 'stopped' }]);
  });

  test('by a signal asks nothing', async () => {
    const app = launch();
    await startTraining(app);
    // Not even where it is asking just now.
    await app.evaluate(async (given) => {
      given.window.close();
      given.window.close();
      await given.until(() => given.calls.some(({ name }) => name === 'dialog.message'));
      const asked = given.calls.filter(({ name }) => name === 'dialog.message').length;
      if (asked !== 1) throw new Error(`It asked ${asked} times.`);
    });
    process.kill(app.pid, 'SIGTERM');
    expect(await app.ended).toEqual({ code: 0, signal: null });
    expect(await runsOf(app.lab)).toMatchObject([{ status: 'stopped' }]);
  });
});

describe('the main process', () => {
  test('loads nothing of the lab', () => {
    const loaded = new Set<string>();
    const packages = new Set<string>();
    const visit = (name: string): void => {
      if (loaded.has(name)) return;
      loaded.add(name);
      const code = readFileSync(path.join(ROOT, 'out/main', name), 'utf8');
      for (const [, from] of code.matchAll(/^import .*?["']([^"']+)["'];$/gm)) {
        if (from!.startsWith('./')) visit(from!.slice(2));
        else packages.add(from!.replace(/^node:/, ''));
      }
    };
    visit('electron.js');
    expect(
      [...packages].filter((name) => !['electron', 'env-paths', 'fs', 'path', 'url'].includes(name)),
    ).toEqual(['fs/promises']);
  });
});
