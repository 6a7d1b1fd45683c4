/**
 * Every setting of a training, flat, with PyTorch's and torchvision's names and defaults. Null stands for "what
 * suits the other settings", and the comment says what that is.
 */
import { z } from 'zod';
import { flag, number, oneOf, text, told, wholeNumber } from './fields.ts';

/** How a network is fine-tuned. */
export const MODES = ['head', 'full', 'head-then-full'] as const;

/** Devices a training can ask for. */
export const DEVICES = ['auto', 'cpu', 'cuda', 'webgpu', 'dml', 'coreml'] as const;

/** Sets of augmentations. */
export const AUGMENTS = ['none', 'crop-flip', 'pad-crop-flip', 'color'] as const;

const beta = number({ min: 0, below: 1 });

/** The fields; see {@link trainSettingsSchema}. */
export const trainFields = {
  /** One of the lab's networks, or the path of a `.json` or `.onnx` file. */
  model: text('the name of a network, or a file').default('resnet18'),
  /** The value that holds the logits of an `.onnx` file; null to find it. */
  logits: text('the name of a value').nullable().default(null),
  /**
   * `bundled`, another name of the catalog, `none`, or the path of a file; null for those in the network's file,
   * else the bundled ones of the network, else none.
   */
  weights: text('a name of the catalog, none, or a file').nullable().default(null),
  /** Null for `head-then-full` with pretrained weights, and `full` without. */
  mode: oneOf(MODES).nullable().default(null),
  /** Side of the square that the network sees; null for what the weights were made for. */
  imageSize: wholeNumber({ min: 1, max: 4096 }).nullable().default(null),
  /** The middle of the picture, or the whole of it stretched to a square. */
  resize: oneOf(['crop', 'stretch']).default('crop'),
  interpolation: oneOf(['nearest', 'bilinear', 'bicubic', 'lanczos']).default('bilinear'),
  augment: oneOf(AUGMENTS).default('crop-flip'),
  /** Epochs of the last phase. */
  epochs: wholeNumber({ min: 1 }).default(8),
  /** Epochs of the head alone that `head-then-full` begins with. */
  headEpochs: wholeNumber({ min: 1 }).default(3),
  batchSize: wholeNumber({ min: 1 }).default(32),
  evaluationBatchSize: wholeNumber({ min: 1 }).default(32),
  optimizer: oneOf(['sgd', 'adam', 'adamw']).default('sgd'),
  /** Learning rate of the head; null for 0.01 with SGD and PyTorch's 0.001 with Adam and AdamW. */
  lr: number({ above: 0 }).nullable().default(null),
  /** Learning rate of the backbone; null for half of `lr` with pretrained weights and `lr` without. */
  backboneLr: number({ above: 0 }).nullable().default(null),
  momentum: number({ min: 0, below: 1 }).default(0.9),
  dampening: number({ min: 0, max: 1 }).default(0),
  nesterov: flag().default(false),
  /** Null for 5e-4 with SGD, and PyTorch's 0 with Adam and 0.01 with AdamW. */
  weightDecay: number({ min: 0 }).nullable().default(null),
  noDecayOnNormAndBias: flag().default(false),
  betas: z.tuple([beta, beta], told('two numbers from 0 to less than 1')).default([0.9, 0.999]),
  eps: number({ above: 0 }).default(1e-8),
  /** Clips the norm of all gradients together; null for never. */
  maxNorm: number({ above: 0 }).nullable().default(null),
  schedule: oneOf(['constant', 'step', 'cosine']).default('cosine'),
  stepSize: wholeNumber({ min: 1 }).default(30),
  gamma: number({ above: 0 }).default(0.1),
  /** Where the cosine ends, as a share of the learning rate. */
  etaMin: number({ min: 0, max: 1 }).default(0),
  warmupEpochs: wholeNumber({ min: 0 }).default(0),
  warmupStartFactor: number({ above: 0, max: 1 }).default(1 / 3),
  labelSmoothing: number({ min: 0, below: 1 }).default(0),
  /** `balanced`, or a weight for each class in the order of their names. */
  classWeights: z
    .union([z.literal('balanced'), z.array(number({ above: 0 }))], told('balanced, or numbers above 0'))
    .nullable()
    .default(null),
  shuffle: flag().default(true),
  dropLast: flag().default(false),
  seed: wholeNumber({ min: 0, max: 2 ** 32 - 1 }).default(0),
  /** Augmented versions of each picture whose features `head` computes. */
  draws: wholeNumber({ min: 1 }).default(8),
  /** Epochs without a better validation loss after which a phase ends; null for never. */
  patience: wholeNumber({ min: 1 }).nullable().default(null),
  checkpointSeconds: number({ above: 0 }).default(30),
  checkpointSteps: wholeNumber({ min: 1 }).nullable().default(null),
  /** Whether the weights of every epoch are kept, or those of the best and the last. */
  keepEpochs: oneOf(['all', 'best']).default('all'),
  device: oneOf(DEVICES).default('auto'),
  /** Threads of one operation; null for as many as suit the machine. */
  threads: wholeNumber({ min: 1 }).nullable().default(null),
  /** Larger pictures (width × height) are refused; null for the default limit. */
  maxPixels: wholeNumber({ min: 1 }).nullable().default(null),
};

/** All settings, every one of them optional. */
export const trainSettingsSchema = z.strictObject(trainFields);

/** Settings with their defaults filled in. */
export type TrainSettingsJson = z.output<typeof trainSettingsSchema>;
