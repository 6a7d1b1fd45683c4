/** Stochastic depth (G. Huang et al., Deep Networks with Stochastic Depth, 2016). */
import type { Value } from '../../onnx/graph-builder.ts';
import { dropoutOfParts } from './dropout.ts';
import type { Network } from './network.ts';

/**
 * `torchvision.ops.StochasticDepth` in mode `row`: leaves out a residual branch for some of the samples. Nothing in
 * evaluation, nor in a block that is not trained.
 *
 * @param x the branch, `[N, C, H, W]`
 * @param name of the block
 * @param p probability for each sample
 */
export function stochasticDepth(net: Network, x: Value, name: string, p: number): Value {
  const { options, state } = net;
  const trained = state.some((spec) => spec.name.startsWith(`${name}.`) && options.isTrainable(spec.name));
  if (!options.training || !trained || p === 0) return x;
  return net.g.scope(`${name}.stochastic_depth`, () => dropoutOfParts(net.g, x, p, net.randomKey(), 1));
}
