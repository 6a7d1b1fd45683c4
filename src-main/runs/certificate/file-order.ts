/** How the order in which images were fed relates to the order of their files. */
import { logGamma, normalTails } from './distributions.ts';

/** See {@link testFileOrder}. */
export interface FileOrder {
  /** Spearman's rank correlation of the place in the epoch and the place among the files. */
  readonly correlation: number;
  /** The chance that a random order is correlated at least as much, forwards or backwards. */
  readonly p: number;
  /** Whether the images came exactly in the order of the files. */
  readonly same: boolean;
}

/**
 * Correlates the order fed with the order of the files. In a random order the coefficient has mean 0 and variance
 * 1 / (N − 1) whatever the ranks, and is nearly normal.
 *
 * @param ranks of the files in the order fed; copies, which cannot be told apart, share the mean of their ranks
 * @returns undefined where there are no two different ranks
 */
export function testFileOrder(ranks: readonly number[]): FileOrder | undefined {
  const n = ranks.length;
  const mean = ranks.reduce((sum, rank) => sum + rank, 0) / n;
  let products = 0;
  let squares = 0;
  let same = true;
  for (const [at, rank] of ranks.entries()) {
    products += (at - (n - 1) / 2) * (rank - mean);
    squares += (rank - mean) ** 2;
    if (at > 0 && ranks[at - 1]! > rank) same = false;
  }
  if (!(squares > 0)) return undefined;
  const places = (n * (n ** 2 - 1)) / 12;
  const correlation = products / Math.sqrt(squares * places);
  return { correlation, p: normalTails(correlation * Math.sqrt(n - 1)), same };
}

/** The chance that a random order of these contents is one certain order: 1 / (N! / Π copies!). */
export function chanceOfOrder(contents: readonly unknown[]): number {
  const copies = [...Map.groupBy(contents, (content) => content).values()];
  const arrangements = copies.reduce(
    (log, { length }) => log - logGamma(length + 1),
    logGamma(contents.length + 1),
  );
  return Math.exp(-arrangements);
}
