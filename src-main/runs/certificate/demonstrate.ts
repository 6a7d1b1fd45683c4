/** Certificates of orders as they should and should not be, from batches that are really loaded. Nothing is trained. */
import { createLoader, type Batch } from '../../data/loader.ts';
import type { PixelPipeline } from '../../data/pipeline.ts';
import { batchSizes, epochOrder } from '../../data/sampler.ts';
import { int64, type Tensor } from '../../onnx/tensor.ts';
import { expectedRows, labelledRows, rowsOf, type RunRow } from '../rows.ts';
import type { Certificate } from './certificate.ts';
import { certify } from './certify.ts';
import { attest, type FedBatch } from './fed-batch.ts';

/**
 * Orders that can be shown: a new one in every epoch; that of the files; a random one that every epoch repeats; a new
 * one in every epoch, with each image's label given to the next image of its batch.
 */
export const ORDERS = ['shuffled', 'file-order', 'same-order', 'shifted-labels'] as const;

/** What to feed, and how. Rows, pipeline and seed are those of a training. */
export interface DemonstrateOptions {
  readonly rows: readonly RunRow[];
  readonly classes: readonly string[];
  readonly pipeline: PixelPipeline;
  readonly seed: number;
  readonly batchSize: number;
  readonly order: (typeof ORDERS)[number];
  readonly epochs: number;
  readonly signal?: AbortSignal | undefined;
  /** Images loaded so far, of all epochs. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Loads the batches of some epochs and certifies them. @throws LabError as `Loader.batches` does, `CANCELLED` */
export async function demonstrate(options: DemonstrateOptions): Promise<Certificate[]> {
  const { rows, classes, pipeline, seed, batchSize, order, epochs, signal, onProgress } = options;
  const loader = createLoader({ rows: labelledRows(rows, classes), pipeline, seed });
  const train = rowsOf(rows, 'train');
  const sizes = batchSizes(train.length, batchSize, { dropLast: false, joinSingle: true });
  const certificates: Certificate[] = [];
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const places = epochOrder(train.length, {
        ...{ seed, shuffle: order !== 'file-order' },
        epoch: order === 'same-order' ? 1 : epoch,
      });
      const batches: FedBatch[] = [];
      let done = (epoch - 1) * train.length;
      for await (const batch of loader.batches({
        ...{ order: places.map((place) => train[place]!), sizes, epoch, augment: true, witness: 'bytes' },
        ...(signal && { signal }),
      })) {
        const given = order === 'shifted-labels' ? withShiftedLabels(batch) : batch;
        const side = pipeline.imageSize;
        const dims = [given.labels.length, side, side, 3];
        const images: Tensor = { dtype: 'uint8', dims, data: given.pixels };
        batches.push(attest(batches.length + 1, images, int64([...given.labels]), given.witness!));
        onProgress?.((done += given.labels.length), epochs * train.length);
      }
      certificates.push(
        certify(batches, {
          ...{ epoch, fed: 'images', rows: expectedRows(rows, classes), classes: classes.length },
          ...{ steps: sizes.length, planned: train.length, earlier: certificates },
        }),
      );
    }
    return certificates;
  } finally {
    await loader.close();
  }
}

function withShiftedLabels(batch: Batch): Batch {
  const { labels } = batch;
  return { ...batch, labels: labels.map((_, slot) => labels.at(slot - 1)!) };
}
