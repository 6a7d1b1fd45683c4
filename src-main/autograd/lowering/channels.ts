/** Sums and affine maps by channel of images `[N, C, …]`. */
import type { GraphBuilder, Value } from '../../onnx/graph-builder.ts';
import { floatTensor } from '../rule.ts';

/** Σ over everything but the channels: `[N, C, …]` → `[C]`. */
export function channelSum(g: GraphBuilder, x: Value): Value {
  const spatial = x.shape.slice(2).map((_, i) => i + 2);
  // Two reductions run at twice the speed of one over the axes on both sides of the channels.
  const perSample = spatial.length === 0 ? x : g.reduceSum(x, spatial, false);
  return g.reduceSum(perSample, [0], false);
}

/** Σ a b over everything but the channels: `[N, C, …]` twice → `[C]`. */
export function channelDot(g: GraphBuilder, a: Value, b: Value): Value {
  return channelSum(g, g.mul(a, b));
}

/** `scale x + shift` by channel, vectors `[C]`, in one pass over memory. */
export function scaleShift(g: GraphBuilder, x: Value, scale: Value, shift: Value): Value {
  const channels = x.shape[1];
  if (typeof channels !== 'number') throw new Error(`"${x.name}" has an unknown number of channels.`);
  const filled = (value: number): Value =>
    g.constant(floatTensor(x.dtype, [channels], new Array<number>(channels).fill(value)));
  // BatchNormalization with mean 0 and variance 1 is a fused multiply-add; ε must be positive, so it is 0's neighbour.
  return g.batchNormalization(x, scale, shift, filled(0), filled(1), 1e-30);
}

/**
 * Σ over the `size` (odd) channels around each one: `[N, C, …]` → the same shape.
 *
 * A 1×1 convolution with a band of ones takes half the time of adding shifted slices at 64 to 192 channels.
 */
export function channelWindowSum(g: GraphBuilder, x: Value, size: number): Value {
  const [, channels = 0] = x.shape as number[];
  const reach = (size - 1) / 2;
  const band = Array.from({ length: channels * channels }, (_, i) =>
    Math.abs(Math.floor(i / channels) - (i % channels)) <= reach ? 1 : 0,
  );
  const ones = x.shape.slice(2).map(() => 1);
  const kernel = g.constant(floatTensor(x.dtype, [channels, channels, ...ones], band));
  return g.conv(x, kernel);
}
