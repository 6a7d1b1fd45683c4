import { describe, expect, test } from 'vitest';
import {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  stretchContrast,
  toGrayscale,
} from '../../../src-main/data/augmentations/color.ts';
import { decoded, goldenPicture, goldens } from '../goldens.ts';

const ADJUST: Record<string, typeof adjustHue> = {
  brightness: adjustBrightness,
  contrast: adjustContrast,
  saturation: adjustSaturation,
  hue: adjustHue,
};

describe('colour adjustments', () => {
  test.each(goldens.color)("$adjust by $factor gives torchvision's bytes", (golden) => {
    expect(ADJUST[golden.adjust]!(goldenPicture(), golden.factor)).toEqual(decoded(golden));
  });

  test("grayscale gives torchvision's bytes", () => {
    expect(toGrayscale(goldenPicture())).toEqual(decoded(goldens.grayscale));
  });

  test("stretched contrast gives torchvision's bytes, also for a channel of one level", () => {
    expect(stretchContrast(goldenPicture())).toEqual(decoded(goldens.autocontrast[0]));
    const low = decoded(goldens.lowContrast);
    expect(stretchContrast(low)).toEqual(decoded(goldens.autocontrast[1]));
    const flat = Uint8Array.from(low.data, (level, at) => (at % 3 === 2 ? 41 : level));
    expect(stretchContrast({ ...low, data: flat }).data.filter((_, at) => at % 3 === 2)).toEqual(
      new Uint8Array(flat.length / 3).fill(41),
    );
  });

  test.each([adjustBrightness, adjustContrast, adjustSaturation])(
    'a factor of 1 changes nothing (%#)',
    (adjust) => {
      expect(adjust(goldenPicture(), 1)).toEqual(goldenPicture());
    },
  );
});
