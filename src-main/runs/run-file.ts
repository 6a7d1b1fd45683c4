/** `run.json`: what a run is, how far it came, and the hashes of its files. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ERROR_CODES, LabError } from '../../src-shared/errors.ts';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { trainSettingsSchema } from './settings.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What a run stands at. A `running` one whose process is gone was interrupted. */
export const RUN_STATUSES = ['created', 'running', 'stopped', 'finished', 'failed'] as const;

const bestSchema = z.strictObject({
  epoch: z.int(),
  /** Validation loss; null without validation data, where the last epoch counts as the best. */
  loss: z.number().nullable(),
  accuracy: z.number().nullable(),
});

/** The epoch that evaluation, prediction and export use. */
export type BestEpoch = z.output<typeof bestSchema>;

const runSchema = z.strictObject({
  format: z.literal(1),
  id: z.string(),
  createdAt: z.string(),
  status: z.enum(RUN_STATUSES),
  error: z
    .strictObject({ code: z.enum(ERROR_CODES), message: z.string(), hint: z.string().exactOptional() })
    .nullable(),
  dataset: z.strictObject({
    name: z.string(),
    /** See `datasetHash`. */
    sha256,
    /** In the order of the logits. */
    classes: z.array(z.string()).min(2),
    train: z.int(),
    validation: z.int(),
    test: z.int(),
  }),
  /** Where the first weights came from; null for a fresh initialisation. */
  weights: z
    .strictObject({
      name: z.string(),
      file: z.string(),
      sha256,
      /** Whether the file's head fitted; else a new one was initialised. Null until the run has started. */
      headLoaded: z.boolean().nullable(),
    })
    .nullable(),
  /** The file of this run that describes its network; null for one of the lab's. */
  network: z
    .strictObject({
      file: z.enum(['network.json', 'network.onnx']),
      /** The value that holds the logits, where the user named it. */
      logits: z.string().nullable(),
      /** Whether the run begins with the weights in the file. */
      ownWeights: z.boolean(),
      /** Whether batch normalisation is put back behind convolutions of the file. */
      restoreBatchNorm: z.boolean().default(false),
    })
    .nullable()
    .default(null),
  settings: trainSettingsSchema,
  /** Resolved when the run first starts, and kept: the weights' last bits depend on them. */
  machine: z
    .strictObject({
      device: z.enum(['cpu', 'cuda', 'webgpu', 'dml', 'coreml']),
      deviceReason: z.string(),
      threads: z.int(),
      onnxruntime: z.string(),
      node: z.string(),
      /** The processor's name; empty in runs that did not note it yet. */
      processor: z.string().default(''),
    })
    .nullable(),
  /** SHA-256 by path below the run's folder: the artifacts and the initial weights. */
  files: z.record(z.string(), sha256),
  /** Epochs finished. */
  epoch: z.int(),
  best: bestSchema.nullable(),
});

/** See {@link runSchema}. */
export type RunFile = z.output<typeof runSchema>;

/**
 * Reads and checks `run.json`.
 *
 * @throws LabError `RUN_STATE` when it is no description of a run
 */
export async function readRunFile(file: string): Promise<RunFile> {
  const text = await readFile(file, 'utf8');
  try {
    return runSchema.parse(JSON.parse(text));
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
    const what = issue === undefined ? 'it is no JSON' : `${issue.path.join('.')}: ${issue.message}`;
    throw new LabError('RUN_STATE', `Reading the description of a run, ${file}: ${what}.`, {
      hint: 'The file was changed or written by another version; start a new run.',
      cause,
    });
  }
}

/** Writes `run.json` atomically. */
export async function writeRunFile(file: string, run: RunFile): Promise<void> {
  await writeFileAtomic(file, `${JSON.stringify(run, null, 2)}\n`);
}
