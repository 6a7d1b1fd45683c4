/**
 * Windows bitmaps. The libraries at hand return palette indices as colours, take top-down files for huge ones
 * or lose rows of odd width, so this small reader covers what real files hold: 1, 4, 8, 16, 24 and 32 bits a
 * pixel, palettes, bit masks, both row orders; no run-length coding.
 */
import type { Pixels } from './pixels.ts';

/** Size and layout as the header states them. */
interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  readonly paletteStart: number;
  /** 3 for the three-byte entries of OS/2's header, else 4. */
  readonly paletteStride: number;
  readonly paletteLength: number;
  readonly pixelStart: number;
  /** Red, green, blue, alpha; used with 16 and 32 bits. */
  readonly masks: readonly [number, number, number, number];
}

/** Width and height of a bitmap, without decoding it. Throws an Error that says what is wrong. */
export function bmpSize(bytes: Uint8Array): { width: number; height: number } {
  const { width, height } = readHeader(bytes);
  return { width, height };
}

/**
 * Decodes a bitmap; alpha, where a mask declares it, is laid over white. The caller checks {@link bmpSize}
 * against its limit first. Throws an Error that says what is wrong.
 */
export function decodeBmp(bytes: Uint8Array): Pixels {
  const header = readHeader(bytes);
  const { width, height } = header;
  const stride = Math.ceil((width * header.bits) / 32) * 4;
  const needed = header.pixelStart + stride * (height - 1) + Math.ceil((width * header.bits) / 8);
  if (needed > bytes.length) {
    throw new Error(`the pixels need ${needed} bytes, the file has ${bytes.length}`);
  }
  const data = new Uint8Array(width * height * 3);
  const readRow = rowReader(bytes, header);
  for (let row = 0; row < height; row++) {
    const from = header.pixelStart + (header.topDown ? row : height - 1 - row) * stride;
    readRow(from, data.subarray(row * width * 3, (row + 1) * width * 3));
  }
  return { width, height, data };
}

/** Encodes as 24 bits a pixel, bottom row first. */
export function encodeBmp(pixels: Pixels): Uint8Array {
  const { width, height, data } = pixels;
  const stride = Math.ceil((width * 3) / 4) * 4;
  const bytes = new Uint8Array(54 + stride * height);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  for (let row = 0; row < height; row++) {
    let to = 54 + (height - 1 - row) * stride;
    for (let at = row * width * 3; at < (row + 1) * width * 3; at += 3, to += 3) {
      bytes[to] = data[at + 2]!;
      bytes[to + 1] = data[at + 1]!;
      bytes[to + 2] = data[at]!;
    }
  }
  return bytes;
}

function readHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 26) throw new Error('the header is cut off');
  const pixelStart = view.getUint32(10, true);
  const size = view.getUint32(14, true);
  if (size === 12) return readOs2Header(view, pixelStart);
  if (size < 40 || size > 1024) throw new Error(`a header of ${size} bytes is unknown`);
  if (bytes.length < 14 + size) throw new Error('the header is cut off');
  const width = view.getInt32(18, true);
  const height = view.getInt32(22, true);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (compression !== 0 && compression !== 3 && compression !== 6) {
    throw new Error(`compression ${compression} is not read`);
  }
  const maskBytes = size === 40 ? (compression === 3 ? 12 : compression === 6 ? 16 : 0) : 0;
  const colours = view.getUint32(46, true);
  return checked({
    width,
    height: Math.abs(height),
    topDown: height < 0,
    bits,
    paletteStart: 14 + size + maskBytes,
    paletteStride: 4,
    paletteLength: bits > 8 ? 0 : Math.min(colours === 0 ? 2 ** bits : colours, 2 ** bits),
    pixelStart,
    masks: readMasks(view, size, bits, compression),
  });
}

function readOs2Header(view: DataView, pixelStart: number): BmpHeader {
  const bits = view.getUint16(24, true);
  return checked({
    width: view.getUint16(18, true),
    height: view.getUint16(20, true),
    topDown: false,
    bits,
    paletteStart: 26,
    paletteStride: 3,
    paletteLength: bits > 8 ? 0 : 2 ** bits,
    pixelStart,
    masks: defaultMasks(bits),
  });
}

function checked(header: BmpHeader): BmpHeader {
  if (![1, 4, 8, 16, 24, 32].includes(header.bits)) {
    throw new Error(`${header.bits} bits a pixel are not read`);
  }
  if (header.width < 1 || header.height < 1) {
    throw new Error(`a size of ${header.width} × ${header.height} is impossible`);
  }
  return header;
}

function defaultMasks(bits: number): BmpHeader['masks'] {
  return bits === 16 ? [0x7c00, 0x03e0, 0x001f, 0] : [0xff0000, 0x00ff00, 0x0000ff, 0];
}

function readMasks(view: DataView, size: number, bits: number, compression: number): BmpHeader['masks'] {
  if (compression === 0) return defaultMasks(bits);
  const hasAlpha = size >= 56 || compression === 6;
  if (view.byteLength < (hasAlpha ? 70 : 66)) throw new Error('the header is cut off');
  const mask = (at: number): number => view.getUint32(at, true);
  return [mask(54), mask(58), mask(62), hasAlpha ? mask(66) : 0];
}

type RowReader = (from: number, to: Uint8Array) => void;

function rowReader(bytes: Uint8Array, header: BmpHeader): RowReader {
  if (header.bits <= 8) return paletteRow(bytes, header);
  if (header.bits === 24) return (from, to) => readBgrRow(bytes, from, to);
  return maskedRow(bytes, header);
}

function readBgrRow(bytes: Uint8Array, from: number, to: Uint8Array): void {
  for (let at = 0; at < to.length; at += 3) {
    to[at] = bytes[from + at + 2]!;
    to[at + 1] = bytes[from + at + 1]!;
    to[at + 2] = bytes[from + at]!;
  }
}

/** Indices beyond the palette are black, as Windows draws them. */
function paletteRow(bytes: Uint8Array, header: BmpHeader): RowReader {
  const { bits, paletteStart, paletteStride, paletteLength } = header;
  if (paletteStart + paletteLength * paletteStride > bytes.length) throw new Error('the palette is cut off');
  const palette = new Uint8Array(256 * 3);
  for (let index = 0; index < paletteLength; index++) {
    const at = paletteStart + index * paletteStride;
    palette.set([bytes[at + 2]!, bytes[at + 1]!, bytes[at]!], index * 3);
  }
  const perByte = 8 / bits;
  const mask = 2 ** bits - 1;
  return (from, to) => {
    for (let column = 0; column * 3 < to.length; column++) {
      const byte = bytes[from + Math.floor(column / perByte)]!;
      const index = (byte >> (8 - bits * ((column % perByte) + 1))) & mask;
      to.set(palette.subarray(index * 3, index * 3 + 3), column * 3);
    }
  };
}

function maskedRow(bytes: Uint8Array, header: BmpHeader): RowReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [red, green, blue, alpha] = header.masks.map(maskReader) as [Channel, Channel, Channel, Channel];
  const step = header.bits / 8;
  return (from, to) => {
    for (let at = 0, read = from; at < to.length; at += 3, read += step) {
      const pixel = step === 2 ? view.getUint16(read, true) : view.getUint32(read, true);
      const opacity = header.masks[3] === 0 ? 1 : alpha(pixel) / 255;
      const overWhite = (value: number): number => Math.round(255 + (value - 255) * opacity);
      to[at] = overWhite(red(pixel));
      to[at + 1] = overWhite(green(pixel));
      to[at + 2] = overWhite(blue(pixel));
    }
  };
}

type Channel = (pixel: number) => number;

/** Reads the bits under a mask and stretches them to 0…255. */
function maskReader(mask: number): Channel {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const largest = mask >>> shift;
  return (pixel) => Math.round((((pixel & mask) >>> shift) * 255) / largest);
}
