/** A lab in this process with a small data set, whose trainings take a second. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { LabClient } from '../../src-shared/contract/index.ts';
import type { JobEvent } from '../../src-shared/contract/job.ts';
import { toLabError } from '../../src-shared/contract/errors.ts';
import type { LabErrorJson } from '../../src-shared/errors.ts';
import { createLabClient, Lab, nodeHost } from '../../src-main/lab/index.ts';
import { drawFolder } from '../shells/cli/pictures.ts';

/** An open lab and its client. */
export interface SmallLab {
  readonly folder: string;
  readonly lab: Lab;
  readonly client: LabClient;
}

/** Opens the lab in a folder, by default a new one; both go when the test ends. */
export function openLab(folder = newFolder()): SmallLab {
  const lab = new Lab({ folder: path.join(folder, 'lab'), processHost: nodeHost });
  onTestFinished(() => lab.close());
  return { folder, lab, client: createLabClient(lab) };
}

function newFolder(): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'vitrine-train-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return folder;
}

/** Imports pictures of stripes as the data set `stripes`. */
export async function importStripes(
  { client, folder }: SmallLab,
  { classes = ['across', 'down'], count = 12, split = true } = {},
): Promise<void> {
  const pictures = await drawFolder(path.join(folder, 'pictures'), classes, count);
  await ended(client, await client.datasets.import({ path: pictures, dataset: 'stripes' }));
  if (split) await client.datasets.split({ dataset: 'stripes', validation: 0.25, test: 0 });
}

/** Settings of a training that takes a second. */
export const SHORT = {
  dataset: 'stripes',
  model: 'birdplane-plain',
  weights: 'none',
  imageSize: 32,
  epochs: 2,
  batchSize: 4,
  augment: 'none',
  device: 'cpu',
  threads: 1,
} as const;

/** Everything that a job reported, up to its end. */
export async function ended(client: LabClient, { job }: { readonly job: string }): Promise<JobEvent[]> {
  const events: JobEvent[] = [];
  for await (const event of await client.jobs.watch({ id: job })) events.push(event);
  return events;
}

/** The error of a call, as its client sees it. */
export async function errorOf(work: Promise<unknown>): Promise<LabErrorJson> {
  return work.then(
    () => Promise.reject(new Error('expected an error')),
    (error: unknown) => toLabError(error).toJSON(),
  );
}
