import { describe, expect, it } from 'vitest';
import { float32, elementCount, type FloatTensor, type Tensor } from '../../src-main/onnx/tensor.ts';
import type { ParameterSpec } from '../../src-main/models/layers/index.ts';
import { constant } from '../../src-main/models/initializers.ts';
import { createSession } from '../../src-main/runtime/session.ts';
import { buildOptimizerModel } from '../../src-main/training/optimizer-model.ts';
import { optimizerDefaults, type OptimizerOptions } from '../../src-main/training/optimizers/index.ts';
import { uniform } from '../helpers/seeded.ts';
import { readGolden } from '../helpers/golden.ts';
import { relativeDifference } from '../helpers/numbers.ts';

type Name = 'w' | 'b';
type Settings = Partial<Omit<OptimizerOptions, 'name'>> & { readonly lr?: number };

interface Trajectory {
  readonly optimizer: OptimizerOptions['name'];
  readonly options: Settings;
  readonly groups: Readonly<Record<Name, Settings>> | null;
  readonly lrDrop: { readonly step: number; readonly factor: number } | null;
  readonly float32: readonly ({ readonly step: number } & Readonly<Record<Name, readonly number[]>>)[];
}

interface Clipping {
  readonly scale: number;
  readonly maxNorm: number;
  readonly norm: number;
  readonly clipped: Readonly<Record<Name, readonly number[]>>;
}

const DIMS: Readonly<Record<Name, readonly number[]>> = { w: [3, 4], b: [4] };
const NAMES: readonly Name[] = ['w', 'b'];
const SPECS: readonly ParameterSpec[] = NAMES.map((name) => ({
  name,
  dims: DIMS[name],
  kind: 'parameter',
  initialize: constant(0),
}));

const file = readGolden<{ trajectories: readonly Trajectory[]; clipping: readonly Clipping[] }>('optimizers');

function seeded(name: string, dims: readonly number[], divisor = 1): FloatTensor {
  return float32(
    dims,
    uniform(name, elementCount(dims)).map((value) => value / divisor),
  );
}

function optionsOf({ optimizer, options, groups }: Trajectory): OptimizerOptions {
  const { lr, ...settings } = { ...options, ...groups?.w };
  expect(lr ?? 1e-3).toBeGreaterThan(0);
  // Where the golden has groups, its vector is left out of weight decay, which is what this option does.
  return { ...optimizerDefaults(optimizer), ...settings, no_decay_on_norm_and_bias: groups !== null };
}

function ratesOf({ options, groups }: Trajectory): number[] {
  return NAMES.map((name) => groups?.[name].lr ?? options.lr ?? 1e-3);
}

async function run(test: Trajectory): Promise<Map<number, Map<string, Tensor>>> {
  const groups = NAMES.map((name) => ({ name, parameters: [name] }));
  const { model, state } = buildOptimizerModel(SPECS, groups, optionsOf(test));
  const session = await createSession(model);
  const values = new Map<string, Tensor>(
    NAMES.map((name) => [name, seeded(`optimizer.${name}`, DIMS[name])]),
  );
  for (const { name, dims } of state) values.set(name, float32(dims, new Float32Array(elementCount(dims))));
  const rates = ratesOf(test);
  const kept = new Map<number, Map<string, Tensor>>();
  for (let step = 0; step < 50; step++) {
    if (step === test.lrDrop?.step)
      rates.forEach((rate, i) => (rates[i] = rate * (test.lrDrop?.factor ?? 1)));
    const feeds = new Map(values);
    feeds.set('learning_rate', float32([2], rates));
    feeds.set('step', float32([], [step + 1]));
    for (const name of NAMES) {
      feeds.set(`${name}_grad`, seeded(`optimizer.${name}_grad.${step}`, DIMS[name], 1 + (step % 3)));
    }
    for (const [name, tensor] of await session.run(feeds)) values.set(name.replace(/_new$/, ''), tensor);
    kept.set(step + 1, new Map(values));
  }
  await session.release();
  return kept;
}

describe('fifty optimizer steps', () => {
  it.each(file.trajectories)('$optimizer $options $groups $lrDrop end where PyTorch ends', async (test) => {
    const kept = await run(test);
    for (const expected of test.float32) {
      for (const name of NAMES) {
        const found = kept.get(expected.step)?.get(name)?.data as Float32Array;
        // Values near zero are compared with 1e-2, a hundredth of the parameters' size.
        expect(relativeDifference(found, expected[name], 1e-2)).toBeLessThan(1e-4);
      }
    }
  });
});

describe('gradient clipping', () => {
  it.each(file.clipping)('scales gradients of norm $norm to $maxNorm as PyTorch does', async (test) => {
    const groups = [{ name: 'all', parameters: [...NAMES] }];
    const options = { ...optimizerDefaults('sgd'), max_norm: test.maxNorm };
    const session = await createSession(buildOptimizerModel(SPECS, groups, options).model);
    const feeds = new Map<string, Tensor>([
      ['learning_rate', float32([1], [1])],
      ['step', float32([], [1])],
    ]);
    for (const name of NAMES) {
      feeds.set(name, float32(DIMS[name], new Float32Array(elementCount(DIMS[name]))));
      const gradient = seeded(`optimizer.${name}_grad.0`, DIMS[name]);
      feeds.set(
        `${name}_grad`,
        float32(
          DIMS[name],
          gradient.data.map((value) => value * test.scale),
        ),
      );
    }
    const outputs = await session.run(feeds);
    await session.release();
    expect(Math.abs(Number(outputs.get('grad_norm')?.data[0]) - test.norm)).toBeLessThan(1e-6);
    for (const name of NAMES) {
      // From zero at rate 1 a step is the clipped gradient with its sign changed.
      const step = (outputs.get(`${name}_new`)?.data as Float32Array).map((value) => -value);
      expect(relativeDifference(step, test.clipped[name], 1e-2)).toBeLessThan(1e-5);
    }
  });
});
