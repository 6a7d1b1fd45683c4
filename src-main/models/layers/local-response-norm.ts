/** Competition between neighbouring channels (A. Krizhevsky et al., ImageNet Classification with Deep CNNs, 2012). */
import type { Value } from '../../onnx/graph-builder.ts';
import type { Network } from './network.ts';

/** Options of {@link localResponseNorm}, named and defaulted as `torch.nn.LocalResponseNorm`'s. */
export interface LocalResponseNormOptions {
  /** Number of channels, odd. */
  readonly size: number;
  readonly alpha?: number;
  readonly beta?: number;
  readonly k?: number;
}

/** `torch.nn.LocalResponseNorm`: x / (k + alpha / size · Σ x²)^beta, summed over `size` channels around each. */
export function localResponseNorm(
  net: Network,
  x: Value,
  name: string,
  { size, alpha = 1e-4, beta = 0.75, k = 1 }: LocalResponseNormOptions,
): Value {
  return net.g.scope(name, () => net.g.lrn(x, size, { alpha, beta, bias: k }));
}
