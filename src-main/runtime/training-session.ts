/** Sessions of graphs whose weights change from run to run. */
import type { Model } from '../onnx/types.ts';
import { blockSize } from './block-size.ts';
import { withBlockedConvolutions } from './blocked-layout.ts';
import { createSession, type Session, type SessionOptions } from './session.ts';

/**
 * Loads a training step, its convolutions in the CPU's blocked layout where it has one.
 *
 * @throws LabError as `createSession`
 */
export async function createTrainingSession(model: Model, options: SessionOptions): Promise<Session> {
  const block = (options.device ?? 'cpu') === 'cpu' ? await blockSize() : undefined;
  return createSession(block === undefined ? model : withBlockedConvolutions(model, block), options);
}
