/** The state of a network: which tensors it has, and their first values. */
import { CounterRandom } from '../base/random.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import type { FloatTensor } from '../onnx/tensor.ts';
import type { Architecture } from './architecture.ts';
import { Network, type ParameterSpec } from './layers.ts';

/** The parameters and buffers of a network, in PyTorch's order. */
export function networkState(architecture: Architecture, classes: number): readonly ParameterSpec[] {
  const g = new GraphBuilder(architecture.name);
  const net = new Network(g, { training: false, isTrainable: () => false });
  const side = architecture.imageSize;
  const images = g.input('images', 'float32', ['N', 3, side, side]);
  architecture.classify(net, architecture.features(net, images), classes);
  return net.state;
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
