/** The flags of `train`, one for every setting. */
import type { Option } from 'commander';
import type { parameterFields } from '../../../../src-shared/contract/parameter-fields.ts';
import { trainFields, type TrainSettingsJson } from '../../../../src-shared/contract/train-settings.ts';
import { toNumber, toNumbers } from '../flags.ts';
import { addInit, addParamGroup } from '../rule-flags.ts';
import { settingOptions, type SettingFlag } from '../setting-flags.ts';
import { SCHEDULE_FLAGS } from './schedule-flags.ts';

const PARAMETER_FLAGS: Readonly<Record<keyof typeof parameterFields, SettingFlag>> = {
  init: {
    flags: '--init <pattern:name,…>',
    description: 'how parameters begin, such as conv*.weight:normal,std=0.01; repeatable',
    parse: addInit,
  },
  paramGroups: {
    flags: '--param-groups <pattern:…>',
    description: 'lr=, lr-factor=, weight-decay= or freeze, such as layer1.*:lr=1e-4; repeatable',
    parse: addParamGroup,
  },
};

/** In the order of the help. */
const FLAGS: Readonly<Record<keyof TrainSettingsJson, SettingFlag>> = {
  model: { flags: '--model <name|file>', description: 'network: a name, or a .json or .onnx file' },
  logits: {
    flags: '--logits <name>',
    description: 'value that holds the logits of an .onnx file (default: found by itself)',
  },
  restoreBatchNorm: {
    flags: '--restore-batch-norm',
    description: 'put batch normalisation back behind the convolutions of an .onnx file',
  },
  weights: {
    flags: '--weights <name|file>',
    description:
      'bundled, imagenet, none, a .safetensors or .pth file, or a run, RUN or RUN@EPOCH (default: the bundled ones where the network has some)',
  },
  mode: {
    flags: '--mode <mode>',
    description:
      'what is trained: head, full or head-then-full (default: head-then-full with weights, full without)',
  },
  imageSize: {
    flags: '--image-size <pixels>',
    description: 'side of the square the network sees (default: as suits the weights; bundled 96)',
    parse: toNumber,
  },
  resize: { flags: '--resize <mode>', description: 'crop (the middle) or stretch (the whole picture)' },
  interpolation: { flags: '--interpolation <name>', description: 'nearest, bilinear, bicubic or lanczos' },
  augment: {
    flags: '--augment <preset|file|json>',
    description:
      'none, crop-flip, pad-crop-flip, pad-affine-color, color, or a JSON list (see vitrine augmentations)',
  },
  normalization: {
    flags: '--normalization <kind>',
    description: "weights, or dataset: the mean and deviation of the data set's training images",
  },
  mean: {
    flags: '--mean <r,g,b>',
    description: 'mean to subtract from pixels of 0 to 1, with --std, instead of --normalization',
    parse: toNumbers,
  },
  std: {
    flags: '--std <r,g,b>',
    description: 'deviation to divide by; --mean 0,0,0 --std 1,1,1 leaves pixels as they are',
    parse: toNumbers,
  },
  epochs: { flags: '--epochs <count>', description: 'epochs, of the last phase', parse: toNumber },
  headEpochs: {
    flags: '--head-epochs <count>',
    description: 'epochs of the head alone that head-then-full begins with',
    parse: toNumber,
  },
  batchSize: { flags: '--batch-size <count>', description: 'images a step', parse: toNumber },
  evaluationBatchSize: {
    flags: '--evaluation-batch-size <count>',
    description: 'images at once in evaluation',
    parse: toNumber,
  },
  optimizer: { flags: '--optimizer <name>', description: 'sgd, adam or adamw' },
  lr: {
    flags: '--lr <rate>',
    description:
      'learning rate of the head (default: the first of --lr-table, else 0.01 with sgd and 0.001 without)',
    parse: toNumber,
  },
  backboneLr: {
    flags: '--backbone-lr <rate>',
    description: 'learning rate of the rest (default: half of --lr with pretrained weights, else --lr)',
    parse: toNumber,
  },
  momentum: { flags: '--momentum <factor>', description: 'of sgd', parse: toNumber },
  dampening: { flags: '--dampening <factor>', description: 'of sgd', parse: toNumber },
  nesterov: { flags: '--nesterov', description: "Nesterov's momentum" },
  weightDecay: {
    flags: '--weight-decay <factor>',
    description: 'default: 0.0005 with sgd, 0 with adam, 0.01 with adamw; 0 with --l2-penalty',
    parse: toNumber,
  },
  noDecayOnNormAndBias: {
    flags: '--no-decay-on-norm-and-bias',
    description: 'no weight decay on biases and norms',
  },
  betas: { flags: '--betas <a,b>', description: 'of adam and adamw', parse: toNumbers },
  eps: { flags: '--eps <number>', description: 'of adam and adamw', parse: toNumber },
  maxNorm: {
    flags: '--max-norm <norm>',
    description: 'clip the norm of the gradients (default: never)',
    parse: toNumber,
  },
  l2Penalty: {
    flags: '--l2-penalty <lambda>',
    description: 'add lambda times the sum of the squared parameters to the loss',
    parse: toNumber,
  },
  labelSmoothing: { flags: '--label-smoothing <share>', description: 'in the loss', parse: toNumber },
  classWeights: {
    flags: '--class-weights <a,b,…>',
    description: 'balanced, or a weight for each class in the order of their names',
    parse: (text) => (text === 'balanced' ? text : toNumbers(text)),
  },
  ...SCHEDULE_FLAGS,
  ...PARAMETER_FLAGS,
  shuffle: { flags: '--no-shuffle', description: 'show the images in the order of their paths' },
  dropLast: { flags: '--drop-last', description: "leave an epoch's last, smaller batch out" },
  evaluationDropLast: {
    flags: '--evaluation-drop-last',
    description: 'leave it out in evaluation, too',
  },
  seed: { flags: '--seed <number>', description: 'of everything random', parse: toNumber },
  draws: {
    flags: '--draws <count>',
    description: 'augmented versions of each image whose features head computes',
    parse: toNumber,
  },
  patience: {
    flags: '--patience <epochs>',
    description: 'end after so many epochs without a better validation loss (default: never)',
    parse: toNumber,
  },
  checkpointSeconds: {
    flags: '--checkpoint-seconds <seconds>',
    description: 'between checkpoints',
    parse: toNumber,
  },
  checkpointSteps: {
    flags: '--checkpoint-steps <count>',
    description: 'steps between checkpoints (default: by time)',
    parse: toNumber,
  },
  keepEpochs: { flags: '--keep-epochs <which>', description: 'all, or best (and the last)' },
  device: { flags: '--device <name>', description: 'auto, cpu, cuda, webgpu, dml or coreml' },
  threads: {
    flags: '--threads <count>',
    description: 'threads of one operation (default: as suits the machine)',
    parse: toNumber,
  },
  maxPixels: {
    flags: '--max-pixels <count>',
    description: 'refuse larger pictures (width × height)',
    parse: toNumber,
  },
};

/** All flags. */
export function trainOptions(): Option[] {
  return settingOptions(FLAGS, trainFields);
}

/**
 * The fields from commander's values: a flag that begins with `no-` sets the rest of its name to false, and is
 * true when nobody gave it.
 */
export function toFields({
  decayOnNormAndBias,
  ...values
}: Record<string, unknown>): Record<string, unknown> {
  return { ...values, ...(decayOnNormAndBias === false && { noDecayOnNormAndBias: true }) };
}
