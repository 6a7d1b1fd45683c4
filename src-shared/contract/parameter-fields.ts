/**
 * Settings of single parameters: lists of rules, of which the first whose pattern a parameter's name fits counts.
 * In a pattern `*` stands for any characters and `?` for one.
 */
import { z } from 'zod';
import { flag, number, oneOf, text, told } from './fields.ts';

const pattern = text("a pattern of parameters' names");

const kaiming = {
  a: number().optional(),
  mode: oneOf(['fan_in', 'fan_out']).optional(),
  nonlinearity: oneOf(['linear', 'sigmoid', 'tanh', 'relu', 'leaky_relu', 'selu']).optional(),
};
const gain = number().optional();
const normal = { mean: number().optional(), std: number({ min: 0 }).optional() };
const bounds = { a: number().optional(), b: number().optional() };

const INITIALIZERS = [
  z.strictObject({ name: z.literal('kaiming_normal'), ...kaiming }),
  z.strictObject({ name: z.literal('kaiming_uniform'), ...kaiming }),
  z.strictObject({ name: z.literal('xavier_normal'), gain }),
  z.strictObject({ name: z.literal('xavier_uniform'), gain }),
  z.strictObject({ name: z.literal('normal'), ...normal }),
  z
    .strictObject({ name: z.literal('uniform'), ...bounds })
    .refine(({ a = 0, b = 1 }) => a <= b, told('a of at most b')),
  z
    .strictObject({ name: z.literal('trunc_normal'), ...normal, ...bounds })
    .refine(({ mean = 0, a = -2, b = 2 }) => a <= mean && mean <= b && a < b, told('a mean between a and b')),
  z.strictObject({ name: z.literal('constant'), val: number() }),
  z.strictObject({ name: z.literal('zeros') }),
  z.strictObject({ name: z.literal('ones') }),
] as const;

const NAMES = INITIALIZERS.map((schema) => schema.shape.name.value).join(', ');

/** An initialiser, named and with options and defaults as in `torch.nn.init`. */
const init = z.discriminatedUnion('name', INITIALIZERS, told(`an initialiser, one of ${NAMES}`));

const paramGroup = z
  .strictObject({
    pattern,
    /** Their learning rate. */
    lr: number({ above: 0 }).optional(),
    /** Their share of the learning rate that they would have without the rule. */
    lrFactor: number({ above: 0 }).optional(),
    weightDecay: number({ min: 0 }).optional(),
    /** They are not trained; BatchNorm layers among them keep their statistics. */
    freeze: flag().optional(),
  })
  .refine(
    ({ lr, lrFactor }) => lr === undefined || lrFactor === undefined,
    told('lr or lr-factor, not both'),
  );

/** The fields. */
export const parameterFields = {
  /** How parameters begin that are not loaded; those without a rule as PyTorch's layers do. */
  init: z.array(z.strictObject({ pattern, init })).default([]),
  /** Learning rate, weight decay and freezing of parameters; those without a rule belong to backbone or head. */
  paramGroups: z.array(paramGroup).default([]),
};
