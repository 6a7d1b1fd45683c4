/** The demo's lab, without its training. */
import path from 'node:path';
import { createLabClient, Lab, nodeHost } from '../../src-main/lab/index.ts';
import type { LabClient } from '../../src-shared/contract/index.ts';

/** Draws, imports and splits the sample data set. */
export async function makeDemoLab(folder: string): Promise<void> {
  const lab = new Lab({ folder, processHost: nodeHost });
  try {
    const client = createLabClient(lab);
    const pictures = path.join(folder, 'pictures');
    await end(client, await client.datasets.drawDemoSet({ folder: pictures }));
    await end(client, await client.datasets.import({ path: pictures, dataset: 'demo' }));
    await client.datasets.split({ dataset: 'demo' });
  } finally {
    await lab.close();
  }
}

async function end(client: LabClient, { job }: { job: string }): Promise<void> {
  for await (const event of await client.jobs.watch({ id: job })) {
    if (event.event === 'failed') throw new Error(event.error.message);
  }
}
