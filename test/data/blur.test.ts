import { describe, expect, test } from 'vitest';
import { blurPixels } from '../../src-main/data/blur.ts';
import { filledPixels } from '../../src-main/data/pixels.ts';
import { decoded, goldenPicture, goldens } from './goldens.ts';

describe('blurPixels', () => {
  test.each(goldens.blurs)(
    "a kernel of $kernelSize with deviation $sigma gives torchvision's levels",
    (golden) => {
      const blurred = blurPixels(goldenPicture(), golden.kernelSize, golden.sigma);
      const expected = decoded(golden);
      expect([blurred.width, blurred.height]).toEqual([expected.width, expected.height]);
      const differences = blurred.data.map((level, at) => Math.abs(level - expected.data[at]!));
      // torchvision sums in single precision, so that a sum near a half may round to the other side.
      expect(Math.max(...differences)).toBeLessThanOrEqual(1);
      expect(differences.filter((difference) => difference > 0).length).toBeLessThanOrEqual(2);
    },
  );

  test('a kernel larger than the picture reflects it more than once', () => {
    expect(blurPixels(filledPixels(3, 1, [5, 6, 7]), 9, 2)).toEqual(filledPixels(3, 1, [5, 6, 7]));
  });
});
