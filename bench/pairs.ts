/** Two things measured side by side in one run, A B A B: the machine's moods hit both alike. */

/** Seconds of each side, pair by pair. */
export interface Pairs {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}

/** Measures `count` pairs after one of each to warm up. */
export async function measurePairs(
  count: number,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
): Promise<Pairs> {
  await ours();
  await theirs();
  const result = { ours: [] as number[], theirs: [] as number[] };
  for (let i = 0; i < count; i++) {
    result.ours.push(await ours());
    result.theirs.push(await theirs());
  }
  return result;
}

/** How many times as fast ours is as theirs: least, median and greatest over the pairs. */
export function ratios({ ours, theirs }: Pairs): { min: number; median: number; max: number } {
  const sorted = theirs.map((seconds, i) => seconds / (ours[i] ?? NaN)).sort((a, b) => a - b);
  return { min: sorted[0] ?? NaN, median: median(sorted), max: sorted.at(-1) ?? NaN };
}

/** The middle of a list, or the mean of its two middles. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? NaN) + (sorted[Math.floor(half)] ?? NaN)) / 2;
}
