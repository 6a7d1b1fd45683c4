/** Deals units of samples out to the sides of a split, each class in proportion. */
import { CounterRandom } from '../base/random.ts';

/** The sides that a share is asked for. */
export const SIDES = ['validation', 'test'] as const;

/** One of {@link SIDES}. */
export type Side = (typeof SIDES)[number];

/** Samples that have to stay together: how many of each stratum, which is a class's name or {@link LEFT_OUT}. */
export type Unit = ReadonlyMap<string, number>;

/** The stratum of samples that no split uses; no class has an empty name. */
export const LEFT_OUT = '';

/** The shares and the seed. */
export interface Shares {
  /** From 0 to 1. */
  readonly validation: number;
  readonly test: number;
  readonly seed: number;
}

/** How many samples of each stratum a side still wants. */
type Need = Map<string, number>;

/**
 * Fills the sides unit by unit in a random order: first those that fit into what a side still wants, then those
 * that bring it closer although they are larger. The last samples of a class stay in training, unless
 * nothing is to be left there. Undefined means training.
 */
export function assignSides(
  units: readonly Unit[],
  sides: readonly Side[],
  shares: Shares,
): (Side | undefined)[] {
  const left = total(units);
  const keepsTraining = sides.reduce((sum, side) => sum + shares[side], 0) < 1 - 1e-9;
  const order = new CounterRandom(shares.seed, 'split', 'order').permutation(units.length);
  const assigned = new Array<Side | undefined>(units.length).fill(undefined);
  const needs = sides.map((side) => ({
    side,
    need: apportion(left, shares[side], new CounterRandom(shares.seed, 'split', side)),
  }));
  for (const suits of [fitsInto, bringsCloser]) {
    for (const { side, need } of needs) {
      for (const index of order) {
        const unit = units[index]!;
        if (assigned[index] !== undefined || !suits(unit, need)) continue;
        if (keepsTraining && exhausts(unit, left)) continue;
        assigned[index] = side;
        subtract(need, unit);
        subtract(left, unit);
      }
    }
  }
  return keepsTraining ? assigned : assigned.map((side) => side ?? sides.at(-1));
}

function subtract(from: Need, unit: Unit): void {
  for (const [stratum, count] of unit) from.set(stratum, from.get(stratum)! - count);
}

function total(units: readonly Unit[]): Map<string, number> {
  const sum = new Map<string, number>();
  for (const unit of units) {
    for (const [stratum, count] of unit) sum.set(stratum, (sum.get(stratum) ?? 0) + count);
  }
  return sum;
}

/** How many samples of each stratum a side should get, by largest remainders, so that the sum is right too. */
function apportion(sizes: ReadonlyMap<string, number>, share: number, random: CounterRandom): Need {
  const strata = [...sizes].map(([stratum, size]) => {
    // 0.29 × 100 is 28.999999999999996.
    const floor = Math.floor(size * share + 1e-9);
    return { stratum, floor, remainder: size * share - floor, tie: random.next() };
  });
  const wanted = Math.round([...sizes.values()].reduce((sum, size) => sum + size, 0) * share);
  let missing = wanted - strata.reduce((sum, { floor }) => sum + floor, 0);
  const need: Need = new Map();
  for (const { stratum, floor } of strata.sort((a, b) => b.remainder - a.remainder || a.tie - b.tie)) {
    need.set(stratum, missing-- > 0 ? floor + 1 : floor);
  }
  return need;
}

function fitsInto(unit: Unit, need: Need): boolean {
  for (const [stratum, count] of unit) if (count > need.get(stratum)!) return false;
  return true;
}

function bringsCloser(unit: Unit, need: Need): boolean {
  let change = 0;
  for (const [stratum, count] of unit) {
    const wanted = need.get(stratum)!;
    change += Math.abs(wanted - count) - Math.abs(wanted);
  }
  return change < 0;
}

function exhausts(unit: Unit, left: ReadonlyMap<string, number>): boolean {
  for (const [stratum, count] of unit) {
    if (stratum !== LEFT_OUT && count >= left.get(stratum)!) return true;
  }
  return false;
}
