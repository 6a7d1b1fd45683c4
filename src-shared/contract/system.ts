/** What this installation and this machine offer. */
import { z } from 'zod';
import { list } from './fields.ts';
import { procedure } from './base.ts';

const modelsSchema = z.object({
  architectures: list(z.object({ name: z.string(), imageSize: z.number() })),
  weights: list(
    z.object({
      name: z.string(),
      model: z.string(),
      description: z.string(),
      licence: z.string(),
      imageSize: z.number(),
      /** Where it comes from; null for what is shipped. */
      url: z.string().nullable(),
      /** Whether it lies on this machine already. */
      available: z.boolean(),
    }),
  ),
});

const augmentationSchema = z.object({
  name: z.string(),
  parameters: list(
    z.object({
      name: z.string(),
      /** The values it accepts, in words. */
      expected: z.string(),
      /** Absent where a value must be given. */
      default: z.unknown().optional(),
    }),
  ),
});

const deviceSchema = z.object({
  name: z.string(),
  title: z.string(),
  available: z.boolean(),
  /** What was found, or what is missing. */
  detail: z.string(),
  /** What brings a missing device. */
  remedy: z.string().nullable(),
});

/** Procedures on the installation. */
export const system = {
  models: procedure.output(modelsSchema),
  /** What the list of a training's augmentations can hold; those of batches last. */
  augmentations: procedure.output(list(augmentationSchema)),
  /** Every kind of device, each tried. */
  devices: procedure.output(list(deviceSchema)),
};
