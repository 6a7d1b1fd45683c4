/** The one file a run goes on from: weights, optimizer state, and where in which epoch they stand. */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { LabError } from '../../src-shared/errors.ts';
import { readSafetensors, writeSafetensors } from '../models/weights/safetensors.ts';
import type { Tensor } from '../onnx/tensor.ts';
import { UNSEEN } from '../training/schedulers/index.ts';

const positionSchema = z.strictObject({
  /** Index of the phase under way. */
  phase: z.int(),
  /** Epochs finished in the run. */
  epoch: z.int(),
  /** Epochs finished in the phase. */
  phaseEpoch: z.int(),
  /** Steps finished in the epoch under way. */
  step: z.int(),
  /** Steps finished in the phase: the optimizer's count. */
  phaseStep: z.int(),
  /** Steps finished in the run: what keys dropout. */
  globalStep: z.int(),
  /** Sums over the steps of the epoch under way. */
  running: z.strictObject({ loss: z.number(), correct: z.int(), count: z.int() }),
  best: z
    .strictObject({ epoch: z.int(), loss: z.number().nullable(), accuracy: z.number().nullable() })
    .nullable(),
  /** The phase's lowest validation loss, and the epochs since. */
  phaseBestLoss: z.number().nullable(),
  staleEpochs: z.int(),
  /** Whether early stopping has ended the phase. */
  phaseEnded: z.boolean(),
  /** What the phase's schedule has seen. */
  schedule: z.strictObject({
    reductions: z.int(),
    reference: z.number().nullable(),
    badEpochs: z.int(),
    cooldown: z.int(),
  }),
});

/** Where a training stands; together with the tensors all that the next step depends on. */
export type Position = z.output<typeof positionSchema>;

/** A training's state. */
export interface Checkpoint {
  readonly position: Position;
  /** What the phase moves: parameters, BatchNorm's statistics and the optimizer's tensors, by name. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** Where a training begins. */
export const START: Position = {
  phase: 0,
  epoch: 0,
  phaseEpoch: 0,
  step: 0,
  phaseStep: 0,
  globalStep: 0,
  running: { loss: 0, correct: 0, count: 0 },
  best: null,
  phaseBestLoss: null,
  staleEpochs: 0,
  phaseEnded: false,
  schedule: UNSEEN,
};

/** Writes a checkpoint atomically: whatever happens meanwhile, the old or the new one is there. */
export async function writeCheckpoint(file: string, { position, tensors }: Checkpoint): Promise<void> {
  await writeSafetensors(file, tensors, { format: '1', position: JSON.stringify(position) });
}

/**
 * Reads a checkpoint, if one has been written.
 *
 * @throws LabError `CHECKPOINT_CORRUPT`
 */
export async function readCheckpoint(file: string): Promise<Checkpoint | undefined> {
  if (!existsSync(file)) return undefined;
  try {
    const { tensors, metadata } = await readSafetensors(file);
    return { position: positionSchema.parse(JSON.parse(metadata['position'] ?? 'null')), tensors };
  } catch (cause) {
    const reason =
      cause instanceof LabError
        ? cause.message.replace(`Reading weights from ${file} failed: `, '')
        : 'it does not say where the training stood.';
    throw new LabError('CHECKPOINT_CORRUPT', `Reading the checkpoint ${file}: ${reason}`, {
      hint: 'Start a new run; finished epochs of this one can still be evaluated and exported.',
      cause,
    });
  }
}
