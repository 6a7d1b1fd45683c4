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
import { checkPatterns } from '../models/init-rules.ts';
import { crossEntropy, type CrossEntropyOptions } from './losses/cross-entropy.ts';
import { l2Penalty } from './losses/l2-penalty.ts';
import { mixedImages, mixedLoss } from './mixing.ts';
import { buildOptimizerModel } from './optimizer-model.ts';
import type { OptimizerOptions } from './optimizers/index.ts';
import { groupsOf, ruleOf, withGroups, type ParamGroupRule, type RatedGroup } from './param-groups.ts';

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
  /** λ of λ Σ‖p‖² over the trained parameters, which is added to the loss; 0 unless given. */
  readonly l2Penalty?: number;
  /** Whether the images of a batch are mixed; see `mixing.ts`. */
  readonly mixing?: boolean;
  readonly optimizer: OptimizerOptions;
  /** Settings of single parameters; none unless given. */
  readonly paramGroups?: readonly ParamGroupRule[];
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
  readonly groups: readonly RatedGroup[];
  /** Names of the optimizer's own tensors with their dimensions; all begin as zeros. */
  readonly optimizerState: readonly { readonly name: string; readonly dims: readonly number[] }[];
}

/**
 * Builds the graphs of a training, symbolic in the batch size `N`.
 *
 * @throws LabError `INVALID_ARGUMENT` when a pattern of the groups is one of no parameter, or all are frozen
 */
export function buildArtifacts(options: ArtifactOptions): Artifacts {
  const { architecture, trainable, paramGroups: rules = [] } = options;
  const isHead = (name: string): boolean => architecture.head.includes(name);
  const isTrainable = (name: string): boolean =>
    (trainable === 'all' || isHead(name)) && ruleOf(rules, name)?.freeze !== true;
  const evaluation = buildEvaluation(options);
  const patterns = rules.map(({ pattern }) => pattern);
  checkPatterns('Grouping parameters', patterns, evaluation.state);
  const trained = evaluation.state.filter(({ name, kind }) => kind === 'parameter' && isTrainable(name));
  const names = trained.map(({ name }) => name);
  const groups = groupsOf(names, isHead, rules);
  const optimizer = buildOptimizerModel(trained, groups, options.optimizer);
  return {
    training: buildTraining(options, isTrainable, names),
    evaluation: evaluation.model,
    optimizer: withGroups(optimizer.model, groups),
    features: buildFeatures(options),
    state: evaluation.state,
    groups,
    optimizerState: optimizer.state,
  };
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
  trained: readonly string[],
): Model {
  const { architecture, classes, imageSize } = options;
  const g = new GraphBuilder('training_model');
  const net = new Network(g, { training: true, isTrainable });
  const mixing = options.mixing === true && options.input === 'images';
  const images = (): Value => {
    const plain = imagesInput(g, options);
    return mixing ? mixedImages(g, plain, imageSize) : plain;
  };
  const features =
    options.input === 'features'
      ? g.input('features', 'float32', ['N', featureSize(architecture, imageSize)])
      : architecture.features(net, images());
  const labels = g.input('labels', 'int64', ['N']);
  const logits = architecture.classify(net, features, classes);
  const lossFor = (targets: Value): Value => crossEntropy(g, logits, targets, options.loss);
  const parameters = trained.map((name) => g.value(name));
  const fit = mixing ? mixedLoss(g, labels, lossFor) : lossFor(labels);
  const loss = l2Penalty(g, fit, parameters, options.l2Penalty ?? 0);
  const gradients = backward(g, loss, parameters);
  g.output(loss, 'loss');
  g.output(logits, 'logits');
  for (const [name, gradient] of gradients) g.output(gradient, `${name}_grad`);
  for (const [name, value] of net.bufferUpdates) g.output(value, `${name}_new`);
  return g.build();
}
