import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  DEFAULT_MAX_PIXELS,
  type ImageFormat,
  type Pixels,
  decodeImage,
  encodeImage,
  filledPixels,
  inspectImage,
  readImageSize,
  renderSvg,
} from '../../src-main/data/image.ts';
import { uniform } from '../helpers/seeded.ts';
import { sharedPath } from '../helpers/shared.ts';
import { labErrorFrom } from '../helpers/lab-errors.ts';

const FORMATS: readonly ImageFormat[] = ['jpeg', 'png', 'webp', 'gif', 'bmp', 'tiff', 'avif'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-image-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A smooth picture with structure, so that lossy formats stay near it and truncation removes something. */
function landscape(width = 120, height = 80): Pixels {
  const data = new Uint8Array(width * height * 3);
  const noise = uniform('landscape', data.length);
  data.forEach((_, at) => {
    const pixel = Math.floor(at / 3);
    const wave = Math.sin((pixel % width) / 17 + (at % 3)) + Math.cos(Math.floor(pixel / width) / 11);
    data[at] = 128 + 50 * wave + 4 * noise[at]!;
  });
  return { width, height, data };
}

function meanDifference(a: Pixels, b: Pixels): number {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  return a.data.reduce((sum, value, at) => sum + Math.abs(value - b.data[at]!), 0) / a.data.length;
}

function colorAt({ width, data }: Pixels, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

/** A raw sharp image of one colour with 1 to 4 channels. */
function flat(color: readonly number[], size = 8): Sharp {
  const channels = color.length as 1 | 2 | 3 | 4;
  const data = Buffer.from(Array.from({ length: size * size }, () => color).flat());
  return sharp(data, { raw: { width: size, height: size, channels } });
}

describe('formats', () => {
  test.each(FORMATS)('%s comes back near to what was encoded', async (format) => {
    const pixels = landscape();
    const bytes = await encodeImage(pixels, format, { quality: 90 });
    // GIF keeps 256 colours, JPEG, WebP and AVIF lose detail; the others are exact.
    const tolerance = { gif: 6, jpeg: 4, webp: 4, avif: 5, tiff: 4, png: 0, bmp: 0 }[format];
    expect(meanDifference(await decodeImage(bytes), pixels)).toBeLessThanOrEqual(tolerance);
    expect(await inspectImage(bytes)).toEqual({ width: 120, height: 80, format });
    expect(await readImageSize(bytes)).toEqual({ width: 120, height: 80, format });
  });

  test('a file is read by its path, and its content counts, not its name', async () => {
    const path = join(folder, 'Übung 猫.jpg');
    await writeFile(path, await encodeImage(filledPixels(5, 4, [10, 20, 30]), 'png'));
    expect(await inspectImage(path)).toEqual({ width: 5, height: 4, format: 'png' });
  });

  test('bytes decode to the same pixels each time', async () => {
    const bytes = await encodeImage(landscape(), 'jpeg');
    expect(await decodeImage(bytes)).toEqual(await decodeImage(bytes));
  });

  test.each(['gif', 'webp'] as const)('only the first frame of an animated %s is read', async (format) => {
    const frames = Buffer.concat([
      filledPixels(16, 16, [255, 0, 0]).data,
      filledPixels(16, 16, [0, 0, 255]).data,
    ]);
    const animated = sharp(frames, { raw: { width: 16, height: 32, channels: 3, pageHeight: 16 } });
    const bytes = await animated.toFormat(format, format === 'webp' ? { lossless: true } : {}).toBuffer();
    expect((await sharp(bytes, { animated: true }).metadata()).pages).toBe(2);
    const pixels = await decodeImage(bytes);
    expect([pixels.width, pixels.height]).toEqual([16, 16]);
    expect(colorAt(pixels, 8, 8)).toEqual([255, 0, 0]);
  });

  test('an SVG of our own is drawn over white', async () => {
    const pixels = await renderSvg(
      '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="10" height="10" fill="#00f"/></svg>',
    );
    expect([pixels.width, pixels.height]).toEqual([20, 10]);
    expect(colorAt(pixels, 3, 5)).toEqual([0, 0, 255]);
    expect(colorAt(pixels, 15, 5)).toEqual([255, 255, 255]);
  });
});

describe('orientation', () => {
  // Where the upper left corner of the upright picture lies in the stored one, and whether sides swap
  // (Exif 2.32, tag 0x0112).
  const CORNERS = {
    1: ['red', 'green', 'blue'],
    2: ['green', 'red', 'white'],
    3: ['white', 'blue', 'green'],
    4: ['blue', 'white', 'red'],
    5: ['red', 'blue', 'green'],
    6: ['blue', 'red', 'white'],
    7: ['white', 'green', 'blue'],
    8: ['green', 'white', 'red'],
  } as const;
  const COLORS = { red: [255, 0, 0], green: [0, 255, 0], blue: [0, 0, 255], white: [255, 255, 255] } as const;

  test.each([1, 2, 3, 4, 5, 6, 7, 8] as const)('EXIF orientation %i is applied', async (orientation) => {
    const stored = filledPixels(32, 16, [255, 255, 255]);
    for (let y = 0; y < 16; y++) {
      for (let x = 0; x < 32; x++) {
        const quadrant = y < 8 ? (x < 16 ? 'red' : 'green') : x < 16 ? 'blue' : 'white';
        stored.data.set(COLORS[quadrant], (y * 32 + x) * 3);
      }
    }
    const bytes = await encodeImage(stored, 'png', { orientation });
    const upright = await decodeImage(bytes);
    const swapped = orientation > 4;
    const [width, height] = swapped ? [16, 32] : [32, 16];
    expect([upright.width, upright.height]).toEqual([width, height]);
    expect(await readImageSize(bytes)).toEqual({ width, height, format: 'png' });
    const [upperLeft, upperRight, lowerLeft] = CORNERS[orientation];
    expect(colorAt(upright, 2, 2)).toEqual([...COLORS[upperLeft]]);
    expect(colorAt(upright, width - 3, 2)).toEqual([...COLORS[upperRight]]);
    expect(colorAt(upright, 2, height - 3)).toEqual([...COLORS[lowerLeft]]);
  });

  test('orientation is applied to JPEG as well', async () => {
    const bytes = await encodeImage(landscape(), 'jpeg', { orientation: 6 });
    expect(await inspectImage(bytes)).toEqual({ width: 80, height: 120, format: 'jpeg' });
  });
});

describe('colour', () => {
  test('alpha is laid over white', async () => {
    const clear = await flat([255, 0, 0, 0]).png().toBuffer();
    const half = await flat([0, 0, 0, 128]).png().toBuffer();
    expect(colorAt(await decodeImage(clear), 1, 1)).toEqual([255, 255, 255]);
    expect(colorAt(await decodeImage(half), 1, 1)).toEqual([127, 127, 127]);
  });

  test('grayscale, with and without alpha, becomes three equal channels', async () => {
    const gray = await flat([77]).toColourspace('b-w').png().toBuffer();
    const withAlpha = await flat([0, 128]).toColourspace('b-w').png().toBuffer();
    expect((await sharp(gray).metadata()).channels).toBe(1);
    expect((await sharp(withAlpha).metadata()).channels).toBe(2);
    expect(colorAt(await decodeImage(gray), 3, 3)).toEqual([77, 77, 77]);
    expect(colorAt(await decodeImage(withAlpha), 3, 3)).toEqual([127, 127, 127]);
  });

  test('16 bits a channel become 8, with alpha over white', async () => {
    const encode = (color: readonly number[]): Promise<Buffer> =>
      sharp(
        Uint16Array.from({ length: 64 * color.length }, (_, at) => color[at % color.length]!),
        {
          raw: { width: 8, height: 8, channels: color.length as 3 | 4 },
        },
      )
        .toColourspace('rgb16')
        .png()
        .toBuffer();
    const opaque = await encode([65535, 32896, 0]);
    expect((await sharp(opaque).metadata()).depth).toBe('ushort');
    expect(colorAt(await decodeImage(opaque), 2, 2)).toEqual([255, 128, 0]);
    const clear = await encode([65535, 0, 0, 0]);
    expect((await sharp(clear).metadata()).depth).toBe('ushort');
    expect(colorAt(await decodeImage(clear), 2, 2)).toEqual([255, 255, 255]);
  });

  test('a palette PNG gives its colours', async () => {
    const bytes = await flat([12, 200, 99]).png({ palette: true }).toBuffer();
    expect((await sharp(bytes).metadata()).isPalette).toBe(true);
    expect(colorAt(await decodeImage(bytes), 0, 0)).toEqual([12, 200, 99]);
  });

  test.each([true, false])('CMYK becomes sRGB (profile embedded: %s)', async (keep) => {
    const image = flat([255, 0, 0], 32).toColourspace('cmyk');
    const bytes = await (keep ? image.withIccProfile('cmyk') : image).jpeg().toBuffer();
    const metadata = await sharp(bytes).metadata();
    expect([metadata.space, metadata.channels, metadata.icc !== undefined]).toEqual(['cmyk', 4, keep]);
    const [red, green, blue] = colorAt(await decodeImage(bytes), 16, 16);
    // Printed red lies inside sRGB's: clearly red, never the inverted cyan.
    expect(red).toBeGreaterThan(190);
    expect(green).toBeLessThan(90);
    expect(blue).toBeLessThan(90);
  });

  test('an embedded profile is applied', async () => {
    const bytes = await flat([200, 50, 50], 16).withIccProfile('p3').png().toBuffer();
    const stored = await sharp(bytes).metadata();
    expect(stored.icc).toBeDefined();
    const [red, green, blue] = colorAt(await decodeImage(bytes), 4, 4);
    // The stored numbers are P3's; converting back must give the colour the picture was made from.
    expect(Math.abs(red! - 200)).toBeLessThanOrEqual(2);
    expect(Math.abs(green! - 50)).toBeLessThanOrEqual(2);
    expect(Math.abs(blue! - 50)).toBeLessThanOrEqual(2);
  });
});

describe('files that are refused', () => {
  test('an empty file', async () => {
    const path = join(folder, 'empty.jpg');
    await writeFile(path, '');
    expect(await labErrorFrom(decodeImage(path))).toEqual({
      code: 'IMAGE_UNREADABLE',
      message: `Cannot read the image ${path}: the file is empty.`,
    });
  });

  test('text under the name of a picture', async () => {
    expect(await labErrorFrom(inspectImage(Buffer.from('hello'), { name: 'note.jpg' }))).toEqual({
      code: 'IMAGE_UNREADABLE',
      message: 'Cannot read the image note.jpg: it is no picture; it begins with the bytes 68 65 6c 6c.',
      hint: 'JPEG, PNG, WebP, GIF, BMP, TIFF and AVIF are read.',
    });
  });

  test('a missing file', async () => {
    const path = join(folder, 'gone.png');
    expect(await labErrorFrom(decodeImage(path))).toEqual({
      code: 'SOURCE_NOT_FOUND',
      message: `Cannot read the image ${path}: there is no such file.`,
    });
  });

  test('a folder', async () => {
    expect(await labErrorFrom(decodeImage(folder))).toEqual({
      code: 'SOURCE_UNREADABLE',
      message: `Cannot read the image ${folder}: EISDIR.`,
    });
  });

  test.each(FORMATS)('%s cut at 10, 50 and 90 percent', async (format) => {
    const whole = await encodeImage(landscape(), format);
    for (const share of [0.1, 0.5, 0.9]) {
      const cut = whole.subarray(0, Math.floor(whole.length * share));
      const { code, message } = await labErrorFrom(inspectImage(cut, { name: 'cut' }));
      expect(code, `${format} at ${share}`).toBe('IMAGE_UNREADABLE');
      expect(message).toContain(
        `Cannot read the image cut: its ${format.toUpperCase()} data is damaged or cut off (`,
      );
    }
  });

  test.each([
    ['jpeg', 'VipsJpeg: premature end of JPEG image'],
    ['png', 'vipspng: libpng read error'],
    ['bmp', 'the pixels need 28854 bytes, the file has 14427'],
  ] as const)('the exact message of a %s cut in half', async (format, reason) => {
    const whole = await encodeImage(landscape(), format);
    const cut = whole.subarray(0, whole.length / 2);
    expect(await labErrorFrom(decodeImage(cut))).toEqual({
      code: 'IMAGE_UNREADABLE',
      message: `Cannot read the image: its ${format.toUpperCase()} data is damaged or cut off (${reason}).`,
    });
  });

  test('progressive JPEG, interlaced PNG, uncompressed and LZW TIFF, lossless WebP cut in half', async () => {
    const image = sharp(await encodeImage(landscape(), 'png'));
    const wholes = await Promise.all([
      image.clone().jpeg({ progressive: true }).toBuffer(),
      image.clone().png({ progressive: true }).toBuffer(),
      image.clone().tiff({ compression: 'none' }).toBuffer(),
      image.clone().tiff({ compression: 'lzw' }).toBuffer(),
      image.clone().webp({ lossless: true }).toBuffer(),
    ]);
    for (const whole of wholes) {
      const { code } = await labErrorFrom(decodeImage(whole.subarray(0, whole.length / 2)));
      expect(code).toBe('IMAGE_UNREADABLE');
    }
  });

  test('a picture over the limit, which can be raised', async () => {
    const bytes = await encodeImage(filledPixels(30, 20, [1, 2, 3]), 'png');
    for (const format of ['png', 'bmp'] as const) {
      const small = await encodeImage(filledPixels(30, 20, [1, 2, 3]), format);
      expect(await labErrorFrom(decodeImage(small, { maxPixels: 599, name: 'a' }))).toEqual({
        code: 'IMAGE_TOO_LARGE',
        message: 'Cannot read the image a: it has 30 × 20 = 600 pixels, the limit is 599.',
        hint: 'Raise the limit with --max-pixels 600 if the picture is meant to be that large.',
      });
    }
    expect((await decodeImage(bytes, { maxPixels: 600 })).width).toBe(30);
  });

  test('a bomb of 10,000 × 10,000 pixels, by default', async () => {
    const image = sharp({ create: { width: 10_000, height: 10_000, channels: 3, background: '#fff' } });
    const bomb = await image.png({ compressionLevel: 9 }).toBuffer();
    expect(bomb.length).toBeLessThan(1e6);
    expect(await labErrorFrom(inspectImage(bomb, { name: 'bomb.png' }))).toEqual({
      code: 'IMAGE_TOO_LARGE',
      message:
        'Cannot read the image bomb.png: it has 10000 × 10000 = 100000000 pixels, the limit is 67108864.',
      hint: 'Raise the limit with --max-pixels 100000000 if the picture is meant to be that large.',
    });
    expect(DEFAULT_MAX_PIXELS).toBe(67_108_864);
  });
});

describe('garbage that is accepted', () => {
  test('bytes before a JPEG end marker, as in published data sets, and after any file', async () => {
    const whole = Buffer.from(await encodeImage(landscape(), 'jpeg'));
    const expected = await decodeImage(whole);
    const garbage = Buffer.from(Uint8Array.from(uniform('garbage', 239), (u) => 100 + 90 * u));
    const before = Buffer.concat([whole.subarray(0, -2), garbage, whole.subarray(-2)]);
    const after = Buffer.concat([whole, garbage]);
    expect(await decodeImage(before)).toEqual(expected);
    expect(await decodeImage(after)).toEqual(expected);
  });
});

describe('formats that have to be converted', () => {
  const ftyp = (brand: string, ...compatible: string[]): Buffer => {
    const brands = [brand, '\0\0\0\0', ...compatible].join('');
    const size = Buffer.from([0, 0, 0, 8 + brands.length]);
    return Buffer.concat([size, Buffer.from(`ftyp${brands}`, 'latin1'), Buffer.alloc(64)]);
  };

  /** A little-endian TIFF header with one directory of short and long tags. */
  const tiff = (...tags: readonly (readonly [tag: number, value: number])[]): Buffer => {
    const bytes = Buffer.alloc(10 + tags.length * 12 + 4);
    bytes.write('II*\0', 'latin1');
    bytes.writeUInt32LE(8, 4);
    bytes.writeUInt16LE(tags.length, 8);
    tags.forEach(([tag, value], entry) => {
      bytes.writeUInt16LE(tag, 10 + entry * 12);
      bytes.writeUInt16LE(4, 12 + entry * 12);
      bytes.writeUInt32LE(1, 14 + entry * 12);
      bytes.writeUInt32LE(value, 18 + entry * 12);
    });
    return bytes;
  };

  const RAW = 'raw camera files';
  test.each([
    ['HEIC inside a .jpg', 'IMG_1.jpg', ftyp('heic', 'mif1', 'heic'), 'HEIC pictures'],
    ['HEIF of another brand', 'IMG_2', ftyp('mif1', 'heic'), 'HEIC pictures'],
    ['CR3', 'a.cr3', ftyp('crx ', 'crx ', 'isom'), RAW],
    ['a film', 'a.jpg', ftyp('isom', 'mp42'), 'video files'],
    ['CR2', 'a.tif', Buffer.from('II*\0\x10\0\0\0CR\x02\0', 'latin1'), RAW],
    ['DNG', 'a.tif', tiff([256, 10], [50706, 0x00000401]), RAW],
    ['NEF under another name', 'a.jpg', tiff([254, 1], [271, 0], [330, 0]), RAW],
    ['NEF by its name', 'a.NEF', tiff([256, 10]), RAW],
    ['RAF', 'a.raf', Buffer.from('FUJIFILMCCD-RAW 0201'), RAW],
    ['ORF', 'a.orf', Buffer.from('IIRO\x08\0\0\0', 'latin1'), RAW],
    ['RW2', 'a.rw2', Buffer.from('IIU\0\x18\0\0\0', 'latin1'), RAW],
    ['JPEG XL', 'a.jxl', Buffer.from([0xff, 0x0a, 1, 2]), 'JPEG XL pictures'],
    ['JPEG 2000', 'a.jp2', Buffer.from('\0\0\0\x0cjP  \r\n', 'latin1'), 'JPEG 2000 pictures'],
    ['Photoshop', 'a.psd', Buffer.from('8BPS\0\x01'), 'Photoshop files'],
    ['PDF', 'a.pdf', Buffer.from('%PDF-1.7'), 'PDF documents'],
    ['an icon', 'a.ico', Buffer.from([0, 0, 1, 0, 1, 0]), 'Windows icons'],
    ['SVG', 'a.svg', Buffer.from('<?xml version="1.0"?>\n<svg xmlns="x"/>'), 'SVG drawings'],
  ])('%s', async (_, name, bytes, kind) => {
    expect(await labErrorFrom(decodeImage(bytes, { name }))).toEqual({
      code: 'IMAGE_UNSUPPORTED',
      message: `Cannot read the image ${name}: ${kind} are not supported.`,
      hint: 'Convert it to JPEG or PNG first.',
    });
  });

  test('an ordinary TIFF from a camera stays a TIFF', async () => {
    const bytes = await sharp(await encodeImage(landscape(), 'png'))
      .withExif({ IFD0: { Make: 'Someone' } })
      .tiff()
      .toBuffer();
    expect((await inspectImage(bytes)).format).toBe('tiff');
  });
});

test('decoding leaves the file as it was', async () => {
  const path = join(folder, 'kept.jpg');
  const bytes = await encodeImage(landscape(), 'jpeg');
  await writeFile(path, bytes);
  await decodeImage(path);
  expect(Buffer.from(bytes).equals(await readFile(path))).toBe(true);
});

const photographs = sharedPath('data/dogs-vs-cats/train');

// The published photographs are no part of the project; without them this has nothing to read.
test.skipIf(photographs === undefined)(
  'published photographs decode, and cut in half they do not',
  async () => {
    const names = (await readdir(photographs!)).sort().slice(0, 40);
    expect(names).toHaveLength(40);
    for (const name of names) {
      const bytes = await readFile(join(photographs!, name));
      expect((await inspectImage(bytes)).format).toBe('jpeg');
      const { code } = await labErrorFrom(inspectImage(bytes.subarray(0, bytes.length / 2)));
      expect(code).toBe('IMAGE_UNREADABLE');
    }
  },
);
