import { describe, expect, test } from 'vitest';
import { trainSettingsSchema } from '../../src-shared/contract/train-settings.ts';
import { flatSettings } from '../../src-main/lab/flat-settings.ts';
import { engineSettings } from '../../src-main/lab/train-settings.ts';
import type { RunFile } from '../../src-main/runs/run-file.ts';
import { trainSettingsSchema as engineSchema } from '../../src-main/runs/settings.ts';

const WEIGHTS = {
  ...{ name: 'none', file: null, pretrained: true, imageSize: 96 },
  normalization: { mean: [0.5, 0.4, 0.3], std: [0.2, 0.2, 0.2] } as const,
};

function runWith(given: object, changes: Partial<RunFile> = {}): RunFile {
  const { mean, std } = WEIGHTS.normalization;
  const engine = engineSettings(trainSettingsSchema.parse(given), {
    ...WEIGHTS,
    normalization: { mean: [...mean], std: [...std] },
  });
  return {
    ...{
      format: 1,
      id: 'x',
      createdAt: '',
      status: 'finished',
      error: null,
      epoch: 0,
      best: null,
      files: {},
    },
    dataset: { name: 'd', sha256: '', classes: ['a', 'b'], train: 1, validation: 0, test: 0 },
    ...{ weights: null, network: null, machine: null, settings: engineSchema.parse(engine) },
    ...changes,
  };
}

describe('settings of a run, made flat', () => {
  test.each<[string, object]>([
    ['all defaults', {}],
    ['adam', { optimizer: 'adamw', betas: [0.8, 0.9], weightDecay: 0.3, maxNorm: 1, lr: 0.5 }],
    [
      'a table',
      {
        lrTable: [
          { epoch: 0, lr: 0.1 },
          { epoch: 3, lr: 0.01 },
        ],
      },
    ],
    ['milestones', { schedule: 'multi-step', milestones: [3, 7], gamma: 0.5, warmupEpochs: 2 }],
    ['one cycle', { schedule: 'one-cycle', maxLr: 0.3, pctStart: 0.2, threePhase: true }],
    ['a plateau', { schedule: 'reduce-on-plateau', reducePatience: 2, reduceOn: 'train' }],
    [
      'groups',
      {
        paramGroups: [
          { pattern: 'layer4.*', lrFactor: 0.1, weightDecay: 0 },
          { pattern: '*', freeze: true },
        ],
      },
    ],
    ['init rules', { init: [{ pattern: 'fc.weight', init: { name: 'normal', std: 0.01 } }] }],
    [
      'pixels',
      { imageSize: 48, resize: 'stretch', interpolation: 'bicubic', augment: 'color', maxPixels: 1e6 },
    ],
    [
      'the rest',
      { mode: 'head', draws: 3, patience: 2, classWeights: [1, 2], shuffle: false, dropLast: true },
    ],
  ])('make the same run: %s', (_, given) => {
    const run = runWith(given);
    const flat = flatSettings(run, '/runs/x');
    const again = engineSettings(flat, { ...WEIGHTS, normalization: run.settings.normalization });
    expect(engineSchema.parse(again)).toEqual(run.settings);
    expect([flat.mean, flat.std]).toEqual([run.settings.normalization.mean, run.settings.normalization.std]);
  });

  test('name weights and networks so that they are found again', () => {
    const weights = { name: 'last', file: '/lab/cache/weights/20261122-0514-pets-3f9a@4.safetensors' };
    const kept = { sha256: '', headLoaded: null };
    expect(flatSettings(runWith({}, { weights: { ...weights, ...kept } }), '/r').weights).toBe(
      '20261122-0514-pets-3f9a@4',
    );
    const named = { name: 'bundled', file: '/program/resnet18.safetensors', ...kept };
    expect(flatSettings(runWith({}, { weights: named }), '/r').weights).toBe('bundled');
    const own = { name: './w.pth', file: '/data/w.pth', ...kept };
    expect(flatSettings(runWith({}, { weights: own }), '/r').weights).toBe('/data/w.pth');
    expect(flatSettings(runWith({}), '/r').weights).toBe('none');
    const network = { file: 'network.onnx', logits: 'y', ownWeights: true, restoreBatchNorm: true } as const;
    expect(flatSettings(runWith({ model: '/old/place.onnx' }, { network }), '/runs/x')).toMatchObject({
      ...{ model: '/runs/x/network.onnx', logits: 'y', restoreBatchNorm: true, weights: 'own' },
    });
  });
});
