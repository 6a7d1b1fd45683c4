/** The state of a network: which tensors it has, and their first values. */
import { CounterRandom } from '../base/random.ts';
import { GraphBuilder, type Value } from '../onnx/graph-builder.ts';
import type { FloatTensor } from '../onnx/tensor.ts';
import type { Architecture } from './architecture.ts';
import { Network, type ParameterSpec } from './layers/index.ts';

/** The parameters and buffers of a network, in PyTorch's order. */
export function networkState(
  architecture: Architecture,
  classes: number,
  imageSize: number,
): readonly ParameterSpec[] {
  return evaluationNetwork(architecture, classes, imageSize).state;
}

/** A network laid out as a graph for evaluation, from float32 images to logits. */
export function evaluationNetwork(architecture: Architecture, classes: number, imageSize: number): Network {
  const { net, features } = backbone(architecture, imageSize);
  architecture.classify(net, features, classes);
  return net;
}

/** Length of the vector that a network's head takes. */
export function featureSize(architecture: Architecture, imageSize: number): number {
  return backbone(architecture, imageSize).features.shape[1] as number;
}

function backbone(architecture: Architecture, imageSize: number): { net: Network; features: Value } {
  const g = new GraphBuilder(architecture.name);
  const net = new Network(g, { training: false, isTrainable: () => false });
  const images = g.input('images', 'float32', ['N', 3, imageSize, imageSize]);
  return { net, features: architecture.features(net, images) };
}

/** First values of a network's state. Each tensor has its own random stream, keyed by seed and name. */
export function initialState(specs: readonly ParameterSpec[], seed: number): Map<string, FloatTensor> {
  return new Map(
    specs.map(({ name, dims, initialize }) => [
      name,
      initialize(dims, new CounterRandom('initialize', seed, name)),
    ]),
  );
}
