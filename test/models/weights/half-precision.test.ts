import { describe, expect, it } from 'vitest';
import { bfloat16ToFloat32, float16ToFloat32 } from '../../../src-main/models/weights/half-precision.ts';

/** binary16 by the standard's definition, in double precision. */
function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits);

describe('float16ToFloat32', () => {
  it('converts every one of the 65,536 values exactly', () => {
    const floats = float16ToFloat32(all);
    const wrong = [...all].filter((bits) => !Object.is(floats[bits], float16Value(bits)));
    expect(wrong).toEqual([]);
  });

  it('keeps the payload of NaN', () => {
    expect([...new Uint32Array(float16ToFloat32(Uint16Array.of(0x7e01, 0xfc01)).buffer)]).toEqual([
      0x7fc02000, 0xff802000,
    ]);
  });
});

describe('bfloat16ToFloat32', () => {
  it('converts every one of the 65,536 values to the float32 with these upper bits', () => {
    const bits = new Uint32Array(bfloat16ToFloat32(all).buffer);
    expect(bits.every((value, index) => value === index * 65536)).toBe(true);
    expect([...bfloat16ToFloat32(Uint16Array.of(0x3f80, 0xc040, 0x0001, 0x7f80, 0x8000))]).toEqual([
      1,
      -3,
      2 ** -133,
      Infinity,
      -0,
    ]);
  });
});
