/** Whether a network can be trained: every op between what is trained and the loss needs a gradient. */
import { backward } from '../autograd/backward.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import type { Architecture } from './architecture.ts';
import { Network } from './layers/index.ts';

/**
 * Lays a network out with its gradients, as a training would.
 *
 * @param isTrainable tells by its name whether a parameter is trained
 * @throws LabError `GRADIENT_UNSUPPORTED` that names the node
 */
export function checkDifferentiable(
  architecture: Architecture,
  classes: number,
  imageSize: number,
  isTrainable: (name: string) => boolean,
): void {
  const g = new GraphBuilder(architecture.name);
  const net = new Network(g, { training: true, isTrainable });
  const images = g.input('images', 'float32', ['N', 3, imageSize, imageSize]);
  const logits = architecture.classify(net, architecture.features(net, images), classes);
  const trained = net.state.filter(({ name, kind }) => kind === 'parameter' && isTrainable(name));
  backward(
    g,
    g.reduceSum(logits, undefined, false),
    trained.map(({ name }) => g.value(name)),
  );
}
