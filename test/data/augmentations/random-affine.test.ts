import { describe, expect, test } from 'vitest';
import { CounterRandom } from '../../../src-main/base/random.ts';
import { randomAffine } from '../../../src-main/data/augmentations/random-affine.ts';
import { randomRotation } from '../../../src-main/data/augmentations/random-rotation.ts';

const DRAWS = 2000;

type Draw = ReturnType<typeof randomAffine.sample>;

function draws(spec: object): Draw[] {
  const full = randomAffine.schema.parse({ name: 'random-affine', ...spec });
  return Array.from({ length: DRAWS }, (_, draw) =>
    randomAffine.sample(full, new CounterRandom('affine', draw), { width: 40, height: 20 }),
  );
}

/** All values lie in the range, come within 1 % of its ends, and average to its middle. */
function expectUniform(values: readonly number[], low: number, high: number): void {
  const width = high - low;
  expect(Math.min(...values)).toBeGreaterThanOrEqual(low);
  expect(Math.max(...values)).toBeLessThanOrEqual(high);
  expect(Math.min(...values)).toBeLessThan(low + 0.01 * width);
  expect(Math.max(...values)).toBeGreaterThan(high - 0.01 * width);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  // Five standard errors of 2,000 uniform draws are 3.3 % of the range.
  expect(Math.abs(mean - (low + high) / 2)).toBeLessThan(0.033 * width);
}

describe('draws', () => {
  test('of a random affine are uniform in all four changes', () => {
    const found = draws({ degrees: 30, translate: [0.1, 0.2], scale: [0.5, 1.5], shear: [-10, 20, 5, 8] });
    expectUniform(
      found.map(({ angle }) => angle),
      -30,
      30,
    );
    expectUniform(
      found.map(({ scale }) => scale),
      0.5,
      1.5,
    );
    expectUniform(
      found.map(({ shear }) => shear[0]),
      -10,
      20,
    );
    expectUniform(
      found.map(({ shear }) => shear[1]),
      5,
      8,
    );
    // A tenth of 40 and a fifth of 20 pixels, rounded to whole ones.
    for (const axis of [0, 1] as const) {
      const shifts = new Set(found.map(({ translate }) => translate[axis]));
      expect([...shifts].sort((a, b) => a - b)).toEqual([-4, -3, -2, -1, 0, 1, 2, 3, 4]);
    }
  });

  test('a single number of degrees or shear is a range about zero, the latter along x alone', () => {
    const found = draws({ degrees: [10, 12], shear: 4 });
    expectUniform(
      found.map(({ angle }) => angle),
      10,
      12,
    );
    expectUniform(
      found.map(({ shear }) => shear[0]),
      -4,
      4,
    );
    expect(found.every(({ shear }) => shear[1] === 0)).toBe(true);
    const along = draws({ degrees: 0, shear: [1, 2] });
    expectUniform(
      along.map(({ shear }) => shear[0]),
      1,
      2,
    );
    expect(along.every(({ shear }) => shear[1] === 0)).toBe(true);
  });

  test('what is not asked for does not happen', () => {
    const still = { angle: 0, translate: [0, 0], scale: 1, shear: [0, 0], interpolation: 'nearest', fill: 0 };
    expect(draws({ degrees: 0 })[0]).toEqual(still);
  });

  test('of a random rotation are uniform', () => {
    const spec = randomRotation.schema.parse({ name: 'random-rotation', degrees: 90 });
    const angles = Array.from(
      { length: DRAWS },
      (_, draw) => randomRotation.sample(spec, new CounterRandom(draw), { width: 4, height: 4 }).angle,
    );
    expectUniform(angles, -90, 90);
  });
});
