/** The fully connected layer. */
import type { Value } from '../../onnx/graph-builder.ts';
import { kaimingUniform, uniform, type Initializer } from '../initializers.ts';
import type { Network } from './network.ts';

/** First values of a {@link linear} layer's parameters other than PyTorch's usual ones. */
export interface LinearOptions {
  readonly initialize?: Initializer;
  readonly initialize_bias?: Initializer;
}

/** `torch.nn.Linear`: x `[N, in]` → `[N, out]`. */
export function linear(
  net: Network,
  x: Value,
  name: string,
  outFeatures: number,
  { initialize = kaimingUniform, initialize_bias }: LinearOptions = {},
): Value {
  const inFeatures = x.shape[1] as number;
  return net.g.scope(name, () => {
    const weight = net.parameter(`${name}.weight`, [outFeatures, inFeatures], initialize);
    const usual = uniform(1 / Math.sqrt(inFeatures));
    const bias = net.parameter(`${name}.bias`, [outFeatures], initialize_bias ?? usual);
    return net.g.gemm(x, weight, bias, { transB: 1 });
  });
}
