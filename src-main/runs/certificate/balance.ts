/** Whether the classes are spread over the batches as chance spreads them. */
import { chiSquaredTails } from './distributions.ts';

/** How the classes are spread over the batches, tested against random sampling without replacement. */
export interface Balance {
  /** Pearson's X² = Σ (found − expected)² / expected over batches and classes. */
  readonly statistic: number;
  /** (batches − 1) · (classes − 1), after rare classes were joined. */
  readonly degreesOfFreedom: number;
  /** Classes, or groups of rare ones, that were compared. */
  readonly groups: number;
  /** The chance that a random order spreads the classes at least as unevenly. */
  readonly uneven: number;
  /** The chance that a random order spreads them at least as evenly. */
  readonly even: number;
}

/**
 * Tests batches against random sampling without replacement. With both margins given, the mean of X² is
 * (b − 1)(c − 1) · N / (N − 1) and its variance is known exactly (Haldane, Biometrika 31, 1940; simplified by
 * Dawson, Biometrika 41, 1954). The multiple of a χ² that has this mean and variance gives the chances.
 *
 * A class that has less than one image in the average batch is joined with the next rarest ones, because single cells
 * of small expectation would decide everything (Cochran, Biometrics 10, 1954).
 *
 * @param batches counts by class, each batch holding at least one image
 * @returns undefined where nothing can be compared: fewer than two batches or groups, or fewer than four images
 */
export function testBalance(batches: readonly (readonly number[])[]): Balance | undefined {
  const table = joinRare(batches);
  const sizes = table.map(sum);
  const totals = columnSums(table);
  const [n, b, c] = [sum(sizes), sizes.length, totals.length];
  if (b < 2 || c < 2 || n < 4) return undefined;
  let statistic = 0;
  for (const [batch, counts] of table.entries()) {
    for (const [group, count] of counts.entries()) {
      const expected = (sizes[batch]! * totals[group]!) / n;
      statistic += (count - expected) ** 2 / expected;
    }
  }
  const degreesOfFreedom = (b - 1) * (c - 1);
  const mean = (degreesOfFreedom * n) / (n - 1);
  const variance = varianceOfStatistic(n, sizes, totals);
  if (variance < 1e-9) return undefined;
  const tails = (value: number): ReturnType<typeof chiSquaredTails> =>
    chiSquaredTails((value * 2 * mean) / variance, (2 * mean ** 2) / variance);
  // X² moves in steps, of which a perfectly even table is one: two images that change places alter four cells.
  const step = (4 * b * c) / n;
  return {
    ...{ statistic, degreesOfFreedom, groups: c },
    uneven: tails(statistic).above,
    even: tails(statistic + step).below,
  };
}

/** Dawson's formula. */
function varianceOfStatistic(n: number, sizes: readonly number[], totals: readonly number[]): number {
  const [v1, w1] = marginTerms(n, sizes);
  const [v2, w2] = marginTerms(n, totals);
  return ((2 * n) / (n - 3)) * (v1 - w1) * (v2 - w2) + (n ** 2 / (n - 1)) * w1 * w2;
}

function marginTerms(n: number, margin: readonly number[]): [number, number] {
  const r = margin.length;
  const inverse = sum(margin.map((count) => 1 / count));
  return [((r - 1) * (n - r)) / (n - 1), (n * inverse - r ** 2) / (n - 2)];
}

function joinRare(batches: readonly (readonly number[])[]): number[][] {
  const totals = columnSums(batches);
  const present = [...totals.keys()].filter((at) => totals[at]! > 0);
  const groups: number[][] = [];
  let open: number[] = [];
  for (const at of present.sort((a, b) => totals[a]! - totals[b]!)) {
    open.push(at);
    if (sum(open.map((member) => totals[member]!)) < batches.length) continue;
    groups.push(open);
    open = [];
  }
  if (open.length > 0) groups.push([...(groups.pop() ?? []), ...open]);
  return batches.map((counts) => groups.map((group) => sum(group.map((at) => counts[at]!))));
}

function columnSums(table: readonly (readonly number[])[]): number[] {
  return Array.from(table[0] ?? [], (_, at) => sum(table.map((row) => row[at]!)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
