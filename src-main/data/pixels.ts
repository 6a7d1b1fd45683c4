/** Decoded pictures as plain values, and the operations that only move bytes. */

/** An 8-bit sRGB picture: `data` holds height × width × 3 bytes, row by row, red, green, blue. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** One level for all channels, or red, green and blue; bytes. */
export type Color = number | readonly [number, number, number];

/** What lies beyond a picture's edges, as torchvision's `pad` names it. */
export const PADDING_MODES = ['constant', 'edge', 'reflect', 'symmetric'] as const;

/** One of {@link PADDING_MODES}. */
export type PaddingMode = (typeof PADDING_MODES)[number];

/** A rectangle in whole pixels; `left` and `top` count from the picture's upper left corner. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Red, green and blue of a colour. */
export function rgb(color: Color): readonly [number, number, number] {
  return typeof color === 'number' ? [color, color, color] : color;
}

/** A picture of the given size filled with one colour. */
export function filledPixels(
  width: number,
  height: number,
  [red, green, blue]: readonly [number, number, number],
): Pixels {
  const data = new Uint8Array(width * height * 3);
  if (red === green && red === blue) return { width, height, data: data.fill(red) };
  for (let at = 0; at < data.length; at += 3) {
    data[at] = red;
    data[at + 1] = green;
    data[at + 2] = blue;
  }
  return { width, height, data };
}

/** Whether a box lies within a picture of the given size and holds at least one pixel. */
export function boxFits(box: Box, width: number, height: number): boolean {
  return (
    [box.left, box.top, box.width, box.height].every(Number.isInteger) &&
    box.left >= 0 &&
    box.top >= 0 &&
    box.width >= 1 &&
    box.height >= 1 &&
    box.left + box.width <= width &&
    box.top + box.height <= height
  );
}

/** The part of the picture inside the box, which must fit ({@link boxFits}; a RangeError otherwise). */
export function cropPixels(pixels: Pixels, box: Box): Pixels {
  requireBox(pixels, box);
  if (box.width === pixels.width && box.height === pixels.height) return pixels;
  const data = new Uint8Array(box.width * box.height * 3);
  for (let row = 0; row < box.height; row++) {
    const from = ((box.top + row) * pixels.width + box.left) * 3;
    data.set(pixels.data.subarray(from, from + box.width * 3), row * box.width * 3);
  }
  return { width: box.width, height: box.height, data };
}

/** The picture mirrored left to right. */
export function flipPixels(pixels: Pixels): Pixels {
  const { width, height, data: from } = pixels;
  const data = new Uint8Array(from.length);
  for (let row = 0; row < height; row++) {
    let read = row * width * 3;
    let write = (row + 1) * width * 3 - 3;
    for (let column = 0; column < width; column++, read += 3, write -= 3) {
      data[write] = from[read]!;
      data[write + 1] = from[read + 1]!;
      data[write + 2] = from[read + 2]!;
    }
  }
  return { width, height, data };
}

/** The picture mirrored top to bottom. */
export function flipPixelsVertically({ width, height, data: from }: Pixels): Pixels {
  const line = width * 3;
  const data = new Uint8Array(from.length);
  for (let row = 0; row < height; row++) {
    data.set(from.subarray(row * line, (row + 1) * line), (height - 1 - row) * line);
  }
  return { width, height, data };
}

/**
 * What a window of `width` × `height` shows of the picture when its upper left corner lies at (left, top),
 * which may be negative. Outside the picture lies the colour `fill`, or what the mode says: the `edge` pixel,
 * or the picture mirrored, with its edge doubled (`symmetric`) or not (`reflect`).
 */
export function windowPixels(
  pixels: Pixels,
  box: Box,
  fill: Color = 0,
  mode: PaddingMode = 'constant',
): Pixels {
  if (mode !== 'constant') return continuedWindow(pixels, box, mode);
  const { left, top, width, height } = box;
  const { data } = filledPixels(width, height, rgb(fill));
  const firstColumn = Math.max(left, 0);
  const bytes = (Math.min(left + width, pixels.width) - firstColumn) * 3;
  for (let row = Math.max(top, 0); bytes > 0 && row < Math.min(top + height, pixels.height); row++) {
    const from = (row * pixels.width + firstColumn) * 3;
    data.set(pixels.data.subarray(from, from + bytes), ((row - top) * width + firstColumn - left) * 3);
  }
  return { width, height, data };
}

function continuedWindow(
  pixels: Pixels,
  { left, top, width, height }: Box,
  mode: Exclude<PaddingMode, 'constant'>,
): Pixels {
  const columns = Int32Array.from({ length: width }, (_, x) => continued(left + x, pixels.width, mode));
  const rows = Int32Array.from({ length: height }, (_, y) => continued(top + y, pixels.height, mode));
  return pickPixels(pixels, columns, rows);
}

/** The place within 0 … length − 1 that a mode shows at a place anywhere. */
function continued(at: number, length: number, mode: Exclude<PaddingMode, 'constant'>): number {
  if (mode === 'edge') return Math.min(Math.max(at, 0), length - 1);
  // The picture is mirrored at the centre of its edge pixels, or at their outer side.
  const [end, place] = mode === 'reflect' ? [length - 1, at] : [length, at + 0.5];
  if (end === 0) return 0;
  const phase = ((place % (2 * end)) + 2 * end) % (2 * end);
  return Math.floor(Math.min(phase, 2 * end - phase));
}

/** The pixels at the given columns of the given rows. */
export function pickPixels(pixels: Pixels, columns: Int32Array, rows: Int32Array): Pixels {
  const data = new Uint8Array(columns.length * rows.length * 3);
  let write = 0;
  for (const row of rows) {
    for (const column of columns) {
      const read = (row * pixels.width + column) * 3;
      data[write++] = pixels.data[read]!;
      data[write++] = pixels.data[read + 1]!;
      data[write++] = pixels.data[read + 2]!;
    }
  }
  return { width: columns.length, height: rows.length, data };
}

/** Throws a RangeError when the box does not fit the picture: a defect of the caller, not of a user. */
export function requireBox(pixels: Pixels, box: Box): void {
  if (boxFits(box, pixels.width, pixels.height)) return;
  throw new RangeError(
    `the box ${JSON.stringify(box)} does not fit a picture of ${pixels.width}×${pixels.height}`,
  );
}
