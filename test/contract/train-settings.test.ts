import { describe, expect, test } from 'vitest';
import { contract } from '../../src-shared/contract/index.ts';
import { trainSettingsSchema } from '../../src-shared/contract/train-settings.ts';
import { engineSettings } from '../../src-main/lab/train-settings.ts';
import { trainSettingsSchema as engineSchema } from '../../src-main/runs/settings.ts';
import type { FirstWeights } from '../../src-main/lab/weights.ts';

const BUNDLED: FirstWeights = {
  name: 'bundled',
  file: '/weights.safetensors',
  pretrained: true,
  imageSize: 96,
  normalization: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
};

describe('settings of a training', () => {
  test('their defaults are valid, survive JSON, and are all the engine needs', () => {
    const defaults = trainSettingsSchema.parse({});
    expect(trainSettingsSchema.parse(JSON.parse(JSON.stringify(defaults)))).toEqual(defaults);
    const settings = engineSchema.parse(engineSettings(defaults, BUNDLED));
    expect(settings).toMatchObject({ lr: 0.01, backboneLr: 0.005, mode: 'head-then-full' });
    expect(settings.pipeline.imageSize).toBe(96);
    expect(settings.optimizer).toMatchObject({ name: 'sgd', momentum: 0.9, weight_decay: 5e-4 });
  });

  test.each([
    ['adam', 0.001, 0],
    ['adamw', 0.001, 0.01],
  ] as const)('%s has the defaults of PyTorch', (optimizer, lr, weight_decay) => {
    const settings = engineSchema.parse(engineSettings(trainSettingsSchema.parse({ optimizer }), BUNDLED));
    expect(settings).toMatchObject({ lr, optimizer: { weight_decay, betas: [0.9, 0.999], eps: 1e-8 } });
  });

  test('without pretrained weights all parameters learn at the same rate', () => {
    const settings = engineSettings(trainSettingsSchema.parse({ lr: 0.02 }), {
      ...{ ...BUNDLED, file: null, pretrained: false },
    });
    expect(settings.backboneLr).toBe(0.02);
  });

  test('what is given arrives, under the name of the engine', () => {
    const given = trainSettingsSchema.parse({
      ...{ imageSize: 64, resize: 'stretch', interpolation: 'bicubic', augment: 'none', weightDecay: 0.1 },
      ...{ maxNorm: 1, stepSize: 2, gamma: 0.5, etaMin: 0.1, warmupEpochs: 3, noDecayOnNormAndBias: true },
      ...{ classWeights: [1, 2], labelSmoothing: 0.1, maxPixels: 1000, keepEpochs: 'best', patience: 4 },
    });
    const settings = engineSchema.parse(engineSettings(given, BUNDLED));
    expect(settings).toMatchObject({
      pipeline: {
        imageSize: 64,
        transforms: [{ name: 'exact-resize', width: 64, height: 64, interpolation: 'bicubic' }],
        augmentations: [],
      },
      optimizer: { weight_decay: 0.1, max_norm: 1, no_decay_on_norm_and_bias: true },
      schedule: { step_size: 2, gamma: 0.5, eta_min: 0.1, warmup_epochs: 3 },
      ...{ classWeights: [1, 2], labelSmoothing: 0.1, maxPixels: 1000, keepEpochs: 'best', patience: 4 },
    });
  });

  test('a table of learning rates is a schedule of its own, and begins with its first rate', () => {
    const lrTable = [
      { epoch: 0, lr: 1e-3 },
      { epoch: 50, lr: 5e-4 },
    ];
    const settings = engineSchema.parse(engineSettings(trainSettingsSchema.parse({ lrTable }), BUNDLED));
    expect(settings).toMatchObject({
      ...{ lr: 1e-3, backboneLr: 5e-4 },
      schedule: { name: 'piecewise', rates: lrTable },
    });
    const late = trainSettingsSchema.parse({ lrTable: [{ epoch: 5, lr: 1 }] });
    expect(engineSettings(late, BUNDLED).lr).toBe(0.01);
  });

  test.each([
    ['reduce-on-plateau', 0.1, 'validation'],
    ['loss-rise', 0.95, 'running'],
  ] as const)('%s multiplies by %d and watches the %s loss', (schedule, factor, metric) => {
    const settings = engineSettings(trainSettingsSchema.parse({ schedule }), BUNDLED);
    expect(settings.schedule).toMatchObject({ name: schedule, factor, metric });
  });

  test('an L2 penalty takes the place of weight decay, unless both are asked for', () => {
    const decay = (given: object): unknown =>
      engineSettings(trainSettingsSchema.parse(given), BUNDLED).optimizer?.weight_decay;
    expect(decay({ l2Penalty: 1e-3 })).toBe(0);
    expect(decay({ l2Penalty: 1e-3, weightDecay: 0.1 })).toBe(0.1);
    expect(decay({})).toBe(5e-4);
  });

  test('initialisers and groups of parameters arrive with their defaults', () => {
    const inits = [
      ...[
        { name: 'kaiming_normal', mode: 'fan_out' },
        { name: 'kaiming_uniform', a: 5 ** 0.5 },
      ],
      ...[{ name: 'xavier_normal', gain: 2 }, { name: 'xavier_uniform' }, { name: 'normal', std: 0.01 }],
      ...[
        { name: 'uniform', a: -1 },
        { name: 'trunc_normal', std: 0.02 },
        { name: 'constant', val: 1 },
      ],
      ...[{ name: 'zeros' }, { name: 'ones' }],
    ];
    const given = trainSettingsSchema.parse({
      init: inits.map((init) => ({ pattern: '*.weight', init })),
      paramGroups: [
        { pattern: 'a.*', lrFactor: 0.1, weightDecay: 0 },
        { pattern: 'b.*', lr: 1 },
        { pattern: 'c.*', freeze: true },
      ],
    });
    const settings = engineSchema.parse(engineSettings(given, BUNDLED));
    expect(settings.init.map(({ init }) => init)).toMatchObject(inits);
    expect(settings.init[0]!.init).toEqual({
      name: 'kaiming_normal',
      mode: 'fan_out',
      a: 0,
      nonlinearity: 'leaky_relu',
    });
    expect(settings.paramGroups).toEqual([
      { pattern: 'a.*', lr_factor: 0.1, weight_decay: 0 },
      { pattern: 'b.*', lr: 1 },
      { pattern: 'c.*', freeze: true },
    ]);
  });

  test('every setting of the engine can be reached', () => {
    const settings = engineSettings(trainSettingsSchema.parse({ maxNorm: 1, maxPixels: 9 }), BUNDLED);
    expect(Object.keys(settings).sort()).toEqual(Object.keys(engineSchema.shape).sort());
    for (const part of ['optimizer', 'schedule'] as const) {
      const reached = Object.keys(settings[part]!).sort();
      expect(reached).toEqual(Object.keys(engineSchema.shape[part].unwrap().shape).sort());
    }
  });

  test('a field that is none is refused', () => {
    expect(trainSettingsSchema.safeParse({ learningRate: 1 }).error?.issues[0]?.message).toBe(
      'Unrecognized key: "learningRate"',
    );
  });
});

test('every procedure says what can go wrong', () => {
  for (const [namespace, procedures] of Object.entries(contract)) {
    for (const [name, procedure] of Object.entries(procedures)) {
      const { errorMap } = procedure['~orpc'];
      expect(Object.keys(errorMap), `${namespace}.${name}`).toContain('LAB_LOCKED');
    }
  }
});
