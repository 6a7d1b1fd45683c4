/** Where a batch comes from: a run, or a training that has not begun. Nothing of the pictures is read yet. */
import path from 'node:path';
import type { z } from 'zod';
import type { batchChoiceSchema, feedFields } from '../../../src-shared/contract/batches.ts';
import { LabError } from '../../../src-shared/errors.ts';
import { AUGMENTATION_PRESETS } from '../../data/augmentations/presets.ts';
import { sampleSpecs } from '../../data/augmentations/index.ts';
import { createPipeline, type PixelPipeline } from '../../data/pipeline.ts';
import { nothingUsable } from '../../data/trainable.ts';
import { CATALOG } from '../../models/weights/catalog.ts';
import { rowsOf } from '../../runs/rows.ts';
import { findRun, runPaths } from '../../runs/run-folder.ts';
import { readRunFile } from '../../runs/run-file.ts';
import { drawCount, phasesOf, type Phase, type TrainSettings } from '../../runs/settings.ts';
import { readAugmentations } from '../augment.ts';
import { checkNormalization } from '../normalization.ts';
import type { Lab } from '../lab.ts';

/** A training image, by its number in the training. */
export interface FeedRow {
  readonly row: number;
  readonly path: string;
  /** Where its bytes lie. */
  readonly file: string;
  readonly sha256: string;
  readonly label: number;
  /** The data set's sample; null when it is there no more. */
  readonly sample: number | null;
}

/** What decides the batches of a training. */
export interface Feed {
  readonly run: string | null;
  readonly dataset: string;
  readonly classes: readonly string[];
  readonly settings: Pick<TrainSettings, 'seed' | 'shuffle' | 'batchSize' | 'dropLast' | 'normalization'>;
  readonly pipeline: PixelPipeline;
  readonly maxPixels?: number | undefined;
  readonly phases: readonly Phase[];
  /** Augmented versions of each picture whose features the head is shown. */
  readonly draws: number;
  /** Numbers of the training images, rising. */
  readonly train: Uint32Array;
  rows(numbers: readonly number[]): FeedRow[];
}

type Choice = z.output<typeof batchChoiceSchema>['of'];

/** Settings of pictures alone. */
export type PictureSettings = {
  readonly [Key in 'imageSize' | 'resize' | 'interpolation' | 'augment']: z.output<(typeof feedFields)[Key]>;
};

/**
 * Finds what a batch is made from.
 *
 * @throws LabError `RUN_NOT_FOUND`, `RUN_STATE`, `DATASET_NOT_FOUND`, `DATASET_EMPTY`, `INVALID_ARGUMENT`
 */
export function findFeed(lab: Lab, choice: Choice): Promise<Feed> {
  return 'run' in choice ? feedOfRun(lab, choice.run) : Promise.resolve(feedOfDataset(lab, choice));
}

async function feedOfRun(lab: Lab, name: string): Promise<Feed> {
  const folder = await findRun(lab.folder, name);
  const paths = runPaths(folder);
  const { dataset, settings } = await readRunFile(paths.run);
  const rows = await lab.runRows.read(paths.rows, dataset.sha256);
  const phases = phasesOf(settings);
  const { pipeline, draws, maxPixels } = settings;
  return {
    ...{ run: path.basename(folder), dataset: dataset.name, classes: dataset.classes },
    ...{ settings, pipeline, maxPixels, phases },
    draws: drawCount(draws, phases[0]!.epochs, sampleSpecs(pipeline.augmentations).length),
    train: rowsOf(rows, 'train'),
    rows(numbers) {
      const found = numbers.map((row) => rows[row]!);
      const samples = lab.store.training.find(
        dataset.name,
        found.map((row) => row.path),
      );
      return found.map(({ path, file = path, sha256, label }, at) => {
        const sample = samples[at] ?? null;
        return { row: numbers[at]!, path, file, sha256, label: dataset.classes.indexOf(label), sample };
      });
    },
  };
}

function feedOfDataset(lab: Lab, choice: Extract<Choice, { dataset: string }>): Feed {
  const { dataset, seed, shuffle, batchSize, dropLast } = choice;
  checkNormalization(choice);
  const { mean, std } = { mean: choice.mean ?? USUAL.mean, std: choice.std ?? USUAL.std };
  const { ids, train, classes } = lab.store.training.ids(dataset);
  if (train.length === 0) throw nothingUsable(dataset, lab.store.leftOut(dataset));
  return {
    ...{ run: null, dataset, classes },
    settings: {
      ...{ seed, shuffle, batchSize, dropLast },
      normalization: { mean: [...mean], std: [...std] },
    },
    pipeline: choosePipeline(choice),
    phases: [{ name: 'full', epochs: Infinity }],
    ...{ draws: 0, train },
    rows: (numbers) =>
      lab.store.training
        .read(numbers.map((number) => ids[number]!))
        .map(({ id, path, file, sha256, className }, at) => {
          return { row: numbers[at]!, path, file, sha256, label: classes.indexOf(className!), sample: id };
        }),
  };
}

const USUAL = CATALOG.find(({ name }) => name === 'bundled')!;

/** The pipeline of some settings, whose image size is that of the bundled weights unless given. */
export function choosePipeline({
  imageSize,
  resize,
  interpolation,
  augment,
}: PictureSettings): PixelPipeline {
  const size = imageSize ?? USUAL.imageSize;
  if (typeof augment === 'string' && !AUGMENTATION_PRESETS.some((preset) => preset === augment)) {
    throw new LabError(
      'INVALID_ARGUMENT',
      `augment: expected a list, or one of ${AUGMENTATION_PRESETS.join(', ')}, not ${JSON.stringify(augment)}.`,
    );
  }
  return createPipeline({
    imageSize: size,
    resize,
    interpolation,
    augment: readAugmentations(augment, size),
  });
}
