/**
 * Colour adjustments with the arithmetic that torchvision's functions have on pictures (Pillow's), so that the
 * same factors give the same bytes: sums in single precision, cut to whole numbers.
 */
import type { Pixels } from '../pixels.ts';

/** ITU-R 601 luma in 16-bit fixed point. */
function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

/** Every channel becomes the luma. */
export function toGrayscale({ width, height, data: from }: Pixels): Pixels {
  const data = new Uint8Array(from.length);
  for (let at = 0; at < from.length; at += 3) {
    const gray = luma(from[at]!, from[at + 1]!, from[at + 2]!);
    data[at] = gray;
    data[at + 1] = gray;
    data[at + 2] = gray;
  }
  return { width, height, data };
}

/** Blends with black: 0 gives black, 1 the picture, more brightens. */
export function adjustBrightness(pixels: Pixels, factor: number): Pixels {
  return blendWithLevel(pixels, factor, 0);
}

/** Blends with the mean luma, rounded to a whole number. */
export function adjustContrast(pixels: Pixels, factor: number): Pixels {
  const { data } = pixels;
  let sum = 0;
  for (let at = 0; at < data.length; at += 3) sum += luma(data[at]!, data[at + 1]!, data[at + 2]!);
  return blendWithLevel(pixels, factor, Math.trunc(sum / (data.length / 3) + 0.5));
}

/** Blends with the picture's own luma. */
export function adjustSaturation({ width, height, data: from }: Pixels, factor: number): Pixels {
  const data = new Uint8Array(from.length);
  const alpha = fround(factor);
  for (let at = 0; at < from.length; at += 3) {
    const gray = luma(from[at]!, from[at + 1]!, from[at + 2]!);
    data[at] = blend(gray, from[at]!, alpha);
    data[at + 1] = blend(gray, from[at + 1]!, alpha);
    data[at + 2] = blend(gray, from[at + 2]!, alpha);
  }
  return { width, height, data };
}

/** Turns the hue by `factor` of the colour wheel, −0.5 to 0.5, in steps of 1/255. */
export function adjustHue({ width, height, data: from }: Pixels, factor: number): Pixels {
  const turn = Math.trunc(factor * 255);
  const data = new Uint8Array(from.length);
  for (let at = 0; at < from.length; at += 3) {
    const red = from[at]!;
    const green = from[at + 1]!;
    const blue = from[at + 2]!;
    const most = Math.max(red, green, blue);
    const spread = most - Math.min(red, green, blue);
    const saturation = spread === 0 ? 0 : (fround(spread / most) * 255) | 0;
    const hue = saturation === 0 ? 0 : (hueByte(red, green, blue, most, spread) + turn) & 255;
    writeHsv(data, at, hue, saturation, most);
  }
  return { width, height, data };
}

/** Stretches every channel that holds two levels or more to 0…255. */
export function stretchContrast({ width, height, data: from }: Pixels): Pixels {
  const data = new Uint8Array(from.length);
  for (let channel = 0; channel < 3; channel++) {
    let low = 255;
    let high = 0;
    for (let at = channel; at < from.length; at += 3) {
      low = Math.min(low, from[at]!);
      high = Math.max(high, from[at]!);
    }
    const scale = high > low ? 255 / (high - low) : 1;
    const offset = high > low ? -low * scale : 0;
    for (let at = channel; at < from.length; at += 3) data[at] = Math.trunc(from[at]! * scale + offset);
  }
  return { width, height, data };
}

const fround = Math.fround;

/** gray + alpha · (value − gray), cut to 0…255; `alpha` is a single-precision number. */
function blend(gray: number, value: number, alpha: number): number {
  const blended = fround(gray + fround(alpha * (value - gray)));
  return blended <= 0 ? 0 : blended >= 255 ? 255 : blended | 0;
}

/** Blends every channel with one level. */
function blendWithLevel({ width, height, data: from }: Pixels, factor: number, level: number): Pixels {
  const alpha = fround(factor);
  const table = new Uint8Array(256);
  for (let value = 0; value < 256; value++) table[value] = blend(level, value, alpha);
  const data = new Uint8Array(from.length);
  for (let at = 0; at < from.length; at++) data[at] = table[from[at]!]!;
  return { width, height, data };
}

/** Hue as a byte, 255 standing for a whole turn. */
function hueByte(red: number, green: number, blue: number, most: number, spread: number): number {
  const fromRed = fround((most - red) / spread);
  const fromGreen = fround((most - green) / spread);
  const fromBlue = fround((most - blue) / spread);
  let sextant: number;
  if (red === most) sextant = fromBlue - fromGreen;
  else if (green === most) sextant = 2 + fromRed - fromBlue;
  else sextant = 4 + fromGreen - fromRed;
  const turned = fround(sextant) / 6 + 1;
  return (fround(turned >= 1 ? turned - 1 : turned) * 255) | 0;
}

/** For each hue byte, the sixth of the colour wheel it lies in, and how far within. */
const SEXTANTS = Uint8Array.from({ length: 256 }, (_, hue) => Math.floor((hue * 6) / 255) % 6);
const SEXTANT_PARTS = Float32Array.from({ length: 256 }, (_, hue) => ((hue * 6) / 255) % 1);

/** Writes the colour of a hue, a saturation and a value, all bytes, at `at`. */
function writeHsv(data: Uint8Array, at: number, hue: number, saturation: number, value: number): void {
  const part = SEXTANT_PARTS[hue]!;
  const amount = fround(saturation / 255);
  // Halves round up: no term is negative.
  const low = (value * (1 - amount) + 0.5) | 0;
  const falling = (value * (1 - amount * part) + 0.5) | 0;
  const rising = (value * (1 - amount * (1 - part)) + 0.5) | 0;
  // Which of the four levels each channel takes in the six parts of the colour wheel.
  const turn = SEXTANTS[hue]!;
  data[at] = turn === 0 || turn === 5 ? value : turn === 1 ? falling : turn === 4 ? rising : low;
  data[at + 1] = turn === 1 || turn === 2 ? value : turn === 3 ? falling : turn === 0 ? rising : low;
  data[at + 2] = turn === 3 || turn === 4 ? value : turn === 5 ? falling : turn === 2 ? rising : low;
}
