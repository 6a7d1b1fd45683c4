/** Which image sizes a network can take. */
import { LabError } from '../../src-shared/errors.ts';
import type { Architecture } from './architecture.ts';
import { featureSize } from './state.ts';

/** Larger images are not looked for. */
const LARGEST = 4096;

/**
 * Checks that every layer of a network has room for its window.
 *
 * @param imageSize side of the square images
 * @throws LabError `MODEL_INPUT_SIZE` with the layer, what it got and the sizes that work
 */
export function checkImageSize(architecture: Architecture, imageSize: number): void {
  const failure = failureAt(architecture, imageSize);
  if (failure === undefined) return;
  throw new LabError(
    'MODEL_INPUT_SIZE',
    `The network ${architecture.name} with images of ${imageSize} pixels: ${failure}.`,
    { hint: sizesThatWork(architecture, imageSize) },
  );
}

function sizesThatWork(architecture: Architecture, tooSmall: number): string {
  const { imageSize } = architecture;
  // A file may hold tensors of the size of its images, which fit no other.
  if (failureAt(architecture, LARGEST) !== undefined) {
    return `It takes images of ${imageSize} pixels only (--image-size ${imageSize}).`;
  }
  const smallest = smallestSize(architecture, tooSmall);
  return `Sizes from ${smallest} up work (--image-size); it was made for ${imageSize}.`;
}

function failureAt(architecture: Architecture, imageSize: number): string | undefined {
  try {
    featureSize(architecture, imageSize);
    return undefined;
  } catch (error) {
    if (error instanceof LabError && error.code === 'MODEL_INPUT_SIZE') return error.message;
    throw error;
  }
}

/** By halving: where a layer has room, it has in larger images too. */
function smallestSize(architecture: Architecture, tooSmall: number): number {
  let [fails, works] = [tooSmall, LARGEST];
  while (works - fails > 1) {
    const middle = (fails + works) >> 1;
    if (failureAt(architecture, middle) === undefined) works = middle;
    else fails = middle;
  }
  return works;
}
