/** Initialisers by name, as JSON, for the parameters whose names fit a pattern. */
import { z } from 'zod';
import { LabError } from '../../src-shared/errors.ts';
import { matchesName } from '../base/name-pattern.ts';
import * as init from './initializers.ts';
import type { ParameterSpec } from './layers/index.ts';

const number = z.number();
const deviation = z.number().min(0);
const kaiming = {
  a: number.default(0),
  mode: z.enum(['fan_in', 'fan_out']).default('fan_in'),
  nonlinearity: z.enum(['linear', 'sigmoid', 'tanh', 'relu', 'leaky_relu', 'selu']).default('leaky_relu'),
};

/** An initialiser, named and with options as in `torch.nn.init`. */
export const initSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('kaiming_normal'), ...kaiming }),
  z.strictObject({ name: z.literal('kaiming_uniform'), ...kaiming }),
  z.strictObject({ name: z.literal('xavier_normal'), gain: number.default(1) }),
  z.strictObject({ name: z.literal('xavier_uniform'), gain: number.default(1) }),
  z.strictObject({ name: z.literal('normal'), mean: number.default(0), std: deviation.default(1) }),
  z
    .strictObject({ name: z.literal('uniform'), a: number.default(0), b: number.default(1) })
    .refine(({ a, b }) => a <= b),
  z
    .strictObject({
      name: z.literal('trunc_normal'),
      mean: number.default(0),
      std: deviation.default(1),
      a: number.default(-2),
      b: number.default(2),
    })
    .refine(({ mean, a, b }) => a <= mean && mean <= b && a < b),
  z.strictObject({ name: z.literal('constant'), val: number }),
  z.strictObject({ name: z.literal('zeros') }),
  z.strictObject({ name: z.literal('ones') }),
]);

/** See {@link initSchema}. */
export type InitSpec = z.output<typeof initSchema>;

/** Initialisers for the parameters whose names fit a pattern. */
export const initRulesSchema = z.array(z.strictObject({ pattern: z.string(), init: initSchema }));

/** See {@link initRulesSchema}. */
export type InitRules = z.output<typeof initRulesSchema>;

/** The initialiser that a specification stands for. */
export function initializerOf(spec: InitSpec): init.Initializer {
  switch (spec.name) {
    case 'kaiming_normal':
      return init.kaimingNormal(spec);
    case 'kaiming_uniform':
      return init.kaimingUniformOf(spec);
    case 'xavier_normal':
      return init.xavierNormal(spec.gain);
    case 'xavier_uniform':
      return init.xavierUniform(spec.gain);
    case 'normal':
      return init.normal(spec.mean, spec.std);
    case 'uniform':
      return init.uniformBetween(spec.a, spec.b);
    case 'trunc_normal':
      return init.truncatedNormal(spec.mean, spec.std, spec.a, spec.b);
    case 'constant':
      return init.constant(spec.val);
    case 'zeros':
      return init.constant(0);
    case 'ones':
      return init.constant(1);
  }
}

/**
 * A network's state with the rules' initialisers in the place of its layers' own. The first rule that a parameter's
 * name fits counts; buffers keep theirs.
 *
 * @throws LabError `INVALID_ARGUMENT` for a pattern that no parameter fits, and for an initialiser that needs a
 * weight of two dimensions or more where there are fewer
 */
export function withInitRules(specs: readonly ParameterSpec[], rules: InitRules): readonly ParameterSpec[] {
  checkPatterns(
    'Initialising parameters',
    rules.map(({ pattern }) => pattern),
    specs,
  );
  return specs.map((spec) => {
    const rule = rules.find(({ pattern }) => spec.kind === 'parameter' && matchesName(pattern, spec.name));
    if (rule === undefined) return spec;
    checkFans(spec, rule.init);
    return { ...spec, initialize: initializerOf(rule.init) };
  });
}

/**
 * Checks that each pattern is one of a parameter.
 *
 * @param doing what the patterns are for
 * @throws LabError `INVALID_ARGUMENT`
 */
export function checkPatterns(
  doing: string,
  patterns: readonly string[],
  specs: readonly Pick<ParameterSpec, 'name' | 'kind'>[],
): void {
  const names = specs.filter(({ kind }) => kind === 'parameter').map(({ name }) => name);
  const odd = patterns.find((pattern) => !names.some((name) => matchesName(pattern, name)));
  if (odd === undefined) return;
  const some = names.length > 6 ? [...names.slice(0, 3), '…', ...names.slice(-2)] : names;
  throw new LabError(
    'INVALID_ARGUMENT',
    `${doing}: no parameter of the network fits the pattern "${odd}"; it has ${some.join(', ')}.`,
    { hint: 'In a pattern * stands for any characters and ? for one.' },
  );
}

function checkFans({ name, dims }: ParameterSpec, { name: init }: InitSpec): void {
  if (dims.length >= 2 || !/^(kaiming|xavier)_/.test(init)) return;
  throw new LabError(
    'INVALID_ARGUMENT',
    `Initialising ${name} [${dims.join(', ')}] with ${init}: it needs two dimensions or more, for its inputs and outputs.`,
    { hint: 'Let the pattern end in the weights of convolutions or linear layers, such as conv*.weight.' },
  );
}
