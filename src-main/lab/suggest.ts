/** Settings that suit a data set, each with its reason: what one button trains with. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Advice, Suggestion } from '../../src-shared/contract/train-plan.ts';
import { trainSettingsSchema, type TrainSettingsJson } from '../../src-shared/contract/train-settings.ts';
import type { TrainableCount } from '../data/store/index.ts';
import { nothingUsable, oneClass } from '../data/trainable.ts';
import { CATALOG } from '../models/weights/catalog.ts';
import type { Lab } from './lab.ts';
import { weightsFolder } from './weights.ts';

/** What the rules look at. */
export interface TrainingFacts {
  readonly dataset: string;
  readonly counts: readonly TrainableCount[];
  readonly leftOut: { readonly excluded: number; readonly unlabelled: number; readonly conflicts: number };
  /** The shorter side of the median picture. */
  readonly side: number;
  readonly device: string;
  readonly deviceReason: string;
  /** Whether torchvision's ImageNet weights were fetched already: a suggestion downloads nothing. */
  readonly imageNet: boolean;
}

type AdviceItem = Suggestion['advice'][number];
type Settings = Partial<TrainSettingsJson>;

/** One aspect: settings, and what is said of them. */
interface Part {
  readonly settings?: Settings;
  readonly advice: readonly AdviceItem[];
}

const MODEL = 'resnet18';

/** Shares that are set aside where nothing was split. */
const SPLIT = { validation: 0.2, test: 0.1 } as const;

/** Of fewer images every one is needed to learn from. */
const FEWEST_TO_SPLIT = 10;
const FEWEST_TO_TEST = 100;

/** Below this many training images a whole network learns them by heart. */
const FEW = 60;

/** Below this many of a class what is learnt of it is chance. */
const FEW_OF_A_CLASS = 10;

/** Above this many training images a processor takes hours for the whole network. */
const MANY_FOR_A_PROCESSOR = 12_000;

/** Times that an image is worth repeating at most: fewer images, more epochs. */
const IMAGES_SHOWN = 2400;
const MOST_EPOCHS = 12;

/** From this ratio on the loss weighs the classes. */
const UNBALANCED = 3;

/** Gathers the facts. @throws LabError `DATASET_NOT_FOUND`, `DATASET_EMPTY`, `DATASET_ONE_CLASS` */
export async function suggestTraining(lab: Lab, dataset: string): Promise<Suggestion> {
  const counts = lab.store.trainableCounts(dataset);
  const leftOut = lab.store.leftOut(dataset);
  checkClasses(dataset, counts, leftOut);
  const { device, reason } = await lab.resolveDevice('auto');
  const imageNet = CATALOG.find(({ name, model }) => name === 'imagenet' && model === MODEL);
  return suggestSettings({
    ...{ dataset, counts, leftOut, device, deviceReason: reason },
    side: lab.store.medianSide(dataset) ?? 0,
    imageNet: imageNet !== undefined && existsSync(path.join(weightsFolder(lab), imageNet.file)),
  });
}

/** The rules, apart from where the facts come from. */
export function suggestSettings(facts: TrainingFacts): Suggestion {
  const split = suggestSplit(facts);
  const learnt = countOf(facts, (count) => split !== null || (count.split ?? 'train') === 'train');
  const share = split === null ? 1 : 1 - split.validation - split.test;
  const train = Math.round(share * learnt);
  const parts = [
    adviseSplit(facts, split, train),
    adviseWeights(facts),
    adviseMode(facts, train),
    adviseBatches(train),
    adviseAugmentation(facts),
    adviseClasses(facts, share),
    say('device', { name: facts.device, reason: facts.deviceReason }),
    adviseLeftOut(facts),
  ];
  return {
    dataset: facts.dataset,
    settings: trainSettingsSchema.parse(Object.assign({}, ...parts.map(({ settings }) => settings))),
    split,
    advice: parts.flatMap(({ advice }) => advice),
  };
}

/** Only where nothing was set aside to validate with. A side that the source gave stays as it is. */
function suggestSplit(facts: TrainingFacts): Suggestion['split'] {
  const all = countOf(facts, () => true);
  if (all < FEWEST_TO_SPLIT || countOf(facts, ({ split }) => split === 'validation') > 0) return null;
  const tested = countOf(facts, ({ split }) => split === 'test');
  if (tested > 0) return { ...SPLIT, test: Number((tested / all).toFixed(3)) };
  return { ...SPLIT, test: all < FEWEST_TO_TEST ? 0 : SPLIT.test };
}

function adviseSplit(facts: TrainingFacts, split: Suggestion['split'], train: number): Part {
  if (split?.test === 0) return say('split-missing-few', { validation: split.validation });
  if (split !== null) return say('split-missing', { ...split });
  const [validation, test] = (['validation', 'test'] as const).map((name) =>
    countOf(facts, (count) => count.split === name),
  ) as [number, number];
  if (validation === 0) return warn('split-no-validation', { train });
  return say('split-given', { train, validation, test });
}

function adviseWeights({ side, imageNet, device }: TrainingFacts): Part {
  const name = imageNet ? 'imagenet' : 'bundled';
  const { imageSize: usual } = CATALOG.find((entry) => entry.name === name && entry.model === MODEL)!;
  // On a processor the square of the side is what the training costs.
  const largest = imageNet && device === 'cpu' ? 128 : usual;
  const small = Math.max(64, 32 * Math.ceil(side / 32));
  const imageSize = Math.min(largest, small);
  const weights = say(imageNet ? 'weights-imagenet' : 'weights-bundled', { model: MODEL, imageSize });
  const reduced = small < largest ? say('image-size-small', { side, imageSize }).advice : [];
  return { settings: { model: MODEL, weights: name, imageSize }, advice: [...weights.advice, ...reduced] };
}

function adviseMode({ counts, device }: TrainingFacts, train: number): Part {
  const defaults = trainSettingsSchema.parse({});
  const shown = Math.ceil(IMAGES_SHOWN / Math.max(train, 1));
  const epochs = Math.min(Math.max(defaults.epochs, shown), MOST_EPOCHS);
  const longer = epochs > defaults.epochs ? say('epochs-more', { epochs, train }).advice : [];
  if (train < FEW) {
    const { advice } = say('mode-head-few', { train, classes: classesOf(counts).size });
    return { settings: { mode: 'head', epochs }, advice: [...advice, ...longer] };
  }
  if (device === 'cpu' && train > MANY_FOR_A_PROCESSOR) {
    return { settings: { mode: 'head', epochs }, advice: say('mode-head-slow', { train }).advice };
  }
  const { headEpochs } = defaults;
  const { advice } = say('mode-head-then-full', { headEpochs, epochs });
  return { settings: { mode: 'head-then-full', epochs, headEpochs }, advice: [...advice, ...longer] };
}

/** An epoch should have some steps. */
function adviseBatches(train: number): Part {
  const usual = trainSettingsSchema.parse({}).batchSize;
  const batchSize = [usual, 16, 8].find((size) => train / size >= 8) ?? 4;
  if (batchSize === usual) return { advice: [] };
  return { settings: { batchSize }, ...say('batch-small', { batchSize, train }) };
}

/** A mirrored 3 is no 3, and a mirrored b is a d. */
function adviseAugmentation({ counts }: TrainingFacts): Part {
  const symbols = [...classesOf(counts)].every((name) => /^(\d|[a-z]|digit \d)$/iu.test(name));
  if (!symbols) return { advice: [] };
  const shift = { name: 'random-affine', degrees: 10, translate: [0.1, 0.1], scale: [0.9, 1.1] };
  return { settings: { augment: [shift] }, ...say('augment-symbols', {}) };
}

function adviseClasses({ counts }: TrainingFacts, share: number): Part {
  const sizes = [...classesOf(counts)]
    .map((name) => {
      const own = counts.filter(
        ({ className, split }) => className === name && (split ?? 'train') === 'train',
      );
      return { name, count: Math.round(share * own.reduce((sum, { count }) => sum + count, 0)) };
    })
    .sort((a, b) => b.count - a.count);
  const [largest, smallest] = [sizes[0]!, sizes.at(-1)!];
  const few =
    smallest.count < FEW_OF_A_CLASS
      ? warn('few-images', { class: smallest.name, count: smallest.count })
      : null;
  // The weights are inverse to the counts: a class without any has none.
  if (smallest.count === 0 || largest.count < UNBALANCED * smallest.count) return few ?? { advice: [] };
  const unbalanced = say('classes-unbalanced', {
    ...{ largest: largest.name, largestCount: largest.count },
    ...{ smallest: smallest.name, smallestCount: smallest.count },
  });
  return { settings: { classWeights: 'balanced' }, advice: [...unbalanced.advice, ...(few?.advice ?? [])] };
}

function adviseLeftOut({ leftOut }: TrainingFacts): Part {
  const { excluded, unlabelled, conflicts } = leftOut;
  return excluded + unlabelled + conflicts === 0 ? { advice: [] } : warn('left-out', { ...leftOut });
}

function say(key: Advice, values: AdviceItem['values']): Part {
  return { advice: [{ key, warning: false, values }] };
}

function warn(key: Advice, values: AdviceItem['values']): Part {
  return { advice: [{ key, warning: true, values }] };
}

function countOf({ counts }: TrainingFacts, wanted: (count: TrainableCount) => boolean): number {
  return counts.filter(wanted).reduce((sum, { count }) => sum + count, 0);
}

function classesOf(counts: readonly TrainableCount[]): Set<string> {
  return new Set(counts.map(({ className }) => className));
}

function checkClasses(
  dataset: string,
  counts: readonly TrainableCount[],
  leftOut: TrainingFacts['leftOut'],
): void {
  const [first, second] = classesOf(counts);
  if (first === undefined) throw nothingUsable(dataset, leftOut);
  if (second === undefined)
    throw oneClass(
      dataset,
      first,
      counts.reduce((sum, { count }) => sum + count, 0),
    );
}
