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
export function toGrayscale(pixels: Pixels): Pixels {
  return mapPixels(pixels, (red, green, blue, write) => {
    const gray = luma(red, green, blue);
    write(gray, gray, gray);
  });
}

/** Blends with black: 0 gives black, 1 the picture, more brightens. */
export function adjustBrightness(pixels: Pixels, factor: number): Pixels {
  return blendWithGray(pixels, factor, () => 0);
}

/** Blends with the mean luma, rounded to a whole number. */
export function adjustContrast(pixels: Pixels, factor: number): Pixels {
  const { data } = pixels;
  let sum = 0;
  for (let at = 0; at < data.length; at += 3) sum += luma(data[at]!, data[at + 1]!, data[at + 2]!);
  const mean = Math.trunc(sum / (data.length / 3) + 0.5);
  return blendWithGray(pixels, factor, () => mean);
}

/** Blends with the picture's own luma. */
export function adjustSaturation(pixels: Pixels, factor: number): Pixels {
  return blendWithGray(pixels, factor, luma);
}

/** Turns the hue by `factor` of the colour wheel, −0.5 to 0.5, in steps of 1/255. */
export function adjustHue(pixels: Pixels, factor: number): Pixels {
  const turn = Math.trunc(factor * 255);
  return mapPixels(pixels, (red, green, blue, write) => {
    const most = Math.max(red, green, blue);
    const least = Math.min(red, green, blue);
    if (most === least) return write(most, most, most);
    const saturation = Math.trunc(fround((most - least) / most) * 255);
    writeHsv((hueByte(red, green, blue, most, most - least) + turn) & 255, saturation, most, write);
  });
}

const fround = Math.fround;

type Write = (red: number, green: number, blue: number) => void;

function mapPixels(
  pixels: Pixels,
  change: (red: number, green: number, blue: number, write: Write) => void,
): Pixels {
  const { width, height, data: from } = pixels;
  const data = new Uint8Array(from.length);
  let at = 0;
  const write: Write = (red, green, blue) => {
    data[at] = red;
    data[at + 1] = green;
    data[at + 2] = blue;
  };
  for (; at < from.length; at += 3) change(from[at]!, from[at + 1]!, from[at + 2]!, write);
  return { width, height, data };
}

/** gray + factor · (value − gray) for every channel, cut to 0…255. */
function blendWithGray(
  pixels: Pixels,
  factor: number,
  grayOf: (red: number, green: number, blue: number) => number,
): Pixels {
  const alpha = fround(factor);
  return mapPixels(pixels, (red, green, blue, write) => {
    const gray = grayOf(red, green, blue);
    const blend = (value: number): number =>
      Math.min(255, Math.max(0, Math.trunc(fround(gray + fround(alpha * (value - gray))))));
    write(blend(red), blend(green), blend(blue));
  });
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
  return Math.trunc(fround((fround(sextant) / 6 + 1) % 1) * 255);
}

function writeHsv(hue: number, saturation: number, value: number, write: Write): void {
  if (saturation === 0) return write(value, value, value);
  const turned = (hue * 6) / 255;
  const sextant = Math.floor(turned);
  const part = fround(turned - sextant);
  const amount = fround(saturation / 255);
  const low = Math.round(value * (1 - amount));
  const falling = Math.round(value * (1 - amount * part));
  const rising = Math.round(value * (1 - amount * (1 - part)));
  switch (sextant % 6) {
    case 0:
      return write(value, rising, low);
    case 1:
      return write(falling, value, low);
    case 2:
      return write(low, value, rising);
    case 3:
      return write(low, falling, value);
    case 4:
      return write(rising, low, value);
    default:
      return write(value, low, falling);
  }
}
