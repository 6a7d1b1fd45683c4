/**
 * The graphs a training consists of, under ONNX Runtime's names: `training_model`, `eval_model` and
 * `optimizer_model`; and `features_model`, what a frozen backbone computes once. Training needs nothing else.
 */
import { backward } from '../autograd/backward.ts';
import { GraphBuilder, type Value } from '../onnx/graph-builder.ts';
import type { Model } from '../onnx/types.ts';
import type { Architecture } from '../models/architecture.ts';
import { featureSize } from '../models/state.ts';
import { Network, normalizedImages, type Normalization, type ParameterSpec } from '../models/layers/index.ts';
import { crossEntropy, type CrossEntropyOptions } from './losses/cross-entropy.ts';
import { buildOptimizerModel, type ParameterGroup } from './optimizer-model.ts';
import type { OptimizerOptions } from './optimizers/index.ts';

/** What a training's graphs depend on. */
export interface ArtifactOptions {
  readonly architecture: Architecture;
  readonly classes: number;
  /** Side of the square images. */
  readonly imageSize: number;
  readonly normalization: Normalization;
  /** Which parameters are trained; BatchNorm layers among the others are frozen. */
  readonly trainable: 'all' | 'head';
  /** What a step is fed: pixels, or the features of a frozen backbone. */
  readonly input: 'images' | 'features';
  readonly loss: CrossEntropyOptions;
  readonly optimizer: OptimizerOptions;
}

/** The graphs, and what they expect to be fed with. */
export interface Artifacts {
  readonly training: Model;
  readonly evaluation: Model;
  readonly optimizer: Model;
  /** Images → features, with the backbone's parameters as inputs. */
  readonly features: Model;
  /** The network's whole state, in PyTorch's order. */
  readonly state: readonly ParameterSpec[];
  /** The trained parameters by group; `learning_rate` has one element for each. */
  readonly groups: readonly ParameterGroup[];
  /** Names of the optimizer's own tensors with their dimensions; all begin as zeros. */
  readonly optimizerState: readonly { readonly name: string; readonly dims: readonly number[] }[];
}

/** Builds the graphs of a training, symbolic in the batch size `N`. */
export function buildArtifacts(options: ArtifactOptions): Artifacts {
  const { architecture, trainable } = options;
  const isHead = (name: string): boolean => architecture.head.includes(name);
  const isTrainable = (name: string): boolean => trainable === 'all' || isHead(name);
  const evaluation = buildEvaluation(options);
  const trained = evaluation.state.filter(({ name, kind }) => kind === 'parameter' && isTrainable(name));
  const groups = groupsOf(trained, isHead);
  const optimizer = buildOptimizerModel(trained, groups, options.optimizer);
  return {
    training: buildTraining(options, isTrainable, trained),
    evaluation: evaluation.model,
    optimizer: optimizer.model,
    features: buildFeatures(options),
    state: evaluation.state,
    groups,
    optimizerState: optimizer.state,
  };
}

/** Backbone and head learn at rates of their own. */
function groupsOf(trained: readonly ParameterSpec[], isHead: (name: string) => boolean): ParameterGroup[] {
  const names = trained.map(({ name }) => name);
  const groups = [
    { name: 'backbone', parameters: names.filter((name) => !isHead(name)) },
    { name: 'head', parameters: names.filter(isHead) },
  ];
  return groups.filter(({ parameters }) => parameters.length > 0);
}

function imagesInput(g: GraphBuilder, { imageSize, normalization }: ArtifactOptions): Value {
  const pixels = g.input('images', 'uint8', ['N', imageSize, imageSize, 3]);
  return normalizedImages(g, pixels, normalization);
}

function buildEvaluation(options: ArtifactOptions): { model: Model; state: readonly ParameterSpec[] } {
  const { architecture, classes } = options;
  const g = new GraphBuilder('eval_model');
  const net = new Network(g, { training: false, isTrainable: () => false });
  const features = architecture.features(net, imagesInput(g, options));
  g.output(architecture.classify(net, features, classes), 'logits');
  g.output(features, 'features');
  return { model: g.build(), state: net.state };
}

function buildFeatures(options: ArtifactOptions): Model {
  const g = new GraphBuilder('features_model');
  const net = new Network(g, { training: false, isTrainable: () => false });
  g.output(options.architecture.features(net, imagesInput(g, options)), 'features');
  return g.build();
}

function buildTraining(
  options: ArtifactOptions,
  isTrainable: (name: string) => boolean,
  trained: readonly ParameterSpec[],
): Model {
  const { architecture, classes } = options;
  const g = new GraphBuilder('training_model');
  const net = new Network(g, { training: true, isTrainable });
  const features =
    options.input === 'features'
      ? g.input('features', 'float32', ['N', featureSize(architecture, options.imageSize)])
      : architecture.features(net, imagesInput(g, options));
  const labels = g.input('labels', 'int64', ['N']);
  const logits = architecture.classify(net, features, classes);
  const loss = crossEntropy(g, logits, labels, options.loss);
  const gradients = backward(
    g,
    loss,
    trained.map(({ name }) => g.value(name)),
  );
  g.output(loss, 'loss');
  g.output(logits, 'logits');
  for (const [name, gradient] of gradients) g.output(gradient, `${name}_grad`);
  for (const [name, value] of net.bufferUpdates) g.output(value, `${name}_new`);
  return g.build();
}
