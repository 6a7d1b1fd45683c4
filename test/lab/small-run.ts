/** A lab for all tests of a file, with a small run in it. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { createLabClient, Lab, nodeHost } from '../../src-main/lab/index.ts';
import { ended, importStripes, SHORT, type SmallLab } from './small-lab.ts';

/** Opens a lab that is closed and removed after the last test. */
export function sharedLab(): SmallLab {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'vitrine-run-')));
  const lab = new Lab({ folder: path.join(folder, 'lab'), processHost: nodeHost });
  afterAll(async () => {
    await lab.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });
  return { folder, lab, client: createLabClient(lab) };
}

/** Imports stripes and trains on them. @returns the run's id */
export async function trainSmall(
  small: SmallLab,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const { client } = small;
  await importStripes(small, { classes: ['=across|', 'down <b>', '斜'], count: 8, split: false });
  await client.datasets.split({ dataset: 'stripes', validation: 0.25, test: 0.25 });
  await ended(client, await client.training.start({ ...SHORT, ...changes }));
  return (await client.training.runs()).at(-1)!.id;
}
