import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src-main/base/hash.ts';
import { cropPixels, filledPixels, flipPixels } from '../../src-main/data/image.ts';
import { windowPixels } from '../../src-main/data/pixels.ts';
import { type Interpolation, resizePixels } from '../../src-main/data/resample.ts';
import { decoded, goldenPicture, goldens } from './goldens.ts';

describe('resizePixels', () => {
  test.each(goldens.resized)("$interpolation to $to gives Pillow's bytes", (golden) => {
    const [width, height] = golden.to;
    const resized = resizePixels(goldenPicture(), width, height, golden.interpolation as Interpolation);
    expect(resized).toEqual(decoded(golden));
  });

  test.each(goldens.resizedCrops)("a resized crop of $box gives torchvision's bytes", (golden) => {
    const [left, top, width, height] = golden.box;
    const box = { left, top, width, height };
    const resized = resizePixels(goldenPicture(), golden.size, golden.size, 'bilinear', box);
    expect(resized).toEqual(decoded(golden));
    // The same by hand: nothing from outside the crop leaks in.
    const cropped = cropPixels(goldenPicture(), box);
    expect(resizePixels(cropped, golden.size, golden.size)).toEqual(resized);
  });

  test('nearest resizing of 2 to 7 pixels showed the fourth a pixel too far, as did one size in six', () => {
    const places: number[] = [];
    for (let size = 1; size <= 64; size++) {
      const row = { width: size, height: 1, data: Uint8Array.from({ length: size * 3 }, (_, at) => at / 3) };
      for (let to = 1; to <= 64; to++) {
        places.push(...resizePixels(row, to, 1, 'nearest').data.filter((_, at) => at % 3 === 0));
      }
    }
    expect(sha256(Uint8Array.from(places))).toBe(goldens.nearestPlaces);
  });

  test('a picture of the right size is not resampled', () => {
    const pixels = goldenPicture();
    for (const interpolation of ['bilinear', 'bicubic', 'lanczos', 'nearest'] as const) {
      expect(resizePixels(pixels, pixels.width, pixels.height, interpolation)).toEqual(pixels);
    }
    expect(resizePixels(pixels, pixels.width, pixels.height)).toBe(pixels);
  });

  test('one colour stays that colour at any size', () => {
    const pixels = filledPixels(13, 7, [250, 128, 3]);
    for (const [width, height] of [
      [1, 1],
      [5, 90],
      [64, 2],
    ] as const) {
      expect(resizePixels(pixels, width, height, 'lanczos')).toEqual(
        filledPixels(width, height, [250, 128, 3]),
      );
    }
  });
});

describe('moving pixels', () => {
  // Red values 0 … 5 in two rows of three.
  const grid = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, at) => at / 3) };
  const reds = ({ data }: { data: Uint8Array }): number[] => [...data].filter((_, at) => at % 3 === 0);

  test('crop, flip and window', () => {
    expect(reds(cropPixels(grid, { left: 1, top: 0, width: 2, height: 2 }))).toEqual([1, 2, 4, 5]);
    expect(reds(flipPixels(grid))).toEqual([2, 1, 0, 5, 4, 3]);
    expect(reds(windowPixels(grid, { left: -1, top: 1, width: 3, height: 2 }))).toEqual([0, 3, 4, 0, 0, 0]);
    expect(reds(windowPixels(grid, { left: 9, top: 9, width: 1, height: 1 }))).toEqual([0]);
  });

  test.each([
    { left: 0, top: 0, width: 4, height: 1 },
    { left: -1, top: 0, width: 1, height: 1 },
    { left: 0, top: 0, width: 0, height: 1 },
    { left: 0.5, top: 0, width: 1, height: 1 },
  ])('the box %j does not fit', (box) => {
    expect(() => cropPixels(grid, box)).toThrow(
      new RangeError(`the box ${JSON.stringify(box)} does not fit a picture of 3×2`),
    );
  });
});
