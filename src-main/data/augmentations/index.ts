/** The augmentations there are, and the presets made of them. */
import { z } from 'zod';
import { CounterRandom } from '../../base/random.ts';
import type { Pixels } from '../pixels.ts';
import type { Augmentation } from './augmentation.ts';
import { colorJitter, colorJitterSchema } from './color-jitter.ts';
import { horizontalFlip, horizontalFlipSchema } from './horizontal-flip.ts';
import { padRandomCrop, padRandomCropSchema } from './pad-random-crop.ts';
import { randomGrayscale, randomGrayscaleSchema } from './random-grayscale.ts';
import { randomResizedCrop, randomResizedCropSchema } from './random-resized-crop.ts';

/** Every augmentation. */
export const AUGMENTATIONS = [
  randomResizedCrop,
  padRandomCrop,
  horizontalFlip,
  colorJitter,
  randomGrayscale,
] as const;

/** An augmentation as JSON; defaults are filled in by parsing. */
export const augmentationSchema = z.discriminatedUnion('name', [
  randomResizedCropSchema,
  padRandomCropSchema,
  horizontalFlipSchema,
  colorJitterSchema,
  randomGrayscaleSchema,
]);

/** An augmentation with all its parameters. */
export type AugmentationSpec = z.output<typeof augmentationSchema>;

/** What the random choices for one picture are keyed by. */
export interface DrawKey {
  readonly seed: number;
  readonly epoch: number;
  /** The sample's own number: never its place in a batch or the worker it went to. */
  readonly key: number;
}

/**
 * Applies augmentations in their order. Each draws from a stream of its own, keyed by (seed, epoch, key, place
 * in the list), so that one more augmentation leaves the others' draws as they were.
 */
export function augment(pixels: Pixels, specs: readonly AugmentationSpec[], key: DrawKey): Pixels {
  return specs.reduce((image, spec, place) => {
    const random = new CounterRandom('augmentation', key.seed, key.epoch, key.key, place);
    const augmentation = findAugmentation(spec);
    return augmentation.apply(image, augmentation.sample(spec, random, image));
  }, pixels);
}

/** The augmentation that a spec names. */
export function findAugmentation(spec: AugmentationSpec): Augmentation<string, AugmentationSpec, unknown> {
  const found = AUGMENTATIONS.find(({ name }) => name === spec.name);
  // Each spec is handed to the augmentation of its own name, which the union of their types cannot express.
  return found as unknown as Augmentation<string, AugmentationSpec, unknown>;
}

/** Names of the presets. */
export const AUGMENTATION_PRESETS = ['none', 'crop-flip', 'pad-crop-flip', 'color'] as const;

/** One of {@link AUGMENTATION_PRESETS}. */
export type AugmentationPreset = (typeof AUGMENTATION_PRESETS)[number];

/** A preset's augmentations for pictures of `size` × `size`. */
export function augmentationPreset(preset: AugmentationPreset, size: number): AugmentationSpec[] {
  const specs: Readonly<Record<AugmentationPreset, readonly z.input<typeof augmentationSchema>[]>> = {
    none: [],
    'crop-flip': [{ name: 'random-resized-crop', size, scale: [0.5, 1] }, { name: 'horizontal-flip' }],
    'pad-crop-flip': [
      { name: 'pad-random-crop', size, padding: Math.round(size / 8) },
      { name: 'horizontal-flip' },
    ],
    color: [
      { name: 'random-resized-crop', size, scale: [0.5, 1] },
      { name: 'horizontal-flip' },
      { name: 'color-jitter', brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.05 },
      { name: 'random-grayscale', p: 0.1 },
    ],
  };
  return specs[preset].map((spec) => augmentationSchema.parse(spec));
}
