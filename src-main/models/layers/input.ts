/** What every network begins with: bytes become numbers. */
import { scaleShift } from '../../autograd/lowering/channels.ts';
import type { GraphBuilder, Value } from '../../onnx/graph-builder.ts';

/** Mean and deviation of the pixels in 0–1 that a network expects, by channel. */
export interface Normalization {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Pixels as they come, uint8 `[N, H, W, 3]`, → (x / 255 − mean) / std, float32 `[N, 3, H, W]`. */
export function normalizedImages(g: GraphBuilder, pixels: Value, { mean, std }: Normalization): Value {
  return g.scope('input', () => {
    const planes = g.cast(g.transpose(pixels, [0, 3, 1, 2]), 'float32');
    const scale = g.floats(std.map((deviation) => 1 / (255 * deviation)));
    const shift = g.floats(mean.map((value, i) => -value / (std[i] as number)));
    return scaleShift(g, planes, scale, shift);
  });
}
