import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { architectureOf } from '../../../src-main/models/index.ts';
import { readSequence } from '../../../src-main/models/sequence/index.ts';
import { networkState } from '../../../src-main/models/state.ts';
import { optimizerDefaults } from '../../../src-main/training/optimizers/index.ts';
import { train, type StepSettings } from '../../training/steps.ts';

const EXAMPLES = ['mycnn', 'cifar-se-resnet'];

function example(name: string): ReturnType<typeof readSequence> {
  const file = new URL(`../../../docs/networks/${name}.json`, import.meta.url);
  return readSequence(readFileSync(file), file.pathname);
}

describe('the example networks', () => {
  it.each(EXAMPLES)('%s has the parameters of the built-in one', (name) => {
    const built = architectureOf(name);
    const read = example(name);
    const stateOf = (architecture: typeof built): unknown =>
      networkState(architecture, 5, 48).map((spec) => [spec.name, spec.dims, spec.kind]);
    expect(stateOf(read)).toEqual(stateOf(built));
    const { paper, imageSize, classes, head } = built;
    expect(read).toMatchObject({ name, paper, imageSize, classes, head });
  });

  it.each(EXAMPLES)('%s trains as the built-in one does', async (name) => {
    const settings = (architecture: StepSettings['options']['architecture']): StepSettings => ({
      batchSize: 4,
      learningRates: [1e-3, 1e-3],
      options: {
        architecture,
        ...{ classes: 3, imageSize: 16, loss: {}, trainable: 'all', input: 'images' },
        normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
        optimizer: optimizerDefaults('sgd'),
      },
    });
    const read = await train(settings(example(name)), 2);
    const built = await train(settings(architectureOf(name)), 2);
    expect(read.losses).toEqual(built.losses);
    expect(read.losses[0]).not.toBe(read.losses[1]);
  });
});
