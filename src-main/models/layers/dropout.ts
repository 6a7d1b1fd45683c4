/**
 * Dropout whose mask is a function of (seed, step, layer, element): a step can be repeated and resumed exactly.
 *
 * ONNX's random ops keep a state that a new session restarts, so the mask is a hash built of integer ops. The
 * mixing constants are those of `lowbias32` by C. Wellons (Prospecting for Hash Functions, 2018).
 */
import type { GraphBuilder, Value } from '../../onnx/graph-builder.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import type { Shape } from '../../onnx/types.ts';
import type { Network } from './network.ts';

/** The inputs that key a mask. */
export interface DropoutKey {
  /** uint32 `[1]` */
  readonly seed: Value;
  /** uint32 `[1]` */
  readonly step: Value;
  /** Tells the dropout layers of a network apart. */
  readonly layer: number;
}

/** `torch.nn.Dropout`: nothing in evaluation. */
export function dropoutLayer(net: Network, x: Value, p: number): Value {
  return net.options.training && p > 0 ? dropout(net.g, x, p, net.randomKey()) : x;
}

/** `torch.nn.Dropout2d`: whole channels of x `[N, C, H, W]`; nothing in evaluation. */
export function dropout2dLayer(net: Network, x: Value, p: number): Value {
  return net.options.training && p > 0 ? dropoutOfParts(net.g, x, p, net.randomKey(), 2) : x;
}

/**
 * Zeroes each element with probability `p` and divides the rest by 1 − p, as `torch.nn.Dropout` does in training.
 *
 * @param x float32 of any shape
 * @throws RangeError when `p` is not in [0, 1)
 */
export function dropout(g: GraphBuilder, x: Value, p: number, key: DropoutKey): Value {
  return p === 0 ? x : masked(g, x, p, keepMask(g, { sizes: g.shape(x), shape: x.shape }, p, key));
}

/**
 * Zeroes each part of x with probability `p` and divides the rest by 1 − p. A part has its own place on the first
 * `axes` axes: 1 for whole samples, 2 for the channels of each.
 *
 * @param x float32 `[N, C, H, W]`
 * @throws RangeError when `p` is not in [0, 1)
 */
export function dropoutOfParts(g: GraphBuilder, x: Value, p: number, key: DropoutKey, axes: number): Value {
  if (p === 0) return x;
  const ones = x.shape.slice(axes).map(() => 1);
  const sizes = g.concat([g.shape(x, 0, axes), g.ints(ones)], 0);
  return masked(g, x, p, keepMask(g, { sizes, shape: [...x.shape.slice(0, axes), ...ones] }, p, key));
}

/** A shape, as the graph computes it and as far as it is known. */
interface MaskShape {
  readonly sizes: Value;
  readonly shape: Shape;
}

function masked(g: GraphBuilder, x: Value, p: number, keep: Value): Value {
  return g.mul(g.mul(x, keep), g.scalar(1 / (1 - p)));
}

/** 1 with probability 1 − p, else 0. */
function keepMask(g: GraphBuilder, shape: MaskShape, p: number, key: DropoutKey): Value {
  if (!(p > 0 && p < 1)) throw new RangeError(`Dropout with p = ${p}: expected 0 ≤ p < 1.`);
  const words = elementHashes(g, shape, key);
  // 24 bits compare exactly as int32, which every execution provider has kernels for.
  const places = g.cast(g.bitShift(words, word(g, 8), 'RIGHT'), 'int32');
  const threshold = g.constant({ dtype: 'int32', dims: [], data: Int32Array.of(Math.round(p * 2 ** 24)) });
  return g.cast(g.greaterOrEqual(places, threshold), 'float32');
}

/** One uint32 for each element of a shape. */
function elementHashes(
  g: GraphBuilder,
  { sizes, shape }: MaskShape,
  { seed, step, layer }: DropoutKey,
): Value {
  const stepKey = mix(g, g.bitwiseXor(seed, mix(g, g.bitwiseXor(step, mix(g, word(g, layer + 1))))));
  const count = g.reduceProd(sizes, undefined, false);
  const places = g.cast(g.range(g.ints(0), count, g.ints(1)), 'uint32');
  const hashes = mix(g, g.bitwiseXor(mix(g, places), stepKey));
  return g.reshapeTo(hashes, sizes, shape);
}

function mix(g: GraphBuilder, x: Value): Value {
  const first = g.mul(xorShift(g, x, 16), word(g, 0x7feb352d));
  const second = g.mul(xorShift(g, first, 15), word(g, 0x846ca68b));
  return xorShift(g, second, 16);
}

function xorShift(g: GraphBuilder, x: Value, bits: number): Value {
  return g.bitwiseXor(x, g.bitShift(x, word(g, bits), 'RIGHT'));
}

function word(g: GraphBuilder, value: number): Value {
  const tensor: Tensor = { dtype: 'uint32', dims: [1], data: Uint32Array.of(value) };
  return g.constant(tensor);
}
