/** Settings of the optimizer and the loss, with the names and defaults of `torch.optim`. */
import { z } from 'zod';
import { flag, number, oneOf, told } from './fields.ts';

const beta = number({ min: 0, below: 1 });

/** The fields, flat. */
export const optimizerFields = {
  optimizer: oneOf(['sgd', 'adam', 'adamw']).default('sgd'),
  /** Learning rate of the head; null for the first of a table, else 0.01 with SGD and PyTorch's 0.001 with Adam and AdamW. */
  lr: number({ above: 0 }).nullable().default(null),
  /** Learning rate of the backbone; null for half of `lr` with pretrained weights and `lr` without. */
  backboneLr: number({ above: 0 }).nullable().default(null),
  momentum: number({ min: 0, below: 1 }).default(0.9),
  dampening: number({ min: 0, max: 1 }).default(0),
  nesterov: flag().default(false),
  /** Null for 0 with an L2 penalty, else 5e-4 with SGD and PyTorch's 0 with Adam and 0.01 with AdamW. */
  weightDecay: number({ min: 0 }).nullable().default(null),
  noDecayOnNormAndBias: flag().default(false),
  betas: z.tuple([beta, beta], told('two numbers from 0 to less than 1')).default([0.9, 0.999]),
  eps: number({ above: 0 }).default(1e-8),
  /** Clips the norm of all gradients together; null for never. */
  maxNorm: number({ above: 0 }).nullable().default(null),
  /** λ of the λ Σ‖p‖² over the trained parameters that is added to the loss. */
  l2Penalty: number({ min: 0 }).default(0),
  labelSmoothing: number({ min: 0, below: 1 }).default(0),
  /** `balanced`, or a weight for each class in the order of their names. */
  classWeights: z
    .union([z.literal('balanced'), z.array(number({ above: 0 }))], told('balanced, or numbers above 0'))
    .nullable()
    .default(null),
};
