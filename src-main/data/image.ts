/**
 * Files to pixels and back: the one place that knows sharp. Everything becomes 8-bit sRGB, upright, without
 * alpha; whatever cannot be is refused with a reason.
 */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { LabError } from '../../src-shared/errors.ts';
import { bmpSize, decodeBmp, encodeBmp } from './bmp.ts';
import { type ImageFormat, sniffFormat } from './image-format.ts';
import type { Pixels } from './pixels.ts';

export type { ImageFormat } from './image-format.ts';
export { type Box, type Pixels, cropPixels, filledPixels, flipPixels } from './pixels.ts';
export { type Interpolation, resizePixels } from './resample.ts';

// Several pictures are decoded at once, each on a thread of its own: more threads per picture, or libvips'
// cache of operations on files that are read once, only cost memory.
sharp.cache(false);
sharp.concurrency(1);

/** 8192 × 8192: room for every camera, and a decoded picture stays under 200 MB. */
export const DEFAULT_MAX_PIXELS = 8192 * 8192;

/** Options of the functions that decode. */
export interface DecodeOptions {
  /** Pictures of more pixels (width × height) are refused; {@link DEFAULT_MAX_PIXELS} unless given. */
  readonly maxPixels?: number;
  /** How messages call the picture when it is given as bytes; a path names itself. */
  readonly name?: string;
}

/** What a file that decodes completely is: its size upright, and its format. */
export interface ImageInfo {
  readonly width: number;
  readonly height: number;
  readonly format: ImageFormat;
}

/**
 * Decodes a picture given as the bytes of its file or as a path: EXIF orientation applied, colours converted
 * to 8-bit sRGB by the embedded profile, alpha laid over white, the first frame of an animation.
 *
 * Trailing bytes and garbage before a JPEG's end marker are accepted, missing data is not.
 *
 * @throws LabError `SOURCE_NOT_FOUND` or `SOURCE_UNREADABLE` (the path), `IMAGE_UNREADABLE` (empty, truncated,
 * damaged or no picture), `IMAGE_UNSUPPORTED` (a known format that has to be converted), `IMAGE_TOO_LARGE`.
 */
export async function decodeImage(source: Uint8Array | string, options: DecodeOptions = {}): Promise<Pixels> {
  return (await decode(source, options)).pixels;
}

/** Decodes the whole picture, as {@link decodeImage} does and with its errors, and keeps only what it is. */
export async function inspectImage(
  source: Uint8Array | string,
  options: DecodeOptions = {},
): Promise<ImageInfo> {
  const { pixels, format } = await decode(source, options);
  return { width: pixels.width, height: pixels.height, format };
}

/** The size a picture's header states, turned upright, without decoding it. Throws as {@link decodeImage}. */
export async function readImageSize(
  source: Uint8Array | string,
  options: DecodeOptions = {},
): Promise<ImageInfo> {
  const { bytes, name, format } = await open(source, options);
  try {
    const { width, height } = await headerSize(bytes, format);
    return { width, height, format };
  } catch (error) {
    throw unreadable(name, format, error);
  }
}

/** Options of {@link encodeImage}. */
export interface EncodeOptions {
  /** 1 to 100; lossy formats only, sharp's default unless given. */
  readonly quality?: number;
  /** EXIF orientation 1 to 8 to write into the file; the pixels stay as they are. */
  readonly orientation?: number;
}

/** Encodes a picture as the bytes of a file. */
export async function encodeImage(
  pixels: Pixels,
  format: ImageFormat,
  options: EncodeOptions = {},
): Promise<Uint8Array> {
  if (format === 'bmp') return encodeBmp(pixels);
  let image = fromPixels(pixels);
  if (options.orientation !== undefined) image = image.withMetadata({ orientation: options.orientation });
  const quality = options.quality === undefined ? {} : { quality: options.quality };
  return image.toFormat(format, format === 'png' ? {} : quality).toBuffer();
}

/**
 * A picture for a page to show: upright, in sRGB, at most `side` pixels wide and high, as WebP. It is made small while
 * it is decoded, away from this thread. Throws as {@link decodeImage}.
 */
export async function thumbnail(
  source: Uint8Array | string,
  side: number,
  options: DecodeOptions = {},
): Promise<Uint8Array> {
  const { bytes, name, format } = await open(source, options);
  const maxPixels = options.maxPixels ?? DEFAULT_MAX_PIXELS;
  try {
    if (format !== 'bmp') return await small(sharp(bytes, sharpOptions(maxPixels)), side);
    const { width, height } = bmpSize(bytes);
    requireSize(name, width, height, maxPixels);
    return await small(fromPixels(decodeBmp(bytes)), side);
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw unreadable(name, format, error);
  }
}

function small(image: Sharp, side: number): Promise<Uint8Array> {
  return image
    .autoOrient()
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .webp({ quality: 82, effort: 1 })
    .toBuffer();
}

/** A picture's file as every browser shows it. */
export interface BrowserImage {
  /** Such as `image/jpeg`. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/**
 * A picture for a page to show in full: its own bytes where browsers show them as {@link decodeImage} decodes them,
 * else upright in another format. Throws as {@link decodeImage}.
 */
export async function uprightImage(source: Uint8Array, options: DecodeOptions = {}): Promise<BrowserImage> {
  const { bytes, name, format } = await open(source, options);
  if (format === 'jpeg' || format === 'png' || format === 'webp') {
    const { orientation = 1, pages = 1 } = await sharp(bytes, sharpOptions(false))
      .metadata()
      .catch((error: unknown) => {
        throw unreadable(name, format, error);
      });
    if (orientation === 1 && pages === 1) return { type: `image/${format}`, bytes };
  }
  const pixels = await decodeImage(bytes, options);
  const made = format === 'jpeg' ? 'jpeg' : 'png';
  return { type: `image/${made}`, bytes: await encodeImage(pixels, made, { quality: 95 }) };
}

/** Draws an SVG of our own making over white. Never call it with a user's SVG, which could refer to files. */
export async function renderSvg(svg: string): Promise<Pixels> {
  return toPixels(sharp(Buffer.from(svg)));
}

async function decode(
  source: Uint8Array | string,
  options: DecodeOptions,
): Promise<{ pixels: Pixels; format: ImageFormat }> {
  const { bytes, name, format } = await open(source, options);
  const maxPixels = options.maxPixels ?? DEFAULT_MAX_PIXELS;
  try {
    if (format === 'bmp') {
      const { width, height } = bmpSize(bytes);
      requireSize(name, width, height, maxPixels);
      return { pixels: decodeBmp(bytes), format };
    }
    return { pixels: await toPixels(sharp(bytes, sharpOptions(maxPixels))), format };
  } catch (error) {
    if (error instanceof LabError) throw error;
    const size = await headerSize(bytes, format).catch(() => undefined);
    if (size !== undefined) requireSize(name, size.width, size.height, maxPixels);
    throw unreadable(name, format, error);
  }
}

/** The bytes of a picture whose content says that it is one of a format that is read. */
async function open(
  source: Uint8Array | string,
  options: DecodeOptions,
): Promise<{ bytes: Uint8Array; name: string; format: ImageFormat }> {
  const path = typeof source === 'string' ? source : undefined;
  const name = options.name ?? path;
  const label = name === undefined ? 'the image' : `the image ${name}`;
  const bytes = typeof source === 'string' ? await readImageFile(source) : source;
  if (bytes.length === 0) {
    throw new LabError('IMAGE_UNREADABLE', `Cannot read ${label}: the file is empty.`);
  }
  const found = sniffFormat(bytes, extname(name ?? '').slice(1));
  if ('unsupported' in found) {
    throw new LabError('IMAGE_UNSUPPORTED', `Cannot read ${label}: ${found.unsupported} are not supported.`, {
      hint: 'Convert it to JPEG or PNG first.',
    });
  }
  if ('unknown' in found) {
    const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new LabError(
      'IMAGE_UNREADABLE',
      `Cannot read ${label}: it is no picture; it begins with the bytes ${start}.`,
      { hint: 'JPEG, PNG, WebP, GIF, BMP, TIFF and AVIF are read.' },
    );
  }
  return { bytes, name: label, format: found.format };
}

/** The bytes of a picture's file. Throws LabError `SOURCE_NOT_FOUND` or `SOURCE_UNREADABLE`. */
export async function readImageFile(path: string): Promise<Uint8Array> {
  const label = `the image ${path}`;
  try {
    return await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      throw new LabError('SOURCE_NOT_FOUND', `Cannot read ${label}: there is no such file.`, {
        cause: error,
      });
    }
    throw new LabError('SOURCE_UNREADABLE', `Cannot read ${label}: ${code ?? message}.`, { cause: error });
  }
}

/**
 * libvips' level "error" passes libjpeg's warnings (garbage between scans and before the end marker) and
 * refuses what is cut off; the level "truncated" would let a cut JPEG-compressed TIFF through.
 */
function sharpOptions(maxPixels: number | false): SharpOptions {
  return { failOn: 'error', limitInputPixels: maxPixels, pages: 1 };
}

/** Width and height upright, by the header alone. */
async function headerSize(
  bytes: Uint8Array,
  format: ImageFormat,
): Promise<{ width: number; height: number }> {
  if (format === 'bmp') return bmpSize(bytes);
  return (await sharp(bytes, sharpOptions(false)).metadata()).autoOrient;
}

async function toPixels(image: Sharp): Promise<Pixels> {
  const { data, info } = await image
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`${info.channels} channels remain where 3 were expected`);
  return {
    width: info.width,
    height: info.height,
    data: new Uint8Array(data.buffer, data.byteOffset, data.length),
  };
}

function fromPixels({ width, height, data }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });
}

function requireSize(name: string, width: number, height: number, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  throw new LabError(
    'IMAGE_TOO_LARGE',
    `Cannot read ${name}: it has ${width} × ${height} = ${width * height} pixels, the limit is ${maxPixels}.`,
    { hint: `Raise the limit with --max-pixels ${width * height} if the picture is meant to be that large.` },
  );
}

function unreadable(name: string, format: ImageFormat, error: unknown): LabError {
  const reason = error instanceof Error ? error.message : String(error);
  return new LabError(
    'IMAGE_UNREADABLE',
    `Cannot read ${name}: its ${format.toUpperCase()} data is damaged or cut off (${firstLine(reason)}).`,
    { cause: error },
  );
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]!.trim().replace(/\.$/, '');
}
