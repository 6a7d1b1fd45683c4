/** Every architecture. To add one: its file, and a line here. */
import { LabError } from '../../src-shared/errors.ts';
import type { Architecture } from './architecture.ts';
import { resnet18 } from './resnet.ts';

export const ARCHITECTURES: readonly Architecture[] = [resnet18];

/** An architecture by its name. @throws LabError `MODEL_UNKNOWN` */
export function architectureOf(name: string): Architecture {
  const found = ARCHITECTURES.find((architecture) => architecture.name === name);
  if (found) return found;
  const known = ARCHITECTURES.map((architecture) => architecture.name).join(', ');
  throw new LabError('MODEL_UNKNOWN', `There is no network "${name}"; the lab has: ${known}.`, {
    hint: 'Choose one with --model.',
  });
}
