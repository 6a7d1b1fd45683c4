/** One batch of a training, made the way the training makes it. */
import type { z } from 'zod';
import type { BatchPreview, batchChoiceSchema } from '../../../src-shared/contract/batches.ts';
import { LabError } from '../../../src-shared/errors.ts';
import type { AppliedDraw } from '../../data/augmentations/index.ts';
import { createLoader, type Batch, type Loader } from '../../data/loader.ts';
import type { Witness } from '../../data/witness.ts';
import { int64, type Tensor } from '../../onnx/tensor.ts';
import { attest } from '../../runs/certificate/fed-batch.ts';
import { drawOf, epochPlan } from '../../runs/epoch-plan.ts';
import type { Lab } from '../lab.ts';
import { findFeed, type Feed, type FeedRow } from './feed.ts';
import { normalisedSpread } from './spread.ts';

/**
 * Makes a batch and keeps its pictures for the page.
 *
 * @throws LabError `INVALID_ARGUMENT` for an epoch or batch that there is not, those of finding the feed and of
 * reading its images
 */
export async function previewBatch(
  lab: Lab,
  { of, epoch, batch }: z.output<typeof batchChoiceSchema>,
  signal?: AbortSignal,
): Promise<BatchPreview> {
  const feed = await findFeed(lab, of);
  const { dataset, run, classes, settings, pipeline, phases } = feed;
  const epochs = phases.reduce((sum, phase) => sum + phase.epochs, 0);
  requireWithin('epoch', epoch, epochs, 'the training');
  const phase = epoch <= phases[0]!.epochs ? phases[0]! : phases[1]!;
  const { order, sizes } = epochPlan(feed.train, settings, phase.name, epoch);
  requireWithin('batch', batch, sizes.length, `epoch ${epoch}`);
  const start = sizes.slice(0, batch - 1).reduce((sum, size) => sum + size, 0);
  const rows = feed.rows([...order.subarray(start, start + sizes[batch - 1]!)]);
  const drawnFor = rows.map(({ row }) => drawnEpoch(feed, phase.name, epoch, row));
  const made = await makeBatch(feed, rows, drawnFor, batch, signal);
  const side = pipeline.imageSize;
  const area = side * side * 3;
  const input: Tensor = { dtype: 'uint8', dims: [rows.length, side, side, 3], data: made.pixels };
  const { mean, std } = attest(batch, input, int64([...made.labels]), made.witness);
  const token = lab.prepared.keep(
    rows.map((_, slot) => ({
      ...{ width: side, height: side },
      data: made.pixels.slice(slot * area, (slot + 1) * area),
    })),
  );
  const { normalization } = settings;
  return {
    ...{ run, dataset, fed: phase.name === 'head' ? 'features' : 'images' },
    ...{ epoch, epochs: Number.isFinite(epochs) ? epochs : null, batch, batches: sizes.length },
    ...{ seed: settings.seed, imageSize: side, classes },
    items: rows.map(({ row, path, sample }, slot) => ({
      ...{ slot, picture: `batches/${token}/${slot}`, label: made.labels[slot]!, row, sample, path },
      drawnFor: drawnFor[slot] ?? null,
      draws: drawsJson(made.witness.draws[slot]!),
    })),
    counts: countBy(made.labels, classes.length),
    ...{ tensor: { mean, std }, normalization },
    normalised: normalisedSpread(made.pixels, { mean, std }, normalization),
    // The head's graph, which is fed features, mixes nothing.
    mix: made.mix === undefined || phase.name === 'head' ? null : { ownShare: made.mix.weight },
  };
}

function countBy(labels: Int32Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]! += 1;
  return counts;
}

/** Draws as the contract has them: an augmentation's draw is an object, or null. */
export function drawsJson(draws: readonly AppliedDraw[]): BatchPreview['items'][number]['draws'] {
  return draws.map(({ name, draw }) => ({ name, draw: draw as Record<string, unknown> | null }));
}

function requireWithin(what: 'epoch' | 'batch', given: number, count: number, whole: string): void {
  if (given <= count) return;
  throw new LabError('INVALID_ARGUMENT', `Looking at ${what} ${given}: ${whole} has ${count}.`);
}

/** The epoch that a row's augmentations are drawn for; undefined for none. */
function drawnEpoch(
  { settings, draws }: Feed,
  phase: 'head' | 'full',
  epoch: number,
  row: number,
): number | undefined {
  if (phase === 'full') return epoch;
  return draws === 0 ? undefined : drawOf(settings.seed, row, epoch - 1, draws);
}

/** What was made: one batch, or batches of one picture each, one after the other. */
type Made = Pick<Batch, 'pixels' | 'labels' | 'mix'> & { readonly witness: Witness };

/** The head's pictures are drawn for different epochs, so each of them is made in a pass of its own. */
async function makeBatch(
  feed: Feed,
  rows: readonly FeedRow[],
  drawnFor: readonly (number | undefined)[],
  batch: number,
  signal: AbortSignal | undefined,
): Promise<Made> {
  const { pipeline, settings, maxPixels } = feed;
  const loader = createLoader({
    ...{ rows: rows.map((row) => ({ ...row, key: row.row })), pipeline, seed: settings.seed, workers: 1 },
    ...(maxPixels !== undefined && { maxPixels }),
  });
  const slots = [...rows.keys()];
  const groups = new Set(drawnFor).size === 1 ? [slots] : slots.map((slot) => [slot]);
  try {
    return joined(
      await Promise.all(groups.map((group) => onePass(loader, group, drawnFor[group[0]!], batch, signal))),
    );
  } finally {
    await loader.close();
  }
}

async function onePass(
  loader: Loader,
  slots: readonly number[],
  epoch: number | undefined,
  batch: number,
  signal: AbortSignal | undefined,
): Promise<Batch> {
  const batches = loader.batches({
    ...{ order: Uint32Array.from(slots), sizes: [slots.length], firstBatch: batch - 1 },
    ...{ epoch: epoch ?? 0, augment: epoch !== undefined, witness: 'draws' },
    ...(signal && { signal }),
  });
  for await (const made of batches) return made;
  throw new Error('a pass of one batch gave none');
}

function joined(parts: readonly Batch[]): Made {
  const witnesses = parts.map(({ witness }) => witness!);
  return {
    ...(parts[0]!.mix && { mix: parts[0]!.mix }),
    pixels: Buffer.concat(parts.map(({ pixels }) => pixels)),
    labels: Int32Array.from(parts.flatMap(({ labels }) => [...labels])),
    witness: {
      sources: witnesses.flatMap(({ sources }) => sources),
      checksums: Uint32Array.from(witnesses.flatMap(({ checksums }) => [...checksums])),
      sums: Float64Array.from(witnesses.flatMap(({ sums }) => [...sums])),
      draws: witnesses.flatMap(({ draws }) => draws),
    },
  };
}
