/** What a window that moves over images leaves of them. */
import { LabError } from '../../../src-shared/errors.ts';
import type { Value } from '../../onnx/graph-builder.ts';
import type { Window } from '../../onnx/ops/window.ts';

/**
 * Checks that a window fits at least once into the images that a layer gets.
 *
 * @param x `[N, C, H, W]`
 * @throws LabError `MODEL_INPUT_SIZE` that names the layer, the size it got and the size it wants
 */
export function checkWindow(name: string, x: Value, { kernel, dilations, pads }: Window): void {
  const [height, width] = x.shape.slice(2) as [number, number];
  const least = [0, 1].map(
    (i) => (dilations[i] ?? 1) * ((kernel[i] ?? 1) - 1) + 1 - (pads[i] ?? 0) - (pads[i + 2] ?? 0),
  );
  if (height >= Math.max(1, least[0]!) && width >= Math.max(1, least[1]!)) return;
  throw new LabError(
    'MODEL_INPUT_SIZE',
    `layer ${name} gets ${height} × ${width}; its window of ${kernel.join(' × ')} wants at least ${least.join(' × ')}`,
  );
}
