/** Cross-entropy on logits, with PyTorch's formula for label smoothing and class weights. */
import type { GraphBuilder, Value } from '../../onnx/graph-builder.ts';

/** Options named as `torch.nn.CrossEntropyLoss`'s. */
export interface CrossEntropyOptions {
  /** Share of the target that is spread evenly over all classes. */
  readonly label_smoothing?: number;
  /** One weight a class. */
  readonly weight?: readonly number[] | undefined;
}

/**
 * Mean cross-entropy of a batch, a scalar.
 *
 * With weights w, smoothing ε, C classes and log-probabilities ℓ of sample i with label y:
 * ((1 − ε) Σᵢ −w_y ℓᵢ_y + (ε / C) Σᵢ Σ_c −w_c ℓᵢ_c) / Σᵢ w_y
 * (https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html).
 *
 * @param logits float32 `[N, C]`
 * @param labels int64 `[N]`
 */
export function crossEntropy(
  g: GraphBuilder,
  logits: Value,
  labels: Value,
  { label_smoothing = 0, weight }: CrossEntropyOptions = {},
): Value {
  const classes = logits.shape[1] as number;
  const oneHot = oneHotOf(g, labels, classes);
  const smoothed =
    label_smoothing === 0
      ? oneHot
      : g.add(g.mul(oneHot, g.scalar(1 - label_smoothing)), g.scalar(label_smoothing / classes));
  const weights = weight && g.floats(weight);
  const target = weights ? g.mul(smoothed, weights) : smoothed;
  const total = g.reduceSum(g.mul(target, g.logSoftmax(logits)), undefined, false);
  const mass = g.reduceSum(weights ? g.mul(oneHot, weights) : oneHot, undefined, false);
  return g.neg(g.div(total, mass));
}

/** Labels int64 `[N]` → float32 `[N, C]`. */
function oneHotOf(g: GraphBuilder, labels: Value, classes: number): Value {
  const columns = g.ints(Array.from({ length: classes }, (_, i) => i));
  return g.cast(g.equal(g.unsqueeze(labels, [1]), columns), 'float32');
}
