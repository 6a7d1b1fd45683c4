/** Batch normalisation (S. Ioffe and C. Szegedy, Batch Normalization, 2015). */
import type { GraphBuilder, Value } from '../../onnx/graph-builder.ts';
import { constant } from '../initializers.ts';
import type { Network } from './network.ts';

/** Options of {@link batchNorm2d}, named and defaulted as `torch.nn.BatchNorm2d`'s. */
export interface BatchNorm2dOptions {
  readonly eps?: number;
  /** Of the running statistics: new = (1 − momentum) old + momentum batch. */
  readonly momentum?: number;
}

/** `torch.nn.BatchNorm2d`: x `[N, C, H, W]`, normalised by channel. */
export function batchNorm2d(
  net: Network,
  x: Value,
  name: string,
  { eps = 1e-5, momentum = 0.1 }: BatchNorm2dOptions = {},
): Value {
  const { g } = net;
  const dims = [x.shape[1] as number];
  return g.scope(name, () => {
    const weight = net.parameter(`${name}.weight`, dims, constant(1));
    const bias = net.parameter(`${name}.bias`, dims, constant(0));
    const mean = net.buffer(`${name}.running_mean`, dims, constant(0));
    const variance = net.buffer(`${name}.running_var`, dims, constant(1));
    return normalizedBatch(net, x, { weight, bias, mean, variance }, { eps, momentum });
  });
}

/** What a batch normalisation works with, each `[C]`. */
export interface BatchNormState {
  readonly weight: Value;
  readonly bias: Value;
  readonly mean: Value;
  readonly variance: Value;
}

/** Batch normalisation with a state that is declared already. */
export function normalizedBatch(
  net: Network,
  x: Value,
  { weight, bias, mean, variance }: BatchNormState,
  { eps, momentum }: Required<BatchNorm2dOptions>,
): Value {
  const { g } = net;
  const trained = net.options.isTrainable(weight.name) || net.options.isTrainable(bias.name);
  if (!net.options.training || !trained) return g.batchNormalization(x, weight, bias, mean, variance, eps);
  const [y, batchMean, batchVariance] = g.batchNormalizationTraining(x, weight, bias, eps);
  net.bufferUpdates.set(mean.name, runningAverage(g, mean, batchMean, momentum));
  net.bufferUpdates.set(variance.name, runningAverage(g, variance, unbiased(g, batchVariance, x), momentum));
  return y;
}

function runningAverage(g: GraphBuilder, running: Value, batch: Value, momentum: number): Value {
  return g.add(g.mul(running, g.scalar(1 - momentum)), g.mul(batch, g.scalar(momentum)));
}

/** PyTorch keeps the unbiased variance as running statistic: population variance × n / (n − 1). */
function unbiased(g: GraphBuilder, variance: Value, x: Value): Value {
  const axes = x.shape.flatMap((_, i) => (i === 1 ? [] : [i]));
  const sizes = g.gather(g.shape(x), g.ints(axes), 0);
  const count = g.cast(g.reduceProd(sizes, undefined, false), 'float32');
  return g.mul(variance, g.div(count, g.sub(count, g.scalar(1))));
}
