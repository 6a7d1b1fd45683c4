import { describe, expect, test } from 'vitest';
import { flipPixelsVertically, windowPixels } from '../../src-main/data/pixels.ts';
import { decoded, digest, goldenPicture, goldens } from './goldens.ts';

describe('moving pixels', () => {
  test.each(goldens.pads)("padding by $padding, $mode, $fill, gives torchvision's bytes", (golden) => {
    const { padding, mode, fill } = golden;
    const { width, height } = goldenPicture();
    const box = { left: -padding, top: -padding, width: width + 2 * padding, height: height + 2 * padding };
    expect(digest(windowPixels(goldenPicture(), box, fill, mode))).toBe(golden.sha256);
  });

  test('a picture of one pixel is continued by it', () => {
    const pixel = { width: 1, height: 1, data: Uint8Array.of(1, 2, 3) };
    const box = { left: -2, top: -1, width: 3, height: 2 };
    for (const mode of ['edge', 'reflect', 'symmetric'] as const) {
      expect([...windowPixels(pixel, box, 0, mode).data]).toEqual(
        Array.from({ length: 18 }, (_, at) => 1 + (at % 3)),
      );
    }
  });

  test("a vertical flip gives torchvision's bytes", () => {
    expect(flipPixelsVertically(goldenPicture())).toEqual(decoded(goldens.verticalFlip));
  });
});
