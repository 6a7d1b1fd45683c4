/** What an exported `.onnx` says about itself, as texts in its `metadata_props`. */
import { z } from 'zod';
import { LabError } from '../../src-shared/errors.ts';
import { pipelineSchema } from '../data/pipeline.ts';

const channels = z.tuple([z.number(), z.number(), z.number()]);

/** See {@link Parity}. */
export const paritySchema = z.strictObject({
  /** How many pictures were compared. */
  images: z.int(),
  maxAbsLogitDifference: z.number(),
  /** The share of pictures whose most probable class agreed. */
  argmaxAgreement: z.number(),
});

/** How far an exported file is from the run's own evaluation. */
export type Parity = z.output<typeof paritySchema>;

const schema = z.strictObject({
  /** The names of the logits, in their order. */
  classes: z.array(z.string()),
  /** uint8 `[N, S, S, 3]` pixels as they are, or float32 `[N, 3, S, S]` normalised. */
  input: z.enum(['image', 'tensor']),
  /** From a decoded picture to the pixels; training's augmentations are left out. */
  pipeline: pipelineSchema,
  /** Of pixels in 0–1: (x − mean) / std. `image` does it inside, `tensor` expects it done. */
  normalization: z.strictObject({ mean: channels, std: channels }),
  dataset: z.strictObject({ name: z.string(), sha256: z.string() }),
  run: z.string(),
  epoch: z.int(),
  parity: paritySchema.nullable(),
});

/** See {@link encodeMetadata}. */
export type ExportMetadata = z.output<typeof schema>;

const PREFIX = 'vitrine.';

/** Every entry as JSON under `vitrine.<name>`. */
export function encodeMetadata(metadata: ExportMetadata): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [PREFIX + name, JSON.stringify(value)]),
  );
}

/** Whether the lab wrote a file with these entries. */
export function isOwnExport(props: Readonly<Record<string, string>>): boolean {
  return Object.keys(props).some((name) => name.startsWith(PREFIX));
}

/**
 * Reads the entries of a file that the lab exported.
 *
 * @throws LabError `ONNX_UNSUPPORTED` for any other file
 */
export function decodeMetadata(props: Readonly<Record<string, string>>, file: string): ExportMetadata {
  try {
    const entries = Object.entries(props)
      .filter(([name]) => name.startsWith(PREFIX))
      .map(([name, value]): [string, unknown] => [name.slice(PREFIX.length), JSON.parse(value)]);
    return schema.parse(Object.fromEntries(entries));
  } catch (cause) {
    throw new LabError(
      'ONNX_UNSUPPORTED',
      `Reading the model ${file}: it does not say which classes and preprocessing it has.`,
      { hint: 'Use a file written by: vitrine export RUN --out FILE', cause },
    );
  }
}
