/** Taking a run's network away. */
import { z } from 'zod';
import { procedure } from './base.ts';
import { oneOf, text } from './fields.ts';
import { epochChoice } from './evaluation.ts';
import { startedJob } from './job.ts';
import { runName } from './training.ts';

/** Fields of an export. */
export const exportSchema = z.strictObject({
  run: runName,
  /** Where the model goes. */
  out: text('the path of the file to write'),
  /** What the model takes: uint8 NHWC images, or normalised float32 NCHW tensors. */
  input: oneOf(['image', 'tensor']).default('image'),
  /** Where the weights go as safetensors; null for nowhere. */
  weightsOut: text('the path of the file to write').nullable().default(null),
  epoch: epochChoice,
});

/** Fields of the export of a run's log. */
export const exportLogSchema = z.strictObject({
  run: runName,
  /** The folder of the event file. */
  tensorboard: text('the path of a folder'),
});

/** Procedures on export. */
export const exporting = {
  /** A job whose result is an export's report; it fails rather than write a file that disagrees with the lab. */
  onnx: procedure.input(exportSchema).output(startedJob),
  /** A job whose result tells what was written for TensorBoard. */
  log: procedure.input(exportLogSchema).output(startedJob),
};
