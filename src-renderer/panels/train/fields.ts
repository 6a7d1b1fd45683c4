/** Which settings the sheet shows where, and how each is chosen. */
import { DEVICES, MODES, type TrainSettingsJson } from '../../../src-shared/contract/train-settings.ts';
import { SCHEDULES } from '../../../src-shared/contract/schedule-fields.ts';

type Name = keyof TrainSettingsJson;

/** A setting and its control. */
export interface Field {
  readonly name: Name;
  /** Words to choose from, a number, yes or no, or a text with numbers (see `texts.ts`). */
  readonly kind: readonly string[] | 'number' | 'switch' | 'rates' | 'numbers';
  /** What leaving it empty means: the lab chooses, or it is not done. */
  readonly empty?: 'auto' | 'none';
}

type Empty = NonNullable<Field['empty']>;

const number = (name: Name, empty?: Empty): Field => ({ name, kind: 'number', ...(empty && { empty }) });
const words = (name: Name, kind: readonly string[], empty?: Empty): Field => ({
  ...{ name, kind, ...(empty && { empty }) },
});
const yesNo = (name: Name): Field => ({ name, kind: 'switch' });

/** What is learnt, for how long, and by which rule. */
export function learningFields({ mode, optimizer }: TrainSettingsJson): Field[] {
  const sgd = optimizer === 'sgd';
  return [
    words('mode', MODES, 'auto'),
    number('epochs'),
    ...(mode === 'head-then-full' || mode === null ? [number('headEpochs')] : []),
    number('batchSize'),
    words('optimizer', ['sgd', 'adam', 'adamw']),
    ...(sgd ? [number('momentum'), yesNo('nesterov')] : []),
    number('weightDecay', 'auto'),
    number('labelSmoothing'),
    words('classWeights', ['balanced'], 'none'),
    number('patience', 'none'),
    number('maxNorm', 'none'),
    number('l2Penalty'),
    yesNo('shuffle'),
    yesNo('noDecayOnNormAndBias'),
  ];
}

const REDUCE: readonly Field[] = [
  words('reduceOn', ['validation', 'train', 'running'], 'auto'),
  number('reduceFactor', 'auto'),
  number('reducePatience'),
  number('reduceThreshold'),
  number('reduceMinLr'),
];

const OF_SCHEDULE: Readonly<Record<(typeof SCHEDULES)[number], readonly Field[]>> = {
  constant: [],
  piecewise: [{ name: 'lrTable', kind: 'rates' }],
  step: [number('stepSize'), number('gamma')],
  'multi-step': [{ name: 'milestones', kind: 'numbers' }, number('gamma')],
  cosine: [number('etaMin')],
  'one-cycle': [
    number('maxLr', 'auto'),
    number('pctStart'),
    words('annealStrategy', ['cos', 'linear']),
    number('divFactor'),
    number('finalDivFactor'),
    yesNo('threePhase'),
  ],
  'reduce-on-plateau': REDUCE,
  'loss-rise': REDUCE,
};

/** How fast each part learns, and how that changes. */
export function rateFields({ schedule, lrTable }: TrainSettingsJson): Field[] {
  const name = schedule ?? (lrTable === null ? 'cosine' : 'piecewise');
  return [
    number('lr', 'auto'),
    number('backboneLr', 'auto'),
    words('schedule', SCHEDULES, 'auto'),
    ...OF_SCHEDULE[name],
    number('warmupEpochs'),
    number('warmupStartFactor'),
  ];
}

/** What the network is shown. */
export const IMAGE_FIELDS: readonly Field[] = [
  number('imageSize', 'auto'),
  words('resize', ['crop', 'stretch']),
  words('interpolation', ['nearest', 'bilinear', 'bicubic', 'lanczos']),
  words('normalization', ['weights', 'dataset']),
  number('draws'),
];

/** Presets of augmentations; a list of one's own is made in its panel. */
export const AUGMENT_PRESETS = ['none', 'crop-flip', 'pad-crop-flip', 'pad-affine-color', 'color'] as const;

/** Where it is computed, and what is kept. */
export const MACHINE_FIELDS: readonly Field[] = [
  number('threads', 'auto'),
  number('seed'),
  words('keepEpochs', ['all', 'best']),
  number('checkpointSeconds'),
  number('evaluationBatchSize'),
];

/** Devices in the order they are offered. */
export { DEVICES };
