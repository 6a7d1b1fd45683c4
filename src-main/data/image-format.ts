/** What kind of file some bytes are, by their content: never by a name alone. */

/** Formats that are decoded. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'bmp' | 'tiff' | 'avif';

/** What {@link sniffFormat} found: a format that is read, one that is known but not read, or neither. */
export type Sniffed =
  { readonly format: ImageFormat } | { readonly unsupported: string } | { readonly unknown: true };

/** File extensions of raw camera files that are TIFF inside and may carry no other mark. */
const RAW_EXTENSIONS = new Set([
  ...[
    '3fr',
    'arw',
    'cr2',
    'cr3',
    'crw',
    'dcr',
    'dng',
    'erf',
    'fff',
    'iiq',
    'k25',
    'kdc',
    'mef',
    'mos',
    'mrw',
  ],
  ...['nef', 'nrw', 'orf', 'pef', 'raf', 'raw', 'rw2', 'rwl', 'sr2', 'srf', 'srw', 'x3f'],
]);

const RAW = 'raw camera files';

/** Leading bytes as Latin-1 text, and what they mean. The first match counts. */
const SIGNATURES: readonly (readonly [start: string, offset: number, meaning: Sniffed])[] = [
  ['\xff\xd8\xff', 0, { format: 'jpeg' }],
  ['\x89PNG\r\n\x1a\n', 0, { format: 'png' }],
  ['GIF8', 0, { format: 'gif' }],
  ['WEBP', 8, { format: 'webp' }],
  ['BM', 0, { format: 'bmp' }],
  ['FUJIFILMCCD-RAW', 0, { unsupported: RAW }],
  ['IIU\0', 0, { unsupported: RAW }],
  ['IIRO', 0, { unsupported: RAW }],
  ['IIRS', 0, { unsupported: RAW }],
  ['MMOR', 0, { unsupported: RAW }],
  ['FOVb', 0, { unsupported: RAW }],
  ['\0MRM', 0, { unsupported: RAW }],
  ['HEAPCCDR', 6, { unsupported: RAW }],
  ['\xff\x0a', 0, { unsupported: 'JPEG XL pictures' }],
  ['\0\0\0\x0cJXL ', 0, { unsupported: 'JPEG XL pictures' }],
  ['\0\0\0\x0cjP  ', 0, { unsupported: 'JPEG 2000 pictures' }],
  ['8BPS', 0, { unsupported: 'Photoshop files' }],
  ['%PDF', 0, { unsupported: 'PDF documents' }],
  ['\0\0\x01\0', 0, { unsupported: 'Windows icons' }],
];

/**
 * What the bytes are. `extension` (without the dot) only tells raw camera files apart from ordinary TIFF,
 * since several makers' raw files are TIFF by content.
 */
export function sniffFormat(bytes: Uint8Array, extension = ''): Sniffed {
  for (const [start, offset, meaning] of SIGNATURES) {
    if (text(bytes, offset, start.length) === start) return meaning;
  }
  if (text(bytes, 4, 4) === 'ftyp') return sniffBrands(bytes);
  if (['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(text(bytes, 0, 4))) return sniffTiff(bytes, extension);
  if (
    /^\s*(<\?xml[^>]*>\s*)?(<!--[^>]*-->\s*)?(<!DOCTYPE svg|<svg)/i.test(
      text(bytes, 0, 512).replace(/^\xef\xbb\xbf/, ''),
    )
  ) {
    return { unsupported: 'SVG drawings' };
  }
  return { unknown: true };
}

/** ISO media files: the brands listed in the `ftyp` box say which (ISO/IEC 14496-12, 4.3). */
function sniffBrands(bytes: Uint8Array): Sniffed {
  const length = Math.min(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), bytes.length, 256);
  const brands: string[] = [];
  for (let at = 8; at + 4 <= length; at += 4) if (at !== 12) brands.push(text(bytes, at, 4));
  if (brands.some((brand) => brand === 'avif' || brand === 'avis')) return { format: 'avif' };
  if (brands[0] === 'crx ') return { unsupported: RAW };
  if (brands.some((brand) => /^(hei[cxms]|hev[cxms]|mif1|msf1)$/.test(brand))) {
    return { unsupported: 'HEIC pictures' };
  }
  return { unsupported: 'video files' };
}

/**
 * Raw files among TIFF: CR2 has its mark at byte 8; DNG has tag 50706; others (NEF, ARW) begin with a reduced
 * preview (NewSubfileType 1), name the camera's maker (tag 271) and keep the raw data in sub-directories (330).
 */
function sniffTiff(bytes: Uint8Array, extension: string): Sniffed {
  if (RAW_EXTENSIONS.has(extension.toLowerCase())) return { unsupported: RAW };
  if (text(bytes, 8, 2) === 'CR') return { unsupported: RAW };
  const tags = tiffTags(bytes);
  const preview = tags.get(254) === 1 && tags.has(271) && tags.has(330);
  return tags.has(50706) || preview ? { unsupported: RAW } : { format: 'tiff' };
}

/** Tags of a classic TIFF's first directory with the first four bytes of each value as a number. */
function tiffTags(bytes: Uint8Array): Map<number, number> {
  const tags = new Map<number, number>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  if (bytes.length < 8 || view.getUint16(2, little) !== 42) return tags;
  const start = view.getUint32(4, little);
  if (start + 2 > bytes.length) return tags;
  const count = view.getUint16(start, little);
  for (let at = start + 2, entry = 0; entry < count && at + 12 <= bytes.length; entry++, at += 12) {
    const isShort = view.getUint16(at + 2, little) === 3;
    const value = isShort ? view.getUint16(at + 8, little) : view.getUint32(at + 8, little);
    tags.set(view.getUint16(at, little), value);
  }
  return tags;
}

function text(bytes: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + length));
}
