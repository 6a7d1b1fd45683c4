/**
 * Images a second from the loader: `node bench/loader.bench.ts FOLDER`, a flat folder of images.
 *
 * The first epoch decodes, later ones work on cached pixels as far as they fit. `bench/reference/loader.py` does
 * the same with torchvision's transforms in PyTorch's DataLoader.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../src-main/base/hash.ts';
import { type Loader, createLoader } from '../src-main/data/loader.ts';
import { createPipeline } from '../src-main/data/pipeline.ts';
import { batchSizes, epochOrder } from '../src-main/data/sampler.ts';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: node bench/loader.bench.ts FOLDER');

const rows = readdirSync(folder).map((name) => {
  const path = join(folder, name);
  return { path, sha256: sha256(readFileSync(path)), label: 0 };
});

for (const workers of [1, 2]) {
  for (const imageSize of [96, 224]) {
    for (const augment of ['crop-flip', 'color'] as const) {
      const pipeline = createPipeline({ imageSize, augment });
      const loader = createLoader({ rows, pipeline, seed: 0, workers });
      await pass(loader, 1, 0);
      const rates = [];
      for (const epoch of [1, 2, 3]) rates.push(await pass(loader, rows.length, epoch));
      await loader.close();
      console.log(JSON.stringify({ workers, imageSize, augment, imagesPerSecond: rates.map(Math.round) }));
    }
  }
}

async function pass(loader: Loader, count: number, epoch: number): Promise<number> {
  const started = performance.now();
  const order = epochOrder(count, { seed: 0, epoch, shuffle: true });
  const sizes = batchSizes(count, 32, { dropLast: false, joinSingle: true });
  for await (const batch of loader.batches({ order, sizes, epoch, augment: true })) void batch;
  return count / ((performance.now() - started) / 1000);
}
