/** Taking a run's network away, and what belongs to it. */
import { z } from 'zod';
import { procedure } from './base.ts';
import { list, oneOf, text } from './fields.ts';
import { epochChoice } from './evaluation.ts';
import { startedJob } from './job.ts';
import { savedFile } from './saved-file.ts';
import { runName } from './training.ts';

/** Where a file goes; null for the lab's exports, from where a page can fetch it. */
const out = text('the path of the file to write').nullable().default(null);

/** What an exported model takes: uint8 NHWC images, or normalised float32 NCHW tensors. */
export const MODEL_INPUTS = ['image', 'tensor'] as const;

const modelInput = oneOf(MODEL_INPUTS).default('image');

/** Fields of an export. */
export const exportSchema = z.strictObject({
  run: runName,
  out,
  input: modelInput,
  /** Where the weights go as safetensors; null for nowhere. */
  weightsOut: text('the path of the file to write').nullable().default(null),
  epoch: epochChoice,
});

/** Fields of the export of weights alone. */
export const exportWeightsSchema = z.strictObject({ run: runName, out, epoch: epochChoice });

/** Fields of the export of a run's log. */
export const exportLogSchema = z.strictObject({
  run: runName,
  /** The folder of the event file. */
  tensorboard: text('the path of a folder'),
});

/** Fields of a model card. */
export const cardSchema = z.strictObject({ run: runName, epoch: epochChoice });

/** Languages of programs that use an exported model. */
export const SNIPPET_LANGUAGES = ['python', 'javascript'] as const;

/** Fields of a program that uses an exported model. */
export const snippetSchema = z.strictObject({
  run: runName,
  language: oneOf(SNIPPET_LANGUAGES),
  /** As the model was exported. */
  input: modelInput,
  /** The model's file, as the program is to call it. */
  model: text('the name of a file').default('model.onnx'),
});

const snippet = z.object({
  /** A file name for it. */
  name: z.string(),
  text: z.string(),
  /** The command that installs what it needs. */
  install: z.string(),
});

/** Kinds of finished exports. */
export const EXPORT_KINDS = ['model', 'weights', 'dataset', 'card', 'table', 'other'] as const;

const finishedExport = z.object({
  name: z.string(),
  /** Absolute. */
  path: z.string(),
  kind: z.enum(EXPORT_KINDS),
  bytes: z.number(),
  /** When it was written. */
  at: z.string(),
});

/** A file among the lab's exports. */
export type FinishedExport = z.output<typeof finishedExport>;

/** Procedures on export. */
export const exporting = {
  /** A job whose result is an export's report; it fails rather than write a file that disagrees with the lab. */
  onnx: procedure.input(exportSchema).output(startedJob),
  /** A job that writes an epoch's weights as safetensors. */
  weights: procedure.input(exportWeightsSchema).output(startedJob),
  /** A job whose result tells what was written for TensorBoard. */
  log: procedure.input(exportLogSchema).output(startedJob),
  /** What is recorded of a run, as Markdown. */
  card: procedure
    .input(cardSchema)
    .output(z.object({ run: z.string(), epoch: z.number(), markdown: z.string() })),
  saveCard: procedure.input(cardSchema.extend({ out })).output(savedFile),
  /** A program that asks the exported model about a picture. */
  snippet: procedure.input(snippetSchema).output(snippet),
  /** Finished files in the lab's exports, the newest first. */
  list: procedure.output(list(finishedExport)),
  remove: procedure.input(z.strictObject({ name: text('the name of an export') })).output(z.object({})),
};
