/** Tails of probability distributions. */

/** Coefficients of Lanczos' approximation for g = 7 and nine terms, which errs by less than 1e-14. */
const LANCZOS: readonly number[] = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0, by Lanczos, "A precision approximation of the gamma function" (SIAM J. Numer. Anal. 1, 1964). */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const sum = LANCZOS.reduce(
    (total, coefficient, at) => total + coefficient / (at === 0 ? 1 : x + at - 1),
    0,
  );
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/**
 * The shares P(a, x) and Q(a, x) = 1 − P of the gamma function below and above x: by its series where x < a + 1, by
 * Lentz's continued fraction elsewhere (Press et al., "Numerical Recipes", 3rd edition, 6.2). The smaller of both is
 * exact to about 1e-10 of itself, which is what a tail needs.
 */
export function gammaShares(a: number, x: number): { readonly below: number; readonly above: number } {
  if (x <= 0) return { below: 0, above: 1 };
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    const below = scale * gammaSeries(a, x);
    return { below, above: 1 - below };
  }
  const above = scale * gammaFraction(a, x);
  return { below: 1 - above, above };
}

const PRECISION = 1e-15;

function gammaSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; term > sum * PRECISION; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function gammaFraction(a: number, x: number): number {
  // Keeps Lentz's quotients from dividing by zero.
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let n = 1, change = 0; Math.abs(change - 1) > PRECISION; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = numerator * d + b;
    d = 1 / (Math.abs(d) < tiny ? tiny : d);
    c = b + numerator / c;
    if (Math.abs(c) < tiny) c = tiny;
    change = d * c;
    h *= change;
  }
  return h;
}

/** The chances that χ² with some degrees of freedom, not necessarily whole, is at most and at least `value`. */
export function chiSquaredTails(
  value: number,
  degreesOfFreedom: number,
): { readonly below: number; readonly above: number } {
  return gammaShares(degreesOfFreedom / 2, value / 2);
}

/** The chance that a standard normal number is at least that far from zero, on either side. */
export function normalTails(distance: number): number {
  return gammaShares(0.5, distance ** 2 / 2).above;
}
