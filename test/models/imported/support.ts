/** Classifiers from files, and steps of training them beside PyTorch's. */
import { readFileSync } from 'node:fs';
import { importClassifier, type ImportedClassifier } from '../../../src-main/models/imported/index.ts';
import { networkState } from '../../../src-main/models/state.ts';
import { elementCount, float32, type Tensor } from '../../../src-main/onnx/tensor.ts';
import type { Model } from '../../../src-main/onnx/types.ts';
import { buildArtifacts, type ArtifactOptions } from '../../../src-main/training/artifacts.ts';
import { composeStep } from '../../../src-main/training/compose.ts';
import { optimizerDefaults } from '../../../src-main/training/optimizers/index.ts';
import { seededParameter } from '../../helpers/seeded.ts';
import { applyUpdates, sessionOf, stepInputs } from '../../training/steps.ts';

const FOLDER = new URL('../../fixtures/onnx/classifiers/', import.meta.url);

/** As in `test/reference/shared_dropout.py`. */
const SEED = 7;

/** What the data set is normalised with. */
export const NORMALIZATION = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/** The bytes of a file that PyTorch exported. */
export function fixture(name: string): Uint8Array {
  return readFileSync(new URL(`${name}.onnx`, FOLDER));
}

/** A file that PyTorch exported, as the lab reads it. */
export function imported(name: string): ImportedClassifier {
  return importClassifier(fixture(name), `${name}.onnx`, {});
}

/** The graphs of a training of an imported network. */
export function optionsOf(
  { architecture }: ImportedClassifier,
  change: Partial<ArtifactOptions> & Pick<ArtifactOptions, 'classes'>,
): ArtifactOptions {
  return {
    architecture,
    imageSize: architecture.imageSize,
    normalization: NORMALIZATION,
    trainable: 'all',
    input: 'images',
    loss: {},
    optimizer: { ...optimizerDefaults('sgd'), momentum: 0.9, weight_decay: 0 },
    ...change,
  };
}

/** The file's weights, with a seeded head. */
export function stateOf(classifier: ImportedClassifier, classes: number): Map<string, Tensor> {
  const { architecture, weights } = classifier;
  const specs = networkState(architecture, classes, architecture.imageSize);
  const [weight = '', bias = ''] = architecture.head;
  const alias = new Map([
    [weight, 'head.weight'],
    [bias, 'head.bias'],
  ]);
  return new Map(
    specs.map(({ name, dims }) => {
      const seeded = alias.get(name);
      return [name, seeded === undefined ? weights.get(name)! : seededParameter(seeded, dims)];
    }),
  );
}

/** The losses of the first steps on seeded images. */
export async function lossesOf(
  classifier: ImportedClassifier,
  { classes, batchSize, lr, steps }: { classes: number; batchSize: number; lr: number; steps: number },
): Promise<number[]> {
  const options = optionsOf(classifier, { classes });
  const artifacts = buildArtifacts(options);
  const session = await sessionOf(composeStep(artifacts.training, artifacts.optimizer), batchSize);
  const state = stateOf(classifier, classes);
  for (const { name, dims } of artifacts.optimizerState) {
    state.set(name, float32(dims, new Float32Array(elementCount(dims))));
  }
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const inputs = stepInputs(step, { options, batchSize, learningRates: [lr, lr] });
    const outputs = await session.run(
      new Map([...state, ...inputs, ...randomInputs(artifacts.training, step)]),
    );
    applyUpdates(state, outputs);
    losses.push(Number(outputs.get('loss')?.data[0]));
  }
  await session.release();
  return losses;
}

function randomInputs({ graph }: Model, step: number): [name: string, tensor: Tensor][] {
  if (!graph.inputs.some(({ name }) => name === 'random_seed')) return [];
  const word = (value: number): Tensor => ({ dtype: 'uint32', dims: [1], data: Uint32Array.of(value) });
  return [
    ['random_seed', word(SEED)],
    ['random_step', word(step)],
  ];
}
