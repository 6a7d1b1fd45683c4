/** Which epoch is the best, and when a phase has stopped getting better. */
import { UNSEEN } from '../training/schedulers/index.ts';
import type { Position } from './checkpoint.ts';
import type { EpochRecord } from './metrics-log.ts';

/**
 * The position after a finished epoch. The best epoch is the one of the lowest validation loss, without
 * validation data the last.
 *
 * @param patience epochs without a lower validation loss after which the phase ends; null for never
 */
export function advance(
  position: Position,
  { epoch, validation }: EpochRecord,
  patience: number | null,
): Position {
  const finished: Position = {
    ...position,
    epoch,
    phaseEpoch: position.phaseEpoch + 1,
    step: 0,
    running: { loss: 0, correct: 0, count: 0 },
  };
  if (validation === null) return { ...finished, best: { epoch, loss: null, accuracy: null } };
  const { loss, accuracy } = validation;
  const { best, phaseBestLoss } = position;
  const better = phaseBestLoss === null || loss < phaseBestLoss;
  const staleEpochs = better ? 0 : position.staleEpochs + 1;
  return {
    ...finished,
    best: best === null || best.loss === null || loss < best.loss ? { epoch, loss, accuracy } : best,
    phaseBestLoss: better ? loss : phaseBestLoss,
    staleEpochs,
    phaseEnded: patience !== null && staleEpochs >= patience,
  };
}

/** The position at the beginning of the next phase. */
export function nextPhase(position: Position): Position {
  return {
    ...position,
    phase: position.phase + 1,
    phaseEpoch: 0,
    phaseStep: 0,
    phaseBestLoss: null,
    staleEpochs: 0,
    phaseEnded: false,
    schedule: UNSEEN,
  };
}
