/** Which settings the sheet shows where, and how each is chosen. */
import { DEVICES, MODES, type TrainSettingsJson } from '../../../src-shared/contract/train-settings.ts';
import { SCHEDULES } from '../../../src-shared/contract/schedule-fields.ts';

type Name = keyof TrainSettingsJson;

/** A setting and its control. */
export interface Field {
  readonly name: Name;
  /** Words to choose from, a number, yes or no, or a text with numbers (see `texts.ts`). */
  readonly kind: readonly string[] | 'number' | 'switch' | 'rates' | 'numbers';
  /** Whether leaving it empty means that the lab chooses. */
  readonly auto?: boolean;
}

const number = (name: Name, auto = false): Field => ({ name, kind: 'number', auto });
const words = (name: Name, kind: readonly string[], auto = false): Field => ({ name, kind, auto });
const yesNo = (name: Name): Field => ({ name, kind: 'switch' });

/** What is learnt, for how long, and by which rule. */
export function learningFields({ mode, optimizer }: TrainSettingsJson): Field[] {
  const sgd = optimizer === 'sgd';
  return [
    words('mode', MODES, true),
    number('epochs'),
    ...(mode === 'head-then-full' || mode === null ? [number('headEpochs')] : []),
    number('batchSize'),
    words('optimizer', ['sgd', 'adam', 'adamw']),
    ...(sgd ? [number('momentum'), yesNo('nesterov')] : []),
    number('weightDecay', true),
    number('labelSmoothing'),
    words('classWeights', ['balanced'], true),
    number('patience', true),
    number('maxNorm', true),
    number('l2Penalty'),
    yesNo('shuffle'),
    yesNo('noDecayOnNormAndBias'),
  ];
}

const REDUCE: readonly Field[] = [
  words('reduceOn', ['validation', 'train', 'running'], true),
  number('reduceFactor', true),
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
    number('maxLr', true),
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
    number('lr', true),
    number('backboneLr', true),
    words('schedule', SCHEDULES, true),
    ...OF_SCHEDULE[name],
    number('warmupEpochs'),
    number('warmupStartFactor'),
  ];
}

/** What the network is shown. */
export const IMAGE_FIELDS: readonly Field[] = [
  number('imageSize', true),
  words('resize', ['crop', 'stretch']),
  words('interpolation', ['nearest', 'bilinear', 'bicubic', 'lanczos']),
  words('normalization', ['weights', 'dataset']),
  number('draws'),
];

/** Presets of augmentations; a list of one's own is made in its panel. */
export const AUGMENT_PRESETS = ['none', 'crop-flip', 'pad-crop-flip', 'pad-affine-color', 'color'] as const;

/** Where it is computed, and what is kept. */
export const MACHINE_FIELDS: readonly Field[] = [
  number('threads', true),
  number('seed'),
  words('keepEpochs', ['all', 'best']),
  number('checkpointSeconds'),
  number('evaluationBatchSize'),
];

/** Devices in the order they are offered. */
export { DEVICES };
