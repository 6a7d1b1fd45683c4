import { describe, expect, test } from 'vitest';
import {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
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

  test.each([adjustBrightness, adjustContrast, adjustSaturation])(
    'a factor of 1 changes nothing (%#)',
    (adjust) => {
      expect(adjust(goldenPicture(), 1)).toEqual(goldenPicture());
    },
  );
});
