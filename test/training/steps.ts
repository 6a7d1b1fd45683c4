/** Runs training steps of ResNet18 on seeded weights and pixels, as `test/reference/goldens_resnet18.py` does. */
import { architectureOf } from '../../src-main/models/index.ts';
import { specialise } from '../../src-main/onnx/edit.ts';
import type { Model } from '../../src-main/onnx/types.ts';
import { elementCount, float32, type Tensor } from '../../src-main/onnx/tensor.ts';
import type { Session } from '../../src-main/runtime/session.ts';
import { createTrainingSession } from '../../src-main/runtime/training-session.ts';
import { buildArtifacts, type Artifacts, type ArtifactOptions } from '../../src-main/training/artifacts.ts';
import { composeStep } from '../../src-main/training/compose.ts';
import { seededImages, seededLabels, seededParameters } from '../helpers/seeded.ts';

/** What a run of steps needs to know. */
export interface StepSettings {
  readonly options: ArtifactOptions;
  readonly batchSize: number;
  readonly learningRates: readonly number[];
}

/** Parameters, buffers and optimizer state by name, updated from step to step. */
export type TrainingState = Map<string, Tensor>;

/** Options of a ResNet18 training that tests vary. */
export function resnet18Options(
  change: Partial<ArtifactOptions> & Pick<ArtifactOptions, 'optimizer' | 'classes' | 'imageSize'>,
): ArtifactOptions {
  return {
    architecture: architectureOf('resnet18'),
    normalization: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    trainable: 'all',
    input: 'images',
    loss: {},
    ...change,
  };
}

/** Seeded weights, and zeros for the optimizer. */
export function seededState(artifacts: Artifacts): TrainingState {
  const state: TrainingState = new Map(seededParameters(artifacts.state));
  for (const { name, dims } of artifacts.optimizerState) {
    state.set(name, float32(dims, new Float32Array(elementCount(dims))));
  }
  return state;
}

/** The inputs of step `step`, counted from 0. */
export function stepInputs(
  step: number,
  { options, batchSize, learningRates }: StepSettings,
): Map<string, Tensor> {
  const { classes, imageSize } = options;
  const labels = seededLabels(`batch.${step}`, batchSize, classes);
  const pixels = seededImages(`batch.${step}`, labels, imageSize);
  return new Map<string, Tensor>([
    ['images', { dtype: 'uint8', dims: [batchSize, imageSize, imageSize, 3], data: pixels }],
    ['labels', { dtype: 'int64', dims: [batchSize], data: BigInt64Array.from(labels, BigInt) }],
    ['learning_rate', float32([learningRates.length], learningRates)],
    ['step', float32([], [step + 1])],
  ]);
}

/** Puts every `<name>_new` in its place. */
export function applyUpdates(state: TrainingState, outputs: ReadonlyMap<string, Tensor>): void {
  for (const [name, tensor] of outputs) if (name.endsWith('_new')) state.set(name.slice(0, -4), tensor);
}

/** A model's session at a fixed batch size. */
export async function sessionOf(model: Model, batchSize: number): Promise<Session> {
  return createTrainingSession(specialise(model, { N: batchSize }), { threads: 2 });
}

/** Trains with the composed step graph; gives every step's loss, and the state it ends with. */
export async function train(
  settings: StepSettings,
  steps: number,
): Promise<{ losses: number[]; state: TrainingState }> {
  const artifacts = buildArtifacts(settings.options);
  const session = await sessionOf(composeStep(artifacts.training, artifacts.optimizer), settings.batchSize);
  const state = seededState(artifacts);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const outputs = await session.run(new Map([...state, ...stepInputs(step, settings)]));
    applyUpdates(state, outputs);
    losses.push(Number(outputs.get('loss')?.data[0]));
  }
  await session.release();
  return { losses, state };
}
