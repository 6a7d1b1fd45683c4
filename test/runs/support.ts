/** A small data set of real files, and runs on it. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { resourceUrl } from '../../src-main/base/entry.ts';
import { sha256 } from '../../src-main/base/hash.ts';
import { encodeImage } from '../../src-main/data/image.ts';
import { createPipeline } from '../../src-main/data/pipeline.ts';
import type { Split } from '../../src-main/data/store/types.ts';
import { readRecords } from '../../src-main/runs/metrics-log.ts';
import type { RunRow } from '../../src-main/runs/rows.ts';
import { createRun, runPaths, type NewRun } from '../../src-main/runs/run-folder.ts';
import type { TrainSettingsInput } from '../../src-main/runs/settings.ts';
import { trainRun, type TrainOptions } from '../../src-main/runs/train.ts';
import type { TrainEvent, TrainResult } from '../../src-main/runs/train-context.ts';
import { seededImages } from '../helpers/seeded.ts';

export const CLASSES = ['circle', 'square', 'star'];

/** The smallest pictures that the smallest network takes. */
export const SIZE = 32;

/** How many pictures of each class go into each split. */
export type Counts = Partial<Record<Split, number>>;

/** Writes noisy pictures of learnable patterns, as PNG files, and returns their rows. */
export async function writePictures(folder: string, counts: Counts): Promise<RunRow[]> {
  const rows: RunRow[] = [];
  for (const [split, count] of Object.entries(counts)) {
    const labels = CLASSES.flatMap((_, label) => Array.from({ length: count }, () => label));
    const pixels = seededImages(split, labels, SIZE);
    const area = SIZE * SIZE * 3;
    for (const [index, label] of labels.entries()) {
      const data = pixels.slice(index * area, (index + 1) * area);
      const bytes = await encodeImage({ width: SIZE, height: SIZE, data }, 'png');
      const file = path.join(folder, split, `${CLASSES[label]}.${index}.png`);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, bytes);
      rows.push({ path: file, sha256: sha256(bytes), label: CLASSES[label]!, split: split as Split });
    }
  }
  return rows;
}

/** Settings that make a run short. */
export function shortSettings(changes: Partial<TrainSettingsInput> = {}): TrainSettingsInput {
  return {
    mode: 'head-then-full',
    epochs: 2,
    headEpochs: 2,
    batchSize: 4,
    lr: 0.01,
    pipeline: createPipeline({ imageSize: SIZE, augment: 'pad-crop-flip' }),
    normalization: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    device: 'cpu',
    threads: 1,
    ...changes,
  };
}

/** The weights that come with the program. */
export const BUNDLED = {
  name: 'bundled',
  file: fileURLToPath(resourceUrl('models/resnet18-tiny64.safetensors')),
};

/** A run that is ready to be trained, from fresh weights unless others are given. */
export async function newRun(
  labFolder: string,
  rows: readonly RunRow[],
  changes: Partial<TrainSettingsInput> = {},
  weights: NewRun['weights'] = null,
): Promise<string> {
  const settings = shortSettings(changes);
  return createRun({ labFolder, dataset: { name: 'shapes', classes: CLASSES }, rows, weights, settings });
}

/** A training that has ended, and what it reported. */
export interface Trained {
  readonly result: TrainResult;
  readonly events: TrainEvent[];
}

/** Trains in this process; `onEvent` may abort the signal. */
export async function train(folder: string, options: Partial<TrainOptions> = {}): Promise<Trained> {
  const events: TrainEvent[] = [];
  const result = await trainRun({
    folder,
    cacheFolder: path.join(folder, '../../cache'),
    ...options,
    emit: (event) => {
      events.push(event);
      options.emit?.(event);
    },
  });
  return { result, events };
}

/** The events of one kind. */
export function eventsOf<Kind extends TrainEvent['event']>(
  events: readonly TrainEvent[],
  kind: Kind,
): Extract<TrainEvent, { event: Kind }>[] {
  return events.filter((event): event is Extract<TrainEvent, { event: Kind }> => event.event === kind);
}

/** Everything that a training's end consists of, as hashes and figures: what a resumed one must reproduce. */
export async function outcome(folder: string): Promise<unknown> {
  const paths = runPaths(folder);
  const hash = (file: string): string => sha256(readFileSync(file));
  const records = await readRecords(paths.metrics);
  return {
    checkpoint: hash(paths.checkpoint),
    epochs: readdirSync(paths.epochs)
      .sort()
      .map((name) => [name, hash(path.join(paths.epochs, name))]),
    // The one figure that is measured in seconds.
    records: records.map((record) => ({ ...record, imagesPerSecond: 0 })),
  };
}
