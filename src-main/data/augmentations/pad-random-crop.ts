import { z } from 'zod';
import { LabError } from '../../../src-shared/errors.ts';
import { type Box, windowPixels } from '../pixels.ts';
import { defineAugmentation } from './augmentation.ts';

/** torchvision's `RandomCrop(size, padding)`: `padding` pixels of black on every side, then a random crop. */
export const padRandomCropSchema = z.strictObject({
  name: z.literal('pad-random-crop'),
  size: z.int().min(1),
  padding: z.int().min(0).default(0),
});

type Spec = z.output<typeof padRandomCropSchema>;

/** Shifts the picture by up to `padding` pixels. */
export const padRandomCrop = defineAugmentation<'pad-random-crop', Spec, Box>({
  name: 'pad-random-crop',
  schema: padRandomCropSchema,
  sample({ size, padding }, random, { width, height }) {
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
    return { left, top, width: size, height: size };
  },
  apply: windowPixels,
});
