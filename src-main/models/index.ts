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

/** Checks the image size a network is asked to take. @throws LabError `MODEL_INPUT_SIZE` */
export function checkImageSize(architecture: Architecture, imageSize: number): void {
  if (Number.isInteger(imageSize) && imageSize >= architecture.minImageSize) return;
  throw new LabError(
    'MODEL_INPUT_SIZE',
    `The network ${architecture.name} with images of ${imageSize} pixels: expected a whole number of at least ${architecture.minImageSize}.`,
    { hint: `It was made for ${architecture.imageSize}; smaller images train faster.` },
  );
}
