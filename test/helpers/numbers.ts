/** Comparing lists of numbers. */

/** |a − b| / max(|b|, floor), the largest over two lists. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>, floor = 1e-6): number {
  let largest = 0;
  for (let i = 0; i < b.length; i++) {
    const difference = Math.abs((a[i] ?? NaN) - (b[i] ?? NaN)) / Math.max(Math.abs(b[i] ?? NaN), floor);
    // A NaN on either side must not pass for small.
    largest = difference <= largest ? largest : difference;
  }
  return a.length === b.length ? largest : Infinity;
}
