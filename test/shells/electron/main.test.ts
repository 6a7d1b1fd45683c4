import { describe, expect, test, vi } from 'vitest';
import { launch, useBundles } from './launch.ts';

// The bundles of real processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });
useBundles();

describe('the page', () => {
  test('gets a connection to the lab through the preload', async () => {
    const app = launch();
    const datasets = await app.evaluate(async ({ page }) => {
      const client = await (await page()).connect();
      return client.datasets.list();
    });
    expect(datasets).toEqual([]);
  });

  test('has what the lab computes in a process of its own', async () => {
    const app = launch();
    const { devices, forks } = await app.evaluate(async ({ page, forked, until }) => {
      const client = await (await page()).connect();
      const devices = await client.system.devices();
      await until(() => forked.at(-1)!.pid === undefined);
      return { devices, forks: forked.map(({ modulePath, options }) => ({ modulePath, options })) };
    });
    expect(devices[0]).toMatchObject({ name: 'cpu', available: true });
    expect(forks.map(({ modulePath }) => modulePath.split(/[\\/]/).at(-1))).toEqual(['lab.js', 'compute.js']);
  });
});
