/** Networks written as a sequence of layers in JSON. */
import { LabError } from '../../../src-shared/errors.ts';
import type { Architecture } from '../architecture.ts';

/** @throws LabError `MODEL_FILE` */
export function readSequence(_bytes: Uint8Array, name: string): Architecture {
  throw new LabError('MODEL_FILE', `Reading the network ${name}: sequences cannot be read yet.`);
}
