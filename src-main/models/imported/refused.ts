/** Files that are no classifier the lab can train. */
import { LabError } from '../../../src-shared/errors.ts';

/** @throws LabError `MODEL_FILE`; who reads the file puts its name before the reason */
export function refused(reason: string, hint?: string): never {
  throw new LabError('MODEL_FILE', reason, hint === undefined ? {} : { hint });
}
