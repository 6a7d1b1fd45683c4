/**
 * The one way from a file to the pixels a network sees: previews, training, evaluation, dropped images and the
 * exported model's parity check all call {@link renderSample}.
 */
import { z } from 'zod';
import { LabError } from '../../src-shared/errors.ts';
import {
  type Augmented,
  type AugmentationSpec,
  type DrawKey,
  augment,
  augmentationSchema,
  sampleSpecs,
} from './augmentations/index.ts';
import { type AugmentationPreset, augmentationPreset } from './augmentations/presets.ts';
import { type DecodeOptions, type Pixels, decodeImage } from './image.ts';
import type { Interpolation } from './resample.ts';
import { type TransformSpec, applyTransforms, transformSchema } from './transforms/index.ts';

/** A pipeline as JSON: it is stored and hashed with every run. */
export const pipelineSchema = z.strictObject({
  /** Side of the square that comes out, in pixels. */
  imageSize: z.int().min(1).max(4096),
  /** Applied to every split. */
  transforms: z.array(transformSchema),
  /** Applied to training pictures only: first those of single pictures, last those of whole batches. */
  augmentations: z.array(augmentationSchema),
});

/** Transforms and augmentations that end at `imageSize` × `imageSize`. */
export type PixelPipeline = z.output<typeof pipelineSchema>;

/** How the picture is brought to a square: the middle of it, or the whole of it stretched. */
export type ResizeMode = 'crop' | 'stretch';

/** Options of {@link createPipeline}. */
export interface PipelineOptions {
  readonly imageSize: number;
  readonly resize?: ResizeMode;
  readonly interpolation?: Interpolation;
  /** A preset, whose crops resample with `interpolation`, or a list of one's own. */
  readonly augment?: AugmentationPreset | readonly AugmentationSpec[];
}

/** The usual evaluation resizes the short side to this share of the size before the centre crop. */
const RESIZE_MARGIN = 1.15;

/** The pipeline of the usual settings: short side to 1.15 × the size and the centre of that, or stretched. */
export function createPipeline(options: PipelineOptions): PixelPipeline {
  const { imageSize, resize = 'crop', interpolation = 'bilinear' } = options;
  const transforms: TransformSpec[] =
    resize === 'crop'
      ? [
          { name: 'resize', size: Math.round(RESIZE_MARGIN * imageSize), interpolation },
          { name: 'center-crop', size: imageSize },
        ]
      : [{ name: 'exact-resize', width: imageSize, height: imageSize, interpolation }];
  const { augment: given = 'none' } = options;
  const augmentations =
    typeof given === 'string'
      ? augmentationPreset(given, imageSize).map((spec) =>
          spec.name === 'random-resized-crop' ? { ...spec, interpolation } : spec,
        )
      : given;
  return pipelineSchema.parse({ imageSize, transforms, augmentations });
}

/** Whether a picture is rendered for evaluation, or augmented with draws of its own key. */
export type RenderMode = { readonly augment: false } | ({ readonly augment: true } & DrawKey);

/**
 * A picture as the network sees it, `imageSize` square.
 *
 * @throws LabError as {@link decodeImage} does, and `INVALID_ARGUMENT` when the pipeline ends at another size.
 */
export async function renderSample(
  source: Uint8Array | string,
  pipeline: PixelPipeline,
  mode: RenderMode,
  options: DecodeOptions = {},
): Promise<Pixels> {
  return renderPixels(await decodeImage(source, options), pipeline, mode);
}

/** {@link renderSample} of a decoded picture. */
export function renderPixels(pixels: Pixels, pipeline: PixelPipeline, mode: RenderMode): Pixels {
  return renderDrawn(pixels, pipeline, mode).pixels;
}

/** {@link renderPixels}, and what was drawn. */
export function renderDrawn(pixels: Pixels, pipeline: PixelPipeline, mode: RenderMode): Augmented {
  const prepared = preparePixels(pixels, pipeline, mode.augment);
  const { pixels: rendered, draws } = mode.augment
    ? augment(prepared, sampleSpecs(pipeline.augmentations), mode)
    : { pixels: prepared, draws: [] };
  return { pixels: requireSize(rendered, pipeline), draws };
}

/**
 * The part of the rendering that holds nothing random, and so can be kept from epoch to epoch. A picture that has
 * the final size already is not transformed.
 */
export function preparePixels(pixels: Pixels, pipeline: PixelPipeline, augmented: boolean): Pixels {
  const { imageSize, transforms } = pipeline;
  if (augmented && augmentsDecoded(pipeline)) return pixels;
  if (pixels.width === imageSize && pixels.height === imageSize) return pixels;
  return applyTransforms(pixels, transforms);
}

/** Whether augmentations work on pictures as they were decoded, as random resized crops do, or transformed. */
export function augmentsDecoded({ augmentations }: PixelPipeline): boolean {
  return augmentations.some(({ name }) => name === 'random-resized-crop');
}

function requireSize(pixels: Pixels, { imageSize }: PixelPipeline): Pixels {
  if (pixels.width === imageSize && pixels.height === imageSize) return pixels;
  throw new LabError(
    'INVALID_ARGUMENT',
    `The pixel pipeline ends at ${pixels.width} × ${pixels.height}, but the image size is ` +
      `${imageSize} × ${imageSize}.`,
    { hint: 'End the transforms with a center-crop or exact-resize to the image size.' },
  );
}
