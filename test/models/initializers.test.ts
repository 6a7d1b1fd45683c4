import { describe, expect, test } from 'vitest';
import { CounterRandom } from '../../src-main/base/random.ts';
import { matchesName } from '../../src-main/base/name-pattern.ts';
import {
  initializerOf,
  initRulesSchema,
  initSchema,
  withInitRules,
  type InitSpec,
} from '../../src-main/models/init-rules.ts';
import { constant } from '../../src-main/models/initializers.ts';
import type { ParameterSpec } from '../../src-main/models/layers/index.ts';

const CONV = [64, 32, 3, 3];
const COUNT = 64 * 32 * 9;

function draw(spec: unknown, dims = CONV): Float32Array {
  const random = new CounterRandom('test', JSON.stringify(spec));
  return initializerOf(initSchema.parse(spec))(dims, random).data;
}

function moments(values: Float32Array): { mean: number; std: number; low: number; high: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return { mean, std: Math.sqrt(variance), low, high };
}

// Of n draws the mean's own deviation is σ / √n, that of the standard deviation about σ / √(2 n); five of each.
const MEAN_TOLERANCE = 5 / Math.sqrt(COUNT);
const STD_TOLERANCE = 5 / Math.sqrt(2 * COUNT);

describe('initialisers by name', () => {
  const fanIn = 32 * 9;
  const fanOut = 64 * 9;

  test.each<[unknown, number, number]>([
    [{ name: 'normal', mean: 3, std: 0.5 }, 3, 0.5],
    [{ name: 'kaiming_normal' }, 0, Math.sqrt(2 / fanIn)],
    [{ name: 'kaiming_normal', mode: 'fan_out', nonlinearity: 'relu' }, 0, Math.sqrt(2 / fanOut)],
    [{ name: 'kaiming_normal', nonlinearity: 'tanh' }, 0, 5 / 3 / Math.sqrt(fanIn)],
    [{ name: 'kaiming_normal', nonlinearity: 'selu' }, 0, 0.75 / Math.sqrt(fanIn)],
    [{ name: 'kaiming_normal', a: 2 }, 0, Math.sqrt(2 / 5 / fanIn)],
    [{ name: 'xavier_normal', gain: 2 }, 0, 2 * Math.sqrt(2 / (fanIn + fanOut))],
  ])('%j is normal', (spec, mean, std) => {
    const found = moments(draw(spec));
    expect(Math.abs(found.mean - mean) / std).toBeLessThan(MEAN_TOLERANCE);
    expect(Math.abs(found.std / std - 1)).toBeLessThan(STD_TOLERANCE);
    // Of 18,432 normal numbers the largest lies beyond three deviations and hardly ever beyond six.
    expect((found.high - mean) / std).toBeGreaterThan(3);
    expect((found.high - mean) / std).toBeLessThan(6);
  });

  test.each<[unknown, number, number]>([
    [{ name: 'uniform', a: -1, b: 3 }, -1, 3],
    [{ name: 'uniform' }, 0, 1],
    ...(
      [
        [{ name: 'kaiming_uniform' }, Math.sqrt(6 / fanIn)],
        // The default of torch.nn.Conv2d and torch.nn.Linear.
        [{ name: 'kaiming_uniform', a: Math.sqrt(5) }, 1 / Math.sqrt(fanIn)],
        [{ name: 'kaiming_uniform', mode: 'fan_out', nonlinearity: 'linear' }, Math.sqrt(3 / fanOut)],
        [{ name: 'xavier_uniform' }, Math.sqrt(6 / (fanIn + fanOut))],
      ] as const
    ).map(([spec, bound]): [unknown, number, number] => [spec, -bound, bound]),
  ])('%j is uniform between its bounds and reaches them', (spec, low, high) => {
    const found = moments(draw(spec));
    const std = (high - low) / Math.sqrt(12);
    expect(Math.abs(found.mean - (low + high) / 2) / std).toBeLessThan(MEAN_TOLERANCE);
    expect(Math.abs(found.std / std - 1)).toBeLessThan(STD_TOLERANCE);
    // Values are rounded to float32.
    expect(found.low).toBeGreaterThanOrEqual(Math.fround(low));
    expect(found.high).toBeLessThanOrEqual(Math.fround(high));
    expect((found.low - low) / std).toBeLessThan(0.002);
    expect((high - found.high) / std).toBeLessThan(0.002);
  });

  test.each([
    // Deviations of a normal distribution cut off at ±2, and at ±0.1, where it is all but uniform.
    [{ name: 'trunc_normal' }, 2, 0.8796],
    [{ name: 'trunc_normal', std: 0.02, a: -0.04, b: 0.04 }, 0.04, 0.8796 * 0.02],
    [{ name: 'trunc_normal', a: -0.1, b: 0.1 }, 0.1, 0.2 / Math.sqrt(12)],
  ])('%j stays inside its bounds', (spec, bound, std) => {
    const found = moments(draw(spec));
    expect(Math.max(-found.low, found.high)).toBeLessThanOrEqual(Math.fround(bound));
    expect(Math.abs(found.mean) / std).toBeLessThan(MEAN_TOLERANCE);
    expect(Math.abs(found.std / std - 1)).toBeLessThan(2 * STD_TOLERANCE);
  });

  test.each<[InitSpec, number]>([
    [{ name: 'constant', val: 0.25 }, 0.25],
    [{ name: 'zeros' }, 0],
    [{ name: 'ones' }, 1],
  ])('%j is the same everywhere', (spec, value) => {
    expect(new Set(draw(spec, [7]))).toEqual(new Set([value]));
  });

  test.each([
    [{ name: 'normal', sigma: 1 }],
    [{ name: 'normal', std: -1 }],
    [{ name: 'constant' }],
    [{ name: 'kaiming' }],
    [{ name: 'kaiming_normal', mode: 'fan_avg' }],
    [{ name: 'uniform', a: 1, b: 0 }],
    [{ name: 'trunc_normal', mean: 3 }],
  ])('%j is refused', (spec) => {
    expect(initSchema.safeParse(spec).success).toBe(false);
  });
});

describe('rules by name', () => {
  const spec = (name: string, dims: readonly number[], kind: ParameterSpec['kind'] = 'parameter') => ({
    ...{ name, dims, kind },
    initialize: constant(7),
  });
  const specs = [
    ...[spec('conv1.weight', [2, 2, 3, 3]), spec('conv1.bias', [2]), spec('conv1.mean', [2], 'buffer')],
    ...[spec('fc.weight', [3, 2]), spec('fc.bias', [3])],
  ];
  const first = (rules: unknown): Record<string, number> =>
    Object.fromEntries(
      withInitRules(specs, initRulesSchema.parse(rules)).map(({ name, dims, initialize }) => [
        name,
        initialize(dims, new CounterRandom(name)).data[0] as number,
      ]),
    );

  test('the first that fits counts; the rest, and buffers, keep their own', () => {
    const rules = [
      { pattern: 'conv*.bias', init: { name: 'ones' } },
      { pattern: '*.bias', init: { name: 'zeros' } },
      { pattern: 'conv1.*', init: { name: 'constant', val: 3 } },
    ];
    expect(first(rules)).toEqual({
      ...{ 'conv1.weight': 3, 'conv1.bias': 1, 'conv1.mean': 7, 'fc.weight': 7, 'fc.bias': 0 },
    });
  });

  test('a pattern of nothing', () => {
    expect(() => first([{ pattern: 'conv2.*', init: { name: 'ones' } }])).toThrow(
      'Initialising parameters: no parameter of the network fits the pattern "conv2.*"; it has conv1.weight, conv1.bias, fc.weight, fc.bias.',
    );
  });

  test('a bias has no fans', () => {
    expect(() => first([{ pattern: 'fc.*', init: { name: 'xavier_normal' } }])).toThrow(
      'Initialising fc.bias [3] with xavier_normal: it needs two dimensions or more, for its inputs and outputs.',
    );
  });
});

test.each([
  ['conv*.weight', 'conv1.weight', true],
  ['conv*.weight', 'layer1.conv1.weight', false],
  ['*conv?.weight', 'layer1.0.conv1.weight', true],
  ['*', 'a.b', true],
  ['a.b', 'axb', false],
  ['a(b', 'a(b', true],
  ['fc', 'fc.weight', false],
])('%s of %s: %s', (pattern, name, expected) => {
  expect(matchesName(pattern, name)).toBe(expected);
});
