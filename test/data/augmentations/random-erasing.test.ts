import { describe, expect, test } from 'vitest';
import { CounterRandom } from '../../../src-main/base/random.ts';
import { randomErasing } from '../../../src-main/data/augmentations/random-erasing.ts';
import { digest, goldenPicture, goldens } from '../goldens.ts';

const SIZE = { width: 400, height: 300 };
const DRAWS = 2000;

type Draw = ReturnType<typeof randomErasing.sample>;

function draws(spec: object, size = SIZE): Draw[] {
  const full = randomErasing.schema.parse({ name: 'random-erasing', ...spec });
  return Array.from({ length: DRAWS }, (_, draw) =>
    randomErasing.sample(full, new CounterRandom(draw), size),
  );
}

describe('random erasing', () => {
  test("a box of a colour gives torchvision's bytes", () => {
    const box = { left: 5, top: 3, width: 9, height: 6 };
    expect(digest(randomErasing.apply(goldenPicture(), { box, value: [10, 200, 30] }))).toBe(goldens.erased);
  });

  test('happens with its probability, within its ranges, inside the picture', () => {
    const found = draws({ p: 0.4, scale: [0.05, 0.2], ratio: [0.5, 2] });
    const boxes = found.flatMap((draw) => (draw === null ? [] : [draw.box]));
    // Five standard deviations of a share of 2,000.
    expect(Math.abs(boxes.length / DRAWS - 0.4)).toBeLessThan(5 * Math.sqrt((0.4 * 0.6) / DRAWS));
    const areas = boxes.map(({ width, height }) => (width * height) / (400 * 300));
    const ratios = boxes.map(({ width, height }) => height / width);
    // Sides are rounded to whole pixels: half a pixel of 55, the shortest, is 0.9 % of it.
    expect(Math.min(...areas)).toBeGreaterThan(0.05 * 0.98);
    expect(Math.max(...areas)).toBeLessThan(0.2 * 1.02);
    expect(Math.min(...ratios)).toBeGreaterThan(0.5 * 0.98);
    expect(Math.max(...ratios)).toBeLessThan(2 * 1.02);
    // Of 800 uniform draws the outermost 2 % on either side is hit with near certainty.
    expect(Math.min(...areas)).toBeLessThan(0.053);
    expect(Math.max(...areas)).toBeGreaterThan(0.197);
    expect(Math.min(...ratios)).toBeLessThan(0.515);
    expect(Math.max(...ratios)).toBeGreaterThan(1.95);
    for (const { left, top, width, height } of boxes) {
      expect(left >= 0 && top >= 0 && left + width <= 400 && top + height <= 300).toBe(true);
    }
  });

  test('noise covers the box with bytes of every level and nothing else, the same for the same draw', () => {
    const pixels = { width: 100, height: 100, data: new Uint8Array(30_000).fill(7) };
    const box = { left: 10, top: 20, width: 60, height: 50 };
    const erased = randomErasing.apply(pixels, { box, value: { noise: 3 } });
    expect(randomErasing.apply(pixels, { box, value: { noise: 3 } })).toEqual(erased);
    expect(randomErasing.apply(pixels, { box, value: { noise: 4 } })).not.toEqual(erased);
    const inside = (at: number): boolean => {
      const [x, y] = [Math.floor(at / 3) % 100, Math.floor(at / 300)];
      return x >= 10 && x < 70 && y >= 20 && y < 70;
    };
    expect(erased.data.filter((_, at) => !inside(at)).every((level) => level === 7)).toBe(true);
    const noise = erased.data.filter((_, at) => inside(at));
    expect(noise).toHaveLength(60 * 50 * 3);
    expect(new Set(noise).size).toBe(256);
    // The mean of 9,000 uniform bytes: five standard errors are 3.9.
    const mean = noise.reduce((sum, level) => sum + level, 0) / noise.length;
    expect(Math.abs(mean - 127.5)).toBeLessThan(3.9);
  });

  test('a picture in which no box leaves anything over is left alone', () => {
    expect(draws({ p: 1, scale: [1, 1] }).every((draw) => draw === null)).toBe(true);
  });
});
