/** The fully connected layer. */
import type { Value } from '../../onnx/graph-builder.ts';
import { kaimingUniform, uniform } from '../initializers.ts';
import type { Network } from './network.ts';

/** `torch.nn.Linear`: x `[N, in]` → `[N, out]`. */
export function linear(net: Network, x: Value, name: string, outFeatures: number): Value {
  const inFeatures = x.shape[1] as number;
  return net.g.scope(name, () => {
    const weight = net.parameter(`${name}.weight`, [outFeatures, inFeatures], kaimingUniform);
    const bias = net.parameter(`${name}.bias`, [outFeatures], uniform(1 / Math.sqrt(inFeatures)));
    return net.g.gemm(x, weight, bias, { transB: 1 });
  });
}
