/** The contract's flat settings as the engine takes them, with everything filled in that depends on the rest. */
import { LabError } from '../../src-shared/errors.ts';
import type { TrainSettingsJson } from '../../src-shared/contract/train-settings.ts';
import { createPipeline } from '../data/pipeline.ts';
import type { Architecture } from '../models/architecture.ts';
import { checkPatterns, initRulesSchema, withInitRules } from '../models/init-rules.ts';
import { networkState } from '../models/state.ts';
import type { TrainSettingsInput } from '../runs/settings.ts';
import { groupsOf, ruleOf } from '../training/param-groups.ts';
import { readAugmentations } from './augment.ts';
import { engineSchedule, firstRate } from './schedule.ts';
import type { FirstWeights } from './weights.ts';

const DEFAULT_LR = { sgd: 0.01, adam: 0.001, adamw: 0.001 } as const;
const DEFAULT_WEIGHT_DECAY = { sgd: 5e-4, adam: 0, adamw: 0.01 } as const;

/** What a run is made with. */
export function engineSettings(given: TrainSettingsJson, weights: FirstWeights): TrainSettingsInput {
  const { resize, interpolation, optimizer: name } = given;
  const { pretrained } = weights;
  const imageSize = given.imageSize ?? weights.imageSize;
  const augment = readAugmentations(given.augment, imageSize);
  const lr = given.lr ?? firstRate(given) ?? DEFAULT_LR[name];
  return {
    ...pick(given, ['model', 'epochs', 'headEpochs', 'batchSize', 'evaluationBatchSize']),
    ...pick(given, ['init', 'l2Penalty', 'labelSmoothing', 'classWeights', 'shuffle', 'dropLast']),
    ...pick(given, ['evaluationDropLast', 'seed', 'draws', 'patience']),
    ...pick(given, ['checkpointSeconds', 'checkpointSteps', 'keepEpochs', 'device', 'threads']),
    mode: given.mode ?? (pretrained ? 'head-then-full' : 'full'),
    lr,
    backboneLr: given.backboneLr ?? (pretrained ? lr / 2 : lr),
    optimizer: {
      name,
      ...pick(given, ['momentum', 'dampening', 'nesterov', 'betas', 'eps']),
      weight_decay: given.weightDecay ?? (given.l2Penalty > 0 ? 0 : DEFAULT_WEIGHT_DECAY[name]),
      no_decay_on_norm_and_bias: given.noDecayOnNormAndBias,
      ...(given.maxNorm !== null && { max_norm: given.maxNorm }),
    },
    schedule: engineSchedule(given),
    paramGroups: given.paramGroups.map(({ pattern, lr, lrFactor, weightDecay, freeze }) => ({
      pattern,
      ...(lr !== undefined && { lr }),
      ...(lrFactor !== undefined && { lr_factor: lrFactor }),
      ...(weightDecay !== undefined && { weight_decay: weightDecay }),
      ...(freeze !== undefined && { freeze }),
    })),
    pipeline: createPipeline({ imageSize, resize, interpolation, augment }),
    normalization: weights.normalization,
    ...(given.maxPixels !== null && { maxPixels: given.maxPixels }),
  };
}

/**
 * Checks rules for single parameters, and what does not go together, before there is a run.
 *
 * @throws LabError `INVALID_ARGUMENT` as `withInitRules`, `checkPatterns` and `groupsOf` do
 */
export function checkRules(
  architecture: Architecture,
  classes: number,
  { pipeline, mode, optimizer, init = [], paramGroups = [] }: TrainSettingsInput,
): void {
  checkNesterov(optimizer);
  if (init.length + paramGroups.length === 0) return;
  const state = networkState(architecture, classes, pipeline.imageSize);
  withInitRules(state, initRulesSchema.parse(init));
  checkPatterns(
    'Grouping parameters',
    paramGroups.map(({ pattern }) => pattern),
    state,
  );
  const trained = state.filter(({ name, kind }) => {
    const inPhase = mode === 'full' || architecture.head.includes(name);
    return kind === 'parameter' && inPhase && ruleOf(paramGroups, name)?.freeze !== true;
  });
  groupsOf(
    trained.map(({ name }) => name),
    () => true,
    paramGroups,
  );
}

/** As `torch.optim.SGD` refuses it. */
function checkNesterov(optimizer: TrainSettingsInput['optimizer']): void {
  const { nesterov, momentum, dampening } = { ...optimizer };
  if (nesterov !== true || (momentum !== 0 && dampening === 0)) return;
  throw new LabError(
    'INVALID_ARGUMENT',
    `Nesterov's momentum needs a momentum above 0 and no dampening; found momentum ${momentum} and dampening ${dampening}.`,
    { hint: 'Leave --nesterov out, or give --momentum 0.9 and no --dampening.' },
  );
}

function pick<T, Key extends keyof T>(value: T, keys: readonly Key[]): Pick<T, Key> {
  return Object.fromEntries(keys.map((key) => [key, value[key]])) as Pick<T, Key>;
}
