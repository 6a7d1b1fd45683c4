/** Pictures augmented as a training would augment them. */
import type { z } from 'zod';
import type { AugmentPreview, augmentPreviewSchema } from '../../src-shared/contract/augment.ts';
import { LabError } from '../../src-shared/errors.ts';
import { createLoader, type Loader } from '../data/loader.ts';
import type { Pixels } from '../data/pixels.ts';
import { nothingUsable } from '../data/trainable.ts';
import { choosePipeline } from './batches/feed.ts';
import { drawsJson } from './batches/preview.ts';
import type { Lab } from './lab.ts';

/** Pictures of one preview. */
const MOST = 256;

/**
 * Makes the pictures and keeps them for the page. A sample's augmentations are keyed by the number that it has in a
 * training of the data set as it is, so the picture of an epoch is the one that the training is fed.
 *
 * @throws LabError `DATASET_NOT_FOUND`, `DATASET_EMPTY`, `SAMPLE_NOT_FOUND`, `INVALID_ARGUMENT`, those of reading
 * the images
 */
export async function previewAugmentation(
  lab: Lab,
  {
    dataset,
    samples,
    count,
    first,
    seed,
    epoch,
    variants,
    ...settings
  }: z.output<typeof augmentPreviewSchema>,
  signal?: AbortSignal,
): Promise<AugmentPreview> {
  const pipeline = choosePipeline(settings);
  const { ids, train } = lab.store.training.ids(dataset);
  const asked =
    samples.length > 0 ? samples : [...train.subarray(first, first + count)].map((row) => ids[row]!);
  if (asked.length === 0) {
    if (train.length === 0) throw nothingUsable(dataset, lab.store.leftOut(dataset));
    throw beyond(first, train.length);
  }
  if (asked.length * variants > MOST) throw tooMany(asked.length, variants);
  const found = lab.store.training.read(asked);
  const missing = asked.find((id) => !found.some((sample) => sample.id === id));
  if (missing !== undefined) throw notFound(missing);
  const rows = found.map(({ id }) => ids.indexOf(id));
  const loader = createLoader({
    // A sample that is left out of training has no number there, and is shown as its first image.
    rows: found.map((sample, at) => ({ ...sample, label: 0, key: Math.max(0, rows[at]!) })),
    ...{ pipeline, seed, workers: 1 },
  });
  try {
    const plain = await renderAll(loader, found.length, undefined, signal);
    const epochs = Array.from({ length: variants }, (_, at) => epoch + at);
    const drawn = await Promise.all(epochs.map((each) => renderAll(loader, found.length, each, signal)));
    const token = lab.prepared.keep([plain, ...drawn].flatMap((made) => made.map(({ pixels }) => pixels)));
    const picture = (pass: number, at: number): string => `augment/${token}/${pass * found.length + at}`;
    return {
      ...{ seed, imageSize: pipeline.imageSize, total: train.length, augmentations: pipeline.augmentations },
      items: found.map(({ id, path, className }, at) => ({
        ...{ sample: id, path, className, row: rows[at] === -1 ? null : rows[at]! },
        plain: picture(0, at),
        variants: epochs.map((each, pass) => ({
          ...{ epoch: each, picture: picture(pass + 1, at), draws: drawn[pass]![at]!.draws },
        })),
      })),
    };
  } finally {
    await loader.close();
  }
}

interface Made {
  readonly pixels: Pixels;
  readonly draws: AugmentPreview['items'][number]['variants'][number]['draws'];
}

/** All rows for an epoch, or without augmentation. */
async function renderAll(
  loader: Loader,
  count: number,
  epoch: number | undefined,
  signal: AbortSignal | undefined,
): Promise<Made[]> {
  const order = Uint32Array.from({ length: count }, (_, row) => row);
  const made: Made[] = [];
  for await (const { pixels, witness } of loader.batches({
    ...{ order, sizes: [count], epoch: epoch ?? 0, augment: epoch !== undefined, witness: 'draws' },
    ...(signal && { signal }),
  })) {
    const area = pixels.length / count;
    const side = Math.sqrt(area / 3);
    for (const [at, draws] of witness!.draws.entries()) {
      const data = pixels.slice(at * area, (at + 1) * area);
      made.push({ pixels: { width: side, height: side, data }, draws: drawsJson(draws) });
    }
  }
  return made;
}

function tooMany(samples: number, variants: number): LabError {
  return new LabError(
    'INVALID_ARGUMENT',
    `Previewing augmentations: ${samples} samples in ${variants} variants are ${samples * variants} pictures; at most ${MOST} are shown.`,
  );
}

function beyond(first: number, count: number): LabError {
  return new LabError(
    'INVALID_ARGUMENT',
    `Previewing augmentations from training image ${first} on: there are ${count}, the first is 0.`,
  );
}

function notFound(id: number): LabError {
  return new LabError('SAMPLE_NOT_FOUND', `The lab has no sample ${id}.`, {
    hint: 'It may have been removed with its data set; look at the data set again.',
  });
}
