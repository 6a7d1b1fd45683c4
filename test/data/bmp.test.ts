import { describe, expect, test } from 'vitest';
import { decodeBmp, encodeBmp } from '../../src-main/data/bmp.ts';
import { decodeImage, filledPixels } from '../../src-main/data/image.ts';
import { labErrorFrom } from '../helpers/lab-errors.ts';

interface Layout {
  readonly width: number;
  /** Negative for rows from top to bottom. */
  readonly height: number;
  readonly bits: number;
  readonly compression?: number;
  /** Bytes between the 40-byte header and the pixels: bit masks or a palette of blue, green, red, 0. */
  readonly extra?: readonly number[];
  readonly colours?: number;
  readonly headerSize?: number;
  readonly pixels: readonly number[];
}

/** A bitmap written field by field from the format's description. */
function bitmap(layout: Layout): Uint8Array {
  const extra = layout.extra ?? [];
  const headerSize = layout.headerSize ?? 40;
  const bytes = Buffer.alloc(14 + 40 + extra.length + layout.pixels.length);
  bytes.write('BM');
  bytes.writeUInt32LE(54 + extra.length, 10);
  bytes.writeUInt32LE(headerSize, 14);
  bytes.writeInt32LE(layout.width, 18);
  bytes.writeInt32LE(layout.height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(layout.bits, 28);
  bytes.writeUInt32LE(layout.compression ?? 0, 30);
  bytes.writeUInt32LE(layout.colours ?? 0, 46);
  bytes.set(extra, 54);
  bytes.set(layout.pixels, 54 + extra.length);
  return bytes;
}

const le32 = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);
const PALETTE = [0, 0, 0, 0, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0]; // black, red, green, blue
const [K, R, G, B] = [
  [0, 0, 0],
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
] as const;

describe('bits a pixel', () => {
  test('1 bit, palette of two, rows bottom up', () => {
    const bytes = bitmap({
      width: 3,
      height: 2,
      bits: 1,
      extra: PALETTE.slice(0, 8),
      pixels: [0b10100000, 0, 0, 0, 0b01000000, 0, 0, 0],
    });
    expect([...decodeBmp(bytes).data]).toEqual([K, R, K, R, K, R].flat());
  });

  test('4 bits, odd width, a palette shorter than 16', () => {
    const bytes = bitmap({
      width: 3,
      height: 2,
      bits: 4,
      colours: 4,
      extra: PALETTE,
      pixels: [0x12, 0x30, 0, 0, 0x32, 0x10, 0, 0],
    });
    expect([...decodeBmp(bytes).data]).toEqual([B, G, R, R, G, B].flat());
  });

  test('8 bits, rows top down, an index beyond the palette', () => {
    const bytes = bitmap({
      width: 2,
      height: -2,
      bits: 8,
      colours: 4,
      extra: PALETTE,
      pixels: [1, 2, 0, 0, 3, 9, 0, 0],
    });
    expect([...decodeBmp(bytes).data]).toEqual([R, G, B, K].flat());
  });

  test('16 bits, five a channel, and by masks 5-6-5', () => {
    const plain = bitmap({ width: 2, height: 1, bits: 16, pixels: [0x00, 0x7c, 0x1f, 0x00] });
    expect([...decodeBmp(plain).data]).toEqual([R, B].flat());
    const masks = [...le32(0xf800), ...le32(0x07e0), ...le32(0x001f)];
    const masked = bitmap({
      width: 2,
      height: 1,
      bits: 16,
      compression: 3,
      extra: masks,
      pixels: [0xe0, 7, 0, 0xf8],
    });
    expect([...decodeBmp(masked).data]).toEqual([G, R].flat());
  });

  test('24 bits, padded rows', () => {
    const bytes = bitmap({ width: 1, height: 2, bits: 24, pixels: [0, 0, 255, 0, 255, 0, 0, 0] });
    expect([...decodeBmp(bytes).data]).toEqual([B, R].flat());
  });

  test('32 bits without masks ignore the fourth byte', () => {
    const bytes = bitmap({ width: 2, height: 1, bits: 32, pixels: [0, 0, 255, 0, 0, 255, 0, 77] });
    expect([...decodeBmp(bytes).data]).toEqual([R, G].flat());
  });

  test('32 bits with an alpha mask are laid over white', () => {
    const masks = [...le32(0x000000ff), ...le32(0x0000ff00), ...le32(0x00ff0000), ...le32(0xff000000)];
    const bytes = bitmap({
      width: 2,
      height: 1,
      bits: 32,
      compression: 6,
      extra: masks,
      pixels: [255, 0, 0, 255, 0, 0, 0, 0],
    });
    expect([...decodeBmp(bytes).data]).toEqual([255, 0, 0, 255, 255, 255]);
  });

  test("OS/2's header with three bytes a palette entry", () => {
    const bytes = Buffer.alloc(26 + 6 + 4);
    bytes.write('BM');
    bytes.writeUInt32LE(32, 10);
    bytes.writeUInt32LE(12, 14);
    bytes.writeUInt16LE(2, 18);
    bytes.writeUInt16LE(1, 20);
    bytes.writeUInt16LE(1, 22);
    bytes.writeUInt16LE(1, 24);
    bytes.set([0, 0, 255, 255, 0, 0, 0b01000000], 26);
    expect([...decodeBmp(bytes).data]).toEqual([R, B].flat());
  });

  test('encoding and decoding keep every byte, odd widths included', () => {
    const pixels = filledPixels(5, 3, [9, 8, 7]);
    pixels.data.set([1, 2, 3], 18);
    expect(decodeBmp(encodeBmp(pixels))).toEqual(pixels);
  });
});

describe('hostile headers', () => {
  const small = { width: 2, height: 1, bits: 24, pixels: [0, 0, 255, 0, 255, 0, 0, 0] };
  test.each([
    ['a cut header', Buffer.from('BM123'), 'the header is cut off'],
    ['a header of unknown size', bitmap({ ...small, headerSize: 20 }), 'a header of 20 bytes is unknown'],
    ['run-length coding', bitmap({ ...small, bits: 8, compression: 1 }), 'compression 1 is not read'],
    ['2 bits', bitmap({ ...small, bits: 2 }), '2 bits a pixel are not read'],
    ['no rows', bitmap({ ...small, height: 0 }), 'a size of 2 × 0 is impossible'],
    ['a negative width', bitmap({ ...small, width: -2 }), 'a size of -2 × 1 is impossible'],
    ['too few pixels', bitmap({ ...small, height: 50 }), 'the pixels need 452 bytes, the file has 62'],
    [
      'a palette beyond the file',
      bitmap({ width: 1, height: 1, bits: 8, pixels: [1, 0, 0, 0] }),
      'the palette is cut off',
    ],
    [
      'masks beyond the file',
      bitmap({ ...small, bits: 16, compression: 3, pixels: [] }),
      'the header is cut off',
    ],
  ])('%s', async (_, bytes, reason) => {
    expect(await labErrorFrom(decodeImage(bytes, { name: 'a.bmp' }))).toEqual({
      code: 'IMAGE_UNREADABLE',
      message: `Cannot read the image a.bmp: its BMP data is damaged or cut off (${reason}).`,
    });
  });

  test('a stated size over the limit is refused before any memory is taken', async () => {
    const bytes = bitmap({ ...small, width: 2_000_000_000, height: -2_000_000_000 });
    const { code, message } = await labErrorFrom(decodeImage(bytes));
    expect(code).toBe('IMAGE_TOO_LARGE');
    expect(message).toBe(
      'Cannot read the image: it has 2000000000 × 2000000000 = 4000000000000000000 pixels, ' +
        'the limit is 67108864.',
    );
  });
});
