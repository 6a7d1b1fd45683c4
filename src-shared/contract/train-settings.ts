/**
 * Every setting of a training, flat, with PyTorch's and torchvision's names and defaults. Null stands for "what
 * suits the other settings", and the comment says what that is.
 */
import { z } from 'zod';
import { flag, number, oneOf, text, told, wholeNumber } from './fields.ts';
import { optimizerFields } from './optimizer-fields.ts';
import { parameterFields } from './parameter-fields.ts';
import { scheduleFields } from './schedule-fields.ts';

/** How a network is fine-tuned. */
export const MODES = ['head', 'full', 'head-then-full'] as const;

/** Devices a training can ask for. */
export const DEVICES = ['auto', 'cpu', 'cuda', 'webgpu', 'dml', 'coreml'] as const;

const channels = z.tuple([number(), number(), number()], told('three numbers, for red, green and blue'));
const deviations = z.tuple(
  [number({ above: 0 }), number({ above: 0 }), number({ above: 0 })],
  told('three numbers above 0, for red, green and blue'),
);

/** The fields; see {@link trainSettingsSchema}. */
export const trainFields = {
  /** One of the lab's networks, or the path of a `.json` or `.onnx` file. */
  model: text('the name of a network, or a file').default('resnet18'),
  /** The value that holds the logits of an `.onnx` file; null to find it. */
  logits: text('the name of a value').nullable().default(null),
  /** Whether batch normalisation that an exporter folded into convolutions of an `.onnx` file is put back. */
  restoreBatchNorm: flag().default(false),
  /**
   * `bundled`, another name of the catalog, `none`, the path of a file, or a run, `RUN` or `RUN@EPOCH`; null for
   * those in the network's file, else the bundled ones of the network, else none.
   */
  weights: text('a name of the catalog, none, a file, or a run').nullable().default(null),
  /** Null for `head-then-full` with pretrained weights, and `full` without. */
  mode: oneOf(MODES).nullable().default(null),
  /** Side of the square that the network sees; null for what the weights were made for. */
  imageSize: wholeNumber({ min: 1, max: 4096 }).nullable().default(null),
  /** The middle of the picture, or the whole of it stretched to a square. */
  resize: oneOf(['crop', 'stretch']).default('crop'),
  interpolation: oneOf(['nearest', 'bilinear', 'bicubic', 'lanczos']).default('bilinear'),
  /** A preset's name, a list of augmentations, such a list as JSON, or the path of a JSON file that holds it. */
  augment: z
    .union([text('a name'), z.array(z.unknown())], told('a preset, a JSON file, or a list'))
    .default('crop-flip'),
  /** Mean and deviation of the weights, or those of the data set's training images at the image size. */
  normalization: oneOf(['weights', 'dataset']).default('weights'),
  /** Of pixels from 0 to 1, instead of `normalization`'s; null for that one's. */
  mean: channels.nullable().default(null),
  std: deviations.nullable().default(null),
  /** Epochs of the last phase. */
  epochs: wholeNumber({ min: 1 }).default(8),
  /** Epochs of the head alone that `head-then-full` begins with. */
  headEpochs: wholeNumber({ min: 1 }).default(3),
  batchSize: wholeNumber({ min: 1 }).default(32),
  evaluationBatchSize: wholeNumber({ min: 1 }).default(32),
  ...optimizerFields,
  ...scheduleFields,
  ...parameterFields,
  shuffle: flag().default(true),
  dropLast: flag().default(false),
  /** Whether evaluation, too, leaves the last, smaller batch out. */
  evaluationDropLast: flag().default(false),
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
