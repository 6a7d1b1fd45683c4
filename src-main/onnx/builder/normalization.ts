/** Methods for normalizations. */
import type { Value } from '../graph-assembly.ts';
import { LayoutBuilder } from './layout.ts';

/** And normalizations. */
export class NormalizationBuilder extends LayoutBuilder {
  /** Normalizes with given statistics, each `[C]`. */
  batchNormalization(
    x: Value,
    scale: Value,
    bias: Value,
    mean: Value,
    variance: Value,
    epsilon: number,
  ): Value {
    return this.one('BatchNormalization', [x, scale, bias, mean, variance], { epsilon });
  }

  /** Normalizes with the batch's statistics: the result, their mean and their population variance, each `[C]`. */
  batchNormalizationTraining(x: Value, scale: Value, bias: Value, epsilon: number): [Value, Value, Value] {
    // With momentum 0 the "running" outputs are the batch's own, whatever they are mixed with. onnxruntime writes
    // them over the inputs 3 and 4, so these must be values that nobody else reads.
    const scratch = [this.neg(bias), this.neg(scale)];
    return this.node(
      'BatchNormalization',
      [x, scale, bias, ...scratch],
      { epsilon, momentum: 0, training_mode: 1 },
      3,
    ) as [Value, Value, Value];
  }

  /**
   * Divides by the energy of the `size` (odd) channels around each one, `(bias + alpha / size Σ x²)^beta`; the
   * defaults are PyTorch's (`k` there is `bias` here).
   */
  lrn(x: Value, size: number, { alpha = 1e-4, beta = 0.75, bias = 1 } = {}): Value {
    return this.one('LRN', [x], { size, alpha, beta, bias });
  }

  /** Normalizes over the axes from `axis` on; `scale` and `bias` have their sizes. */
  layerNormalization(x: Value, scale: Value, bias?: Value, axis = -1, epsilon = 1e-5): Value {
    return this.one('LayerNormalization', [x, scale, bias], { axis, epsilon });
  }

  /** Normalizes each channel of each sample; `scale` and `bias` are `[C]`. */
  instanceNormalization(x: Value, scale: Value, bias: Value, epsilon = 1e-5): Value {
    return this.one('InstanceNormalization', [x, scale, bias], { epsilon });
  }

  /** Normalizes groups of channels of each sample; `scale` and `bias` are `[groups]`, as this operator set has them. */
  groupNormalization(x: Value, scale: Value, bias: Value, groups: number, epsilon = 1e-5): Value {
    return this.one('GroupNormalization', [x, scale, bias], { num_groups: groups, epsilon });
  }
}
