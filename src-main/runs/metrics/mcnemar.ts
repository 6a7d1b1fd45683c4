/**
 * McNemar's exact test of two classifiers on the same samples. Of the samples that one of them has right and the
 * other wrong, each is as likely to be either's when both are equally good.
 *
 * Q. McNemar, Note on the Sampling Error of the Difference between Correlated Proportions or Percentages, 1947.
 *
 * @returns the probability of a difference at least as large, either way: 2 Σᵢ₌₀ᵐ C(n, i) / 2ⁿ with n = fixed +
 * broken and m the lesser of them, at most 1
 */
export function mcnemarTest(fixed: number, broken: number): number {
  const trials = fixed + broken;
  // Both halves of the distribution are all of it.
  if (Math.abs(fixed - broken) <= 1) return 1;
  let logTerm = -trials * Math.LN2;
  let sum = 0;
  for (let successes = 0; successes <= Math.min(fixed, broken); successes++) {
    sum += Math.exp(logTerm);
    logTerm += Math.log(trials - successes) - Math.log(successes + 1);
  }
  return 2 * sum;
}
