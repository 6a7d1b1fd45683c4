/** Logits of one sample: a row of [N, classes]. */
export type Logits = readonly number[] | Float32Array;

/** ln Σ exp(logit), shifted by the largest logit so that nothing overflows. */
export function logSumExp(logits: Logits): number {
  let largest = -Infinity;
  for (const logit of logits) largest = Math.max(largest, logit);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  return largest + Math.log(sum);
}

/** Probabilities that sum to 1. */
export function softmax(logits: Logits): Float64Array {
  const total = logSumExp(logits);
  return Float64Array.from(logits, (logit) => Math.exp(logit - total));
}

/** The index of the largest logit; of equal ones the first, as PyTorch's and ONNX's ArgMax. */
export function argMax(logits: Logits): number {
  let best = 0;
  for (let index = 1; index < logits.length; index++) if (logits[index]! > logits[best]!) best = index;
  return best;
}

/** The negative log likelihood of the label: cross-entropy of one sample. */
export function crossEntropy(logits: Logits, label: number): number {
  return logSumExp(logits) - logits[label]!;
}

/** A class and its probability. */
export interface Ranked {
  readonly index: number;
  readonly probability: number;
}

/** The `k` most probable classes, falling; equal ones in the order of the classes. */
export function topK(logits: Logits, k: number): Ranked[] {
  return Array.from(softmax(logits), (probability, index) => ({ index, probability }))
    .sort((a, b) => b.probability - a.probability || a.index - b.index)
    .slice(0, k);
}
