/** The augmentations there are. */
import { z } from 'zod';
import { CounterRandom } from '../../base/random.ts';
import { type BatchMixSpec, cutmixSchema, mixupSchema } from '../batch-mix.ts';
import type { Pixels } from '../pixels.ts';
import type { Augmentation } from './augmentation.ts';
import { colorJitter, colorJitterSchema } from './color-jitter.ts';
import { gaussianBlur, gaussianBlurSchema } from './gaussian-blur.ts';
import { horizontalFlip, horizontalFlipSchema } from './horizontal-flip.ts';
import { padRandomCrop, padRandomCropSchema } from './pad-random-crop.ts';
import { randomAffine, randomAffineSchema } from './random-affine.ts';
import { randomAutocontrast, randomAutocontrastSchema } from './random-autocontrast.ts';
import { randomErasing, randomErasingSchema } from './random-erasing.ts';
import { randomGrayscale, randomGrayscaleSchema } from './random-grayscale.ts';
import { randomResizedCrop, randomResizedCropSchema } from './random-resized-crop.ts';
import { randomRotation, randomRotationSchema } from './random-rotation.ts';
import { verticalFlip, verticalFlipSchema } from './vertical-flip.ts';

/** Every augmentation of single pictures. */
export const AUGMENTATIONS = [
  randomResizedCrop,
  padRandomCrop,
  horizontalFlip,
  verticalFlip,
  randomAffine,
  randomRotation,
  colorJitter,
  randomGrayscale,
  randomAutocontrast,
  gaussianBlur,
  randomErasing,
] as const;

const sampleSchema = z.discriminatedUnion('name', [
  randomResizedCropSchema,
  padRandomCropSchema,
  horizontalFlipSchema,
  verticalFlipSchema,
  randomAffineSchema,
  randomRotationSchema,
  colorJitterSchema,
  randomGrayscaleSchema,
  randomAutocontrastSchema,
  gaussianBlurSchema,
  randomErasingSchema,
]);

/** An augmentation of pictures or batches as JSON; defaults are filled in by parsing. */
export const augmentationSchema = z.discriminatedUnion('name', [sampleSchema, mixupSchema, cutmixSchema]);

/** An augmentation of single pictures with all its parameters. */
export type SampleSpec = z.output<typeof sampleSchema>;

/** An augmentation with all its parameters. */
export type AugmentationSpec = SampleSpec | BatchMixSpec;

/** What the random choices for one picture are keyed by. */
export interface DrawKey {
  readonly seed: number;
  readonly epoch: number;
  /** The sample's own number: never its place in a batch or the worker it went to. */
  readonly key: number;
}

/** What an augmentation drew for one picture: plain JSON without anything random left in it. */
export interface AppliedDraw {
  readonly name: string;
  readonly draw: unknown;
}

/** An augmented picture and what was drawn for it, in the order of the augmentations. */
export interface Augmented {
  readonly pixels: Pixels;
  readonly draws: readonly AppliedDraw[];
}

/**
 * Applies augmentations in their order. Each draws from a stream of its own, keyed by (seed, epoch, key, place
 * in the list), so that one more augmentation leaves the others' draws as they were.
 */
export function augment(pixels: Pixels, specs: readonly SampleSpec[], key: DrawKey): Augmented {
  const draws: AppliedDraw[] = [];
  const augmented = specs.reduce((image, spec, place) => {
    const random = new CounterRandom('augmentation', key.seed, key.epoch, key.key, place);
    const augmentation = findAugmentation(spec);
    const draw = augmentation.sample(spec, random, image);
    draws.push({ name: spec.name, draw });
    return augmentation.apply(image, draw);
  }, pixels);
  return { pixels: augmented, draws };
}

/** The augmentation that a spec names. */
export function findAugmentation(spec: SampleSpec): Augmentation<string, SampleSpec, unknown> {
  const found = AUGMENTATIONS.find(({ name }) => name === spec.name);
  // Each spec is handed to the augmentation of its own name, which the union of their types cannot express.
  return found as unknown as Augmentation<string, SampleSpec, unknown>;
}

/** The augmentations of batches in a list. */
export function batchSpecs(specs: readonly AugmentationSpec[]): BatchMixSpec[] {
  return specs.filter(isBatchSpec);
}

/** The augmentations of single pictures in a list. */
export function sampleSpecs(specs: readonly AugmentationSpec[]): SampleSpec[] {
  return specs.filter((spec): spec is SampleSpec => !isBatchSpec(spec));
}

function isBatchSpec(spec: AugmentationSpec): spec is BatchMixSpec {
  return spec.name === 'mixup' || spec.name === 'cutmix';
}
