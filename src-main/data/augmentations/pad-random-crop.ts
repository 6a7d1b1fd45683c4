import { z } from 'zod';
import { LabError } from '../../../src-shared/errors.ts';
import { type Box, type Color, type PaddingMode, windowPixels } from '../pixels.ts';
import { defineAugmentation } from './augmentation.ts';
import { color, paddingMode, side } from './parameters.ts';

/**
 * torchvision's `RandomCrop(size, padding, fill=fill, padding_mode=padding_mode)`: the picture is continued by
 * `padding` pixels on every side and cropped at random. `fill` is the colour of the mode `constant`.
 */
export const padRandomCropSchema = z.strictObject({
  name: z.literal('pad-random-crop'),
  size: side,
  padding: z.int().min(0).describe('a whole number of at least 0').default(0),
  fill: color.default(0),
  padding_mode: paddingMode.default('constant'),
});

type Spec = z.output<typeof padRandomCropSchema>;

/** A window that may reach beyond the picture, and what it shows there. */
interface Draw {
  readonly box: Box;
  readonly fill: Color;
  readonly padding_mode: PaddingMode;
}

/** Shifts the picture by up to `padding` pixels. */
export const padRandomCrop = defineAugmentation<'pad-random-crop', Spec, Draw>({
  name: 'pad-random-crop',
  schema: padRandomCropSchema,
  sample({ size, padding, fill, padding_mode }, random, { width, height }) {
    const spareHeight = height + 2 * padding - size;
    const spareWidth = width + 2 * padding - size;
    if (spareHeight < 0 || spareWidth < 0) {
      throw new LabError(
        'INVALID_ARGUMENT',
        `Augmentation pad-random-crop: a crop of ${size} × ${size} does not fit a picture of ` +
          `${width} × ${height} padded by ${padding}.`,
        { hint: 'Choose a smaller size or a larger padding.' },
      );
    }
    const top = random.integer(spareHeight + 1) - padding;
    const left = random.integer(spareWidth + 1) - padding;
    return { box: { left, top, width: size, height: size }, fill, padding_mode };
  },
  apply: (pixels, { box, fill, padding_mode }) => windowPixels(pixels, box, fill, padding_mode),
});
