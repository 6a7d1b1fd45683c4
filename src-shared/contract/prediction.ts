/** Asking a network what is in pictures. */
import { z } from 'zod';
import { procedure } from './base.ts';
import { text, told, wholeNumber } from './fields.ts';
import { epochChoice } from './evaluation.ts';
import { startedJob } from './job.ts';

/** Fields of a prediction. */
export const predictSchema = z.strictObject({
  /** A run, or the path of an exported `.onnx` file. */
  model: text('a run or a .onnx file'),
  files: z.array(text('the path of an image')).min(1, told('at least one file')),
  /** How many classes to name for each file. */
  top: wholeNumber({ min: 1 }).default(5),
  epoch: epochChoice,
});

/** Procedures on prediction. */
export const prediction = {
  /** A job that reports a `prediction` for each file. */
  predict: procedure.input(predictSchema).output(startedJob),
};
