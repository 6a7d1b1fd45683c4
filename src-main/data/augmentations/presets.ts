/** Ready-made lists of augmentations. */
import type { z } from 'zod';
import { type AugmentationSpec, augmentationSchema } from './index.ts';

/** Names of the presets. */
export const AUGMENTATION_PRESETS = [
  'none',
  'crop-flip',
  'pad-crop-flip',
  'pad-affine-color',
  'color',
] as const;

/** One of {@link AUGMENTATION_PRESETS}. */
export type AugmentationPreset = (typeof AUGMENTATION_PRESETS)[number];

type SpecInput = z.input<typeof augmentationSchema>;

/** A preset's augmentations for pictures of `size` × `size`. */
export function augmentationPreset(preset: AugmentationPreset, size: number): AugmentationSpec[] {
  const flip: SpecInput = { name: 'horizontal-flip' };
  const crop: SpecInput = { name: 'random-resized-crop', size, scale: [0.5, 1] };
  const padCrop: SpecInput = { name: 'pad-random-crop', size, padding: Math.round(size / 8) };
  const jitter: SpecInput = {
    name: 'color-jitter',
    brightness: 0.3,
    contrast: 0.3,
    saturation: 0.3,
    hue: 0.05,
  };
  const grayscale: SpecInput = { name: 'random-grayscale', p: 0.1 };
  const affine: SpecInput = { name: 'random-affine', degrees: 10, translate: [0.1, 0.1], scale: [0.9, 1.1] };
  const specs: Readonly<Record<AugmentationPreset, readonly SpecInput[]>> = {
    none: [],
    'crop-flip': [crop, flip],
    'pad-crop-flip': [padCrop, flip],
    'pad-affine-color': [padCrop, flip, affine, jitter, grayscale],
    color: [crop, flip, jitter, grayscale],
  };
  return specs[preset].map((spec) => augmentationSchema.parse(spec));
}
