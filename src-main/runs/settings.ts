/** Every setting of a training, as JSON: stored with the run, and enough to repeat it. */
import { z } from 'zod';
import { pipelineSchema } from '../data/pipeline.ts';
import { initRulesSchema } from '../models/init-rules.ts';
import { SCHEDULE_DEFAULTS } from '../training/schedulers/index.ts';

/** How a network is fine-tuned. */
export const MODES = ['head', 'full', 'head-then-full'] as const;

const channels = z.tuple([z.number(), z.number(), z.number()]);

const optimizerSchema = z.strictObject({
  name: z.enum(['sgd', 'adam', 'adamw']),
  momentum: z.number().min(0).lt(1).default(0.9),
  dampening: z.number().min(0).max(1).default(0),
  nesterov: z.boolean().default(false),
  weight_decay: z.number().min(0).default(5e-4),
  betas: z.tuple([z.number().min(0).lt(1), z.number().min(0).lt(1)]).default([0.9, 0.999]),
  eps: z.number().positive().default(1e-8),
  /** Clips the norm of all gradients together. */
  max_norm: z.number().positive().optional(),
  no_decay_on_norm_and_bias: z.boolean().default(false),
});

const share = z.number().min(0).max(1);

/** See `ScheduleOptions`. */
const scheduleSchema = z.strictObject({
  name: z
    .enum([
      ...(['constant', 'piecewise', 'step', 'multi-step'] as const),
      ...(['cosine', 'one-cycle', 'reduce-on-plateau', 'loss-rise'] as const),
    ])
    .default('cosine'),
  warmup_epochs: z.int().min(0).default(0),
  warmup_start_factor: share.positive().default(SCHEDULE_DEFAULTS.warmup_start_factor),
  rates: z
    .array(z.strictObject({ epoch: z.int().min(0), lr: z.number().positive() }))
    .readonly()
    .default([]),
  step_size: z.int().min(1).default(30),
  gamma: z.number().positive().default(0.1),
  milestones: z.array(z.int().min(1)).readonly().default([]),
  eta_min: share.default(0),
  max_lr: z.number().positive().nullable().default(null),
  pct_start: share.default(0.3),
  anneal_strategy: z.enum(['cos', 'linear']).default('cos'),
  div_factor: z.number().positive().default(25),
  final_div_factor: z.number().positive().default(1e4),
  three_phase: z.boolean().default(false),
  metric: z.enum(['validation', 'train', 'running']).default('validation'),
  factor: z.number().positive().lt(1).default(0.1),
  patience: z.int().min(0).default(10),
  threshold: z.number().min(0).default(1e-4),
  threshold_mode: z.enum(['rel', 'abs']).default('rel'),
  cooldown: z.int().min(0).default(0),
  min_lr: z.number().min(0).default(0),
  eps: z.number().min(0).default(1e-8),
});

/** See `ParamGroupRule`. */
const paramGroupSchema = z.strictObject({
  pattern: z.string(),
  lr: z.number().positive().exactOptional(),
  lr_factor: z.number().positive().exactOptional(),
  weight_decay: z.number().min(0).exactOptional(),
  freeze: z.boolean().exactOptional(),
});

/** Settings as a user gives them; see {@link TrainSettings}. */
export const trainSettingsSchema = z.strictObject({
  model: z.string().default('resnet18'),
  mode: z.enum(MODES).default('head-then-full'),
  /** Epochs of the last phase. */
  epochs: z.int().min(1).default(8),
  /** Epochs of the head alone that `head-then-full` begins with. */
  headEpochs: z.int().min(1).default(3),
  batchSize: z.int().min(1).default(32),
  /** Batch size of evaluation, which needs less memory than training. */
  evaluationBatchSize: z.int().min(1).default(32),
  /** Learning rate of the head, and of everything that has no rate of its own. */
  lr: z.number().positive().default(0.01),
  /** Learning rate of the backbone; null for the same as the head's. */
  backboneLr: z.number().positive().nullable().default(null),
  optimizer: optimizerSchema.prefault({ name: 'sgd' }),
  schedule: scheduleSchema.prefault({}),
  /** How parameters begin that are not loaded; those without a rule as their layers do. */
  init: initRulesSchema.default([]),
  /** Settings of single parameters; those without a rule belong to backbone or head. */
  paramGroups: z.array(paramGroupSchema).default([]),
  /** λ of λ Σ‖p‖² over the trained parameters, which is added to the loss. */
  l2Penalty: z.number().min(0).default(0),
  labelSmoothing: z.number().min(0).lt(1).default(0),
  /** Weights of the classes in the loss: numbers in class order, or inverse to their frequency. */
  classWeights: z.union([z.literal('balanced'), z.array(z.number().positive()), z.null()]).default(null),
  shuffle: z.boolean().default(true),
  dropLast: z.boolean().default(false),
  /** Whether evaluation, too, leaves its last, smaller batch out. */
  evaluationDropLast: z.boolean().default(false),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(0),
  pipeline: pipelineSchema,
  normalization: z.strictObject({ mean: channels, std: channels }),
  /** Augmented versions of each training sample whose features `head` computes. */
  draws: z.int().min(1).default(8),
  /** Epochs without a better validation loss after which a phase ends; null for never. */
  patience: z.int().min(1).nullable().default(null),
  checkpointSeconds: z.number().positive().default(30),
  checkpointSteps: z.int().min(1).nullable().default(null),
  /** Whether the weights of every epoch are kept, or those of the best and the last. */
  keepEpochs: z.enum(['all', 'best']).default('all'),
  device: z.enum(['auto', 'cpu', 'cuda', 'webgpu', 'dml', 'coreml']).default('auto'),
  /** Threads of one op; null for as many as suit the machine. The weights' last bits depend on it. */
  threads: z.int().min(1).nullable().default(null),
  /** Pictures with more pixels are refused. */
  maxPixels: z.int().min(1).optional(),
});

/** Every setting, defaults filled in. */
export type TrainSettings = z.output<typeof trainSettingsSchema>;

/** The settings that must be given, and those that may. */
export type TrainSettingsInput = z.input<typeof trainSettingsSchema>;

/** A stretch of epochs in which the same parameters are trained. */
export interface Phase {
  readonly name: 'head' | 'full';
  readonly epochs: number;
}

/** The phases that a mode consists of. */
export function phasesOf({
  mode,
  epochs,
  headEpochs,
}: Pick<TrainSettings, 'mode' | 'epochs' | 'headEpochs'>): Phase[] {
  switch (mode) {
    case 'head':
      return [{ name: 'head', epochs }];
    case 'full':
      return [{ name: 'full', epochs }];
    case 'head-then-full':
      return [
        { name: 'head', epochs: headEpochs },
        { name: 'full', epochs },
      ];
  }
}

/**
 * How many augmented versions of each training picture are computed: as asked for, but no more than there are
 * epochs to show them in, and none without augmentation.
 */
export function drawCount(draws: number, epochs: number, augmentations: number): number {
  return augmentations === 0 ? 0 : Math.min(draws, epochs);
}
