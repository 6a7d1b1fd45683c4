/** 16-bit floating-point numbers as float32: every one of them is a float32 exactly. */

/**
 * IEEE 754 binary16 to float32: 1 sign bit, 5 bits of exponent (bias 15), 10 of fraction. Subnormal numbers,
 * infinities and NaN (its payload, too) are kept.
 *
 * @param bits raw float16 values.
 */
export function float16ToFloat32(bits: Uint16Array): Float32Array {
  const result = new Uint32Array(bits.length);
  for (let index = 0; index < bits.length; index++) result[index] = widen(bits[index]!);
  return new Float32Array(result.buffer);
}

/**
 * bfloat16 to float32: the upper half of its bits.
 *
 * @param bits raw bfloat16 values.
 */
export function bfloat16ToFloat32(bits: Uint16Array): Float32Array {
  const result = new Uint32Array(bits.length);
  for (let index = 0; index < bits.length; index++) result[index] = bits[index]! << 16;
  return new Float32Array(result.buffer);
}

/** The bits of the float32 equal to a float16. */
function widen(bits: number): number {
  const sign = (bits & 0x8000) << 16;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 127 - 15) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // A subnormal is fraction · 2^-24: float32 can normalise it, with the leading bit made implicit.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((127 - 14 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
