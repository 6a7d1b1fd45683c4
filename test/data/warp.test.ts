import { describe, expect, test } from 'vitest';
import { inverseAffineMatrix, inverseRotationMatrix, warpPixels } from '../../src-main/data/warp.ts';
import { digest, goldenPicture, goldens } from './goldens.ts';

describe('warpPixels', () => {
  test.each(goldens.affines)("affine %j gives torchvision's bytes", ({ interpolation, fill, ...golden }) => {
    const matrix = inverseAffineMatrix(goldenPicture(), golden);
    expect(digest(warpPixels(goldenPicture(), matrix, interpolation, fill))).toBe(golden.sha256);
  });

  test.each(goldens.rotations)(
    "rotation %j gives torchvision's bytes",
    ({ interpolation, fill, ...golden }) => {
      const matrix = inverseRotationMatrix(goldenPicture(), golden.angle);
      expect(digest(warpPixels(goldenPicture(), matrix, interpolation, fill))).toBe(golden.sha256);
    },
  );

  test('a picture that is not changed stays as it is, and its original is another', () => {
    const pixels = goldenPicture();
    for (const interpolation of ['nearest', 'bilinear'] as const) {
      const warped = warpPixels(pixels, [1, 0, 0, 0, 1, 0], interpolation, 9);
      expect(warped).toEqual(pixels);
      expect(warped.data).not.toBe(pixels.data);
    }
  });

  test('what cannot be placed is filled', () => {
    const { width, height } = goldenPicture();
    const warped = warpPixels(goldenPicture(), [1, 0, NaN, 0, 1, 0], 'bilinear', [1, 2, 3]);
    expect([...warped.data]).toEqual(Array.from({ length: width * height * 3 }, (_, at) => 1 + (at % 3)));
  });
});
