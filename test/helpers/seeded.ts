/**
 * Weights, pixels and labels from a counter hash, bit for bit the same as `test/reference/seeded.py`.
 *
 * Only integer arithmetic modulo 2^32, and float64 products rounded once to float32, so neither side depends on
 * a library's random numbers. Golden files need to store results only, never inputs.
 */
import { elementCount, float32, type FloatTensor } from '../../src-main/onnx/tensor.ts';

/** The 32-bit FNV-1a hash of the text's UTF-8 bytes. */
export function fnv1a(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

/** MurmurHash3's 32-bit finaliser. */
function mix(value: number): number {
  let x = value ^ (value >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** `count` uint32 values of the stream called `name`. */
export function hashes(name: string, count: number): Uint32Array {
  const key = fnv1a(name);
  const values = new Uint32Array(count);
  // A loop, since the largest networks take tens of millions.
  for (let index = 0; index < count; index++) values[index] = mix(mix((index + 0x9e3779b9) | 0) ^ key);
  return values;
}

/** `count` float32 values in [-1, 1), multiples of 2^-23. */
export function uniform(name: string, count: number): Float32Array {
  const values = new Float32Array(count);
  hashes(name, count).forEach((hash, index) => (values[index] = (hash >>> 8) / 2 ** 23 - 1));
  return values;
}

/**
 * A parameter or buffer of a network, by torchvision's naming. Weights of rank 2 and more are uniform with
 * variance 2 / fan_in (Kaiming); of rank 1 they belong to a norm. The last norm or scale of a residual block starts small:
 * with 1 there, two ways of summing one convolution drift apart by 10 % within twenty steps, with 0.25 by less
 * than 0.1 %.
 */
export function seededParameter(name: string, dims: readonly number[]): FloatTensor {
  const u = uniform(name, elementCount(dims));
  if (name.endsWith('running_var'))
    return float32(
      dims,
      u.map((value) => 1 + 0.5 * Math.abs(value)),
    );
  const [offset, scale] = offsetAndScale(name, dims);
  return float32(
    dims,
    u.map((value) => offset + scale * value),
  );
}

function offsetAndScale(name: string, dims: readonly number[]): [offset: number, scale: number] {
  if (name.endsWith('running_mean') || name.endsWith('bias')) return [0, 0.1];
  if (/(bn2\.weight|\.bn3\.weight|layer_scale)$/.test(name)) return [0.25, 0.025];
  if (dims.length === 1) return [1, 0.1];
  return [0, Math.sqrt(6 / elementCount(dims.slice(1)))];
}

/** {@link seededParameter} for every parameter and buffer of a network. */
export function seededParameters(
  parameters: readonly { readonly name: string; readonly dims: readonly number[] }[],
): Map<string, FloatTensor> {
  return new Map(parameters.map(({ name, dims }) => [name, seededParameter(name, dims)]));
}

/** `count` class indices. */
export function seededLabels(name: string, count: number, classes: number): Int32Array {
  return Int32Array.from(hashes(`${name}.labels`, count), (hash) => hash % classes);
}

/**
 * Pixels uint8 [N, size, size, 3]: the mean of a pattern of 8×8-pixel cells that belongs to the class, and noise.
 * The pattern makes the classes learnable, so that a loss moves within a few steps.
 */
export function seededImages(name: string, labels: ArrayLike<number>, size: number): Uint8Array {
  const cells = Math.ceil(size / 8);
  const noise = hashes(`${name}.noise`, labels.length * size * size * 3);
  const images = new Uint8Array(noise.length);
  let at = 0;
  for (const label of Array.from(labels)) {
    const pattern = hashes(`class.${label}`, cells * cells * 3);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const cell = ((y >> 3) * cells + (x >> 3)) * 3;
        for (let channel = 0; channel < 3; channel++, at++) {
          images[at] = ((pattern[cell + channel]! >>> 24) + (noise[at]! >>> 24)) >> 1;
        }
      }
    }
  }
  return images;
}
