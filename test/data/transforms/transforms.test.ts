import { describe, expect, test } from 'vitest';
import { filledPixels } from '../../../src-main/data/image.ts';
import { applyTransforms, transformSchema } from '../../../src-main/data/transforms/index.ts';
import { decoded, goldenPicture, goldens } from '../goldens.ts';

describe('transforms', () => {
  test.each(goldens.shortSides)('resize $size of $from gives $to, as torchvision', ({ from, size, to }) => {
    const pixels = filledPixels(from[0], from[1], [1, 2, 3]);
    const spec = transformSchema.parse({ name: 'resize', size });
    const { width, height } = applyTransforms(pixels, [spec]);
    expect([width, height]).toEqual(to);
  });

  test.each(goldens.centerCrops)("center-crop $size gives torchvision's bytes", (golden) => {
    expect(applyTransforms(goldenPicture(), [{ name: 'center-crop', size: golden.size }])).toEqual(
      decoded(golden),
    );
  });

  test('exact-resize stretches', () => {
    const golden = goldens.resized.find(({ interpolation }) => interpolation === 'bilinear')!;
    const [width, height] = golden.to;
    const spec = transformSchema.parse({ name: 'exact-resize', width, height });
    expect(applyTransforms(goldenPicture(), [spec])).toEqual(decoded(golden));
  });

  test('specs survive JSON, and parsing fills in the default filter', () => {
    const specs = [
      { name: 'resize', size: 8 },
      { name: 'center-crop', size: 8 },
    ].map((spec) => transformSchema.parse(spec));
    expect(specs[0]).toEqual({ name: 'resize', size: 8, interpolation: 'bilinear' });
    expect(
      (JSON.parse(JSON.stringify(specs)) as unknown[]).map((spec) => transformSchema.parse(spec)),
    ).toEqual(specs);
  });

  test.each([
    { name: 'rotate' },
    { name: 'resize' },
    { name: 'resize', size: 0 },
    { name: 'resize', size: 8, sharpen: 1 },
    { name: 'center-crop', size: 1.5 },
  ])('%j is refused', (spec) => {
    expect(transformSchema.safeParse(spec).success).toBe(false);
  });

  test('a picture of the target size passes untouched', () => {
    const pixels = goldenPicture();
    const square = applyTransforms(pixels, [{ name: 'center-crop', size: 9 }]);
    const again = applyTransforms(square, [
      { name: 'resize', size: 9, interpolation: 'lanczos' },
      { name: 'center-crop', size: 9 },
      { name: 'exact-resize', width: 9, height: 9, interpolation: 'bicubic' },
    ]);
    expect(again).toBe(square);
  });
});
