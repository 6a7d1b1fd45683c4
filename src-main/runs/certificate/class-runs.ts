/** The longest stretch of images of one class. */

/** See {@link testClassRuns}. */
export interface ClassRun {
  readonly length: number;
  readonly label: number;
  /** Where it begins, from 0. */
  readonly start: number;
  /** The mean length of the longest stretch in a random order of the same images. */
  readonly expected: number;
  /** At most the chance that a random order has a stretch at least as long. */
  readonly p: number;
}

/**
 * The longest stretch of one class, and what chance makes of it. Among N images in random order of which k are of a
 * class, the expected number of its stretches of at least L is (N − k + 1) · C(N − L, k − L) / C(N, k); summed over the
 * classes that is Λ(L). The chance of one is at most Λ, and nearly 1 − e^−Λ (Arratia, Goldstein and Gordon, "Poisson
 * approximation and the Chen-Stein method", 1990), whose sum over L is the expected length.
 */
export function testClassRuns(labels: readonly number[]): ClassRun | undefined {
  if (labels.length < 2) return undefined;
  const counts = [...Map.groupBy(labels, (label) => label).values()].map(({ length }) => length);
  const { length, label, start } = longestRun(labels);
  const rarest = expectedRuns(labels.length, counts);
  let expected = 0;
  let p = 1;
  for (let at = 1, lambda = rarest.next().value; lambda !== undefined; at++, lambda = rarest.next().value) {
    expected += 1 - Math.exp(-lambda);
    if (at === length) p = Math.min(1, lambda);
  }
  return { length, label, start, expected, p };
}

function longestRun(labels: readonly number[]): { length: number; label: number; start: number } {
  let best = { length: 0, label: 0, start: 0 };
  let start = 0;
  for (let at = 1; at <= labels.length; at++) {
    if (at < labels.length && labels[at] === labels[start]) continue;
    if (at - start > best.length) best = { length: at - start, label: labels[start]!, start };
    start = at;
  }
  return best;
}

/** Λ(1), Λ(2), … up to the largest class. */
function* expectedRuns(n: number, counts: readonly number[]): Generator<number, undefined> {
  const terms = counts.map((k) => n - k + 1);
  for (let length = 1; length <= Math.max(...counts); length++) {
    for (const [at, k] of counts.entries()) terms[at]! *= Math.max(0, k - length + 1) / (n - length + 1);
    yield terms.reduce((total, term) => total + term, 0);
  }
}
