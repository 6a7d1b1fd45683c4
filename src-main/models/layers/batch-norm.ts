/** Batch normalisation (S. Ioffe and C. Szegedy, Batch Normalization, 2015). */
import type { GraphBuilder, Value } from '../../onnx/graph-builder.ts';
import { constant } from '../initializers.ts';
import type { Network } from './network.ts';

/** PyTorch's default momentum of running statistics: new = 0.9 old + 0.1 batch. */
const BATCH_NORM_MOMENTUM = 0.1;

/** `torch.nn.BatchNorm2d`: x `[N, C, H, W]`, normalised by channel. */
export function batchNorm2d(net: Network, x: Value, name: string, epsilon = 1e-5): Value {
  const { g } = net;
  const dims = [x.shape[1] as number];
  return g.scope(name, () => {
    const weight = net.parameter(`${name}.weight`, dims, constant(1));
    const bias = net.parameter(`${name}.bias`, dims, constant(0));
    const mean = net.buffer(`${name}.running_mean`, dims, constant(0));
    const variance = net.buffer(`${name}.running_var`, dims, constant(1));
    const trained = net.options.isTrainable(weight.name) || net.options.isTrainable(bias.name);
    if (!net.options.training || !trained)
      return g.batchNormalization(x, weight, bias, mean, variance, epsilon);
    const [y, batchMean, batchVariance] = g.batchNormalizationTraining(x, weight, bias, epsilon);
    net.bufferUpdates.set(mean.name, runningAverage(g, mean, batchMean));
    net.bufferUpdates.set(variance.name, runningAverage(g, variance, unbiased(g, batchVariance, x)));
    return y;
  });
}

function runningAverage(g: GraphBuilder, running: Value, batch: Value): Value {
  return g.add(
    g.mul(running, g.scalar(1 - BATCH_NORM_MOMENTUM)),
    g.mul(batch, g.scalar(BATCH_NORM_MOMENTUM)),
  );
}

/** PyTorch keeps the unbiased variance as running statistic: population variance × n / (n − 1). */
function unbiased(g: GraphBuilder, variance: Value, x: Value): Value {
  const axes = x.shape.flatMap((_, i) => (i === 1 ? [] : [i]));
  const sizes = g.gather(g.shape(x), g.ints(axes), 0);
  const count = g.cast(g.reduceProd(sizes, undefined, false), 'float32');
  return g.mul(variance, g.div(count, g.sub(count, g.scalar(1))));
}
