/** From the settings that a run keeps back to the contract's flat ones, so that they can be those of a new run. */
import path from 'node:path';
import type { ScheduleJson } from '../../src-shared/contract/schedule-fields.ts';
import { trainSettingsSchema, type TrainSettingsJson } from '../../src-shared/contract/train-settings.ts';
import { CATALOG } from '../models/weights/catalog.ts';
import type { RunFile } from '../runs/run-file.ts';
import type { TrainSettings } from '../runs/settings.ts';

/**
 * Every setting by name, none left to be chosen: a run made with them has the settings of this one.
 *
 * @param folder the run's, which keeps the file of its network
 */
export function flatSettings(run: RunFile, folder: string): TrainSettingsJson {
  const { settings } = run;
  const { name: optimizer, weight_decay, no_decay_on_norm_and_bias, max_norm, ...rates } = settings.optimizer;
  return trainSettingsSchema.parse({
    ...networkOf(run, folder),
    weights: weightsOf(run),
    ...pick(settings, ['mode', 'epochs', 'headEpochs', 'batchSize', 'evaluationBatchSize']),
    ...pick(settings, ['lr', 'init', 'l2Penalty', 'labelSmoothing', 'classWeights', 'shuffle', 'dropLast']),
    ...pick(settings, ['evaluationDropLast', 'seed', 'draws', 'patience', 'checkpointSeconds']),
    ...pick(settings, ['checkpointSteps', 'keepEpochs', 'device', 'threads']),
    backboneLr: settings.backboneLr ?? settings.lr,
    ...{ optimizer, ...rates, weightDecay: weight_decay, noDecayOnNormAndBias: no_decay_on_norm_and_bias },
    maxNorm: max_norm ?? null,
    ...scheduleOf(settings.schedule),
    paramGroups: settings.paramGroups.map(({ lr_factor, weight_decay, ...group }) => ({
      ...group,
      ...(lr_factor !== undefined && { lrFactor: lr_factor }),
      ...(weight_decay !== undefined && { weightDecay: weight_decay }),
    })),
    ...pixelsOf(settings.pipeline),
    ...{ mean: settings.normalization.mean, std: settings.normalization.std },
    maxPixels: settings.maxPixels ?? null,
  });
}

function networkOf({ network, settings }: RunFile, folder: string): Partial<TrainSettingsJson> {
  if (network === null) return { model: settings.model };
  const { file, logits, restoreBatchNorm } = network;
  return { model: path.join(folder, file), logits, restoreBatchNorm };
}

function weightsOf({ weights, network }: RunFile): string {
  if (weights === null) return network?.ownWeights === true ? 'own' : 'none';
  if (CATALOG.some(({ name }) => name === weights.name)) return weights.name;
  // Those of a run lie in the cache under its id; `last`, as it may have been called, is another one by now.
  const ofRun = /^(.+@[0-9]+)\.safetensors$/.exec(path.basename(weights.file))?.[1];
  return ofRun ?? weights.file;
}

function pixelsOf({
  imageSize,
  transforms,
  augmentations,
}: TrainSettings['pipeline']): Partial<TrainSettingsJson> {
  const [first] = transforms;
  return {
    imageSize,
    resize: first?.name === 'exact-resize' ? 'stretch' : 'crop',
    interpolation: first !== undefined && 'interpolation' in first ? first.interpolation : 'bilinear',
    augment: augmentations,
  };
}

function scheduleOf(given: TrainSettings['schedule']): ScheduleJson {
  return {
    schedule: given.name,
    lrTable: given.rates.length === 0 ? null : [...given.rates],
    stepSize: given.step_size,
    gamma: given.gamma,
    milestones: given.milestones.length === 0 ? null : [...given.milestones],
    etaMin: given.eta_min,
    maxLr: given.max_lr,
    pctStart: given.pct_start,
    annealStrategy: given.anneal_strategy,
    divFactor: given.div_factor,
    finalDivFactor: given.final_div_factor,
    threePhase: given.three_phase,
    reduceOn: given.metric,
    reduceFactor: given.factor,
    reducePatience: given.patience,
    reduceThreshold: given.threshold,
    reduceThresholdMode: given.threshold_mode,
    reduceCooldown: given.cooldown,
    reduceMinLr: given.min_lr,
    reduceEps: given.eps,
    warmupEpochs: given.warmup_epochs,
    warmupStartFactor: given.warmup_start_factor,
  };
}

function pick<T, Key extends keyof T>(value: T, keys: readonly Key[]): Pick<T, Key> {
  return Object.fromEntries(keys.map((key) => [key, value[key]])) as Pick<T, Key>;
}
