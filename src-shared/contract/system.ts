/** What this installation and this machine offer. */
import { z } from 'zod';
import { list, text, wholeNumber } from './fields.ts';
import { procedure } from './base.ts';
import { machineSchema } from './machine.ts';

const networkSchema = z.object({
  name: z.string(),
  /** Where it was published. */
  paper: z.string(),
  imageSize: z.number(),
  classes: z.number(),
  parameters: z.number(),
  /** Products that one image takes in convolutions and matrices. */
  multiplyAdds: z.number(),
});

const modelsSchema = z.object({
  /** Each at the image size and the number of classes it was published with. */
  architectures: list(networkSchema),
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

/** Which network to describe. */
export const describeSchema = z.strictObject({
  model: text('the name of a network, or a file'),
  /** The value that holds the logits of an `.onnx` file; null to find it. */
  logits: text('the name of a value').nullable().default(null),
  /** null: the number it was published with. */
  classes: wholeNumber({ min: 2, max: 65_536 }).nullable().default(null),
  /** Side of the images; null: the one it was made for. */
  imageSize: wholeNumber({ min: 1, max: 4096 }).nullable().default(null),
});

const descriptionSchema = z.object({
  ...networkSchema.shape,
  /** How a file was understood, in sentences. */
  notes: list(z.string()),
  layers: list(
    z.object({
      /** As its parameters begin; empty for what lies between layers. */
      name: z.string(),
      /** The ONNX ops it consists of. */
      ops: list(z.string()),
      /** Shape of its result; `N` is the batch size. */
      output: list(z.union([z.string(), z.number()])),
      parameters: z.number(),
      multiplyAdds: z.number(),
    }),
  ),
});

/** A network, layer by layer. */
export type Description = z.output<typeof descriptionSchema>;

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
  /** How busy the machine is. */
  machine: procedure.output(machineSchema),
  models: procedure.output(modelsSchema),
  /** A network, layer by layer. */
  describe: procedure.input(describeSchema).output(descriptionSchema),
  /** Every kind of device, each tried. */
  devices: procedure.output(list(deviceSchema)),
  /** What the list of a training's augmentations can hold; those of batches last. */
  augmentations: procedure.output(list(augmentationSchema)),
};
