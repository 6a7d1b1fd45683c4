/**
 * Affine changes of a picture with the arithmetic of torchvision's `affine` and `rotate` on pictures and of
 * Pillow's `Image.transform` beneath them: for each pixel of the result, where in the source it comes from.
 */
import { type Color, type Pixels, filledPixels, rgb } from './pixels.ts';

/** Names of the ways to read between pixels. */
export const WARP_INTERPOLATIONS = ['nearest', 'bilinear'] as const;

/** One of {@link WARP_INTERPOLATIONS}. */
export type WarpInterpolation = (typeof WARP_INTERPOLATIONS)[number];

/**
 * [a, b, c, d, e, f]: the point (x, y) of the result shows the source's (a·x + b·y + c, d·x + e·y + f). The
 * centre of a picture's first pixel is (0.5, 0.5).
 */
export type AffineMatrix = readonly [number, number, number, number, number, number];

/** Size of the picture that a matrix is made for. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** Parameters of torchvision's `affine`. */
export interface AffineChange {
  /** Degrees, clockwise. */
  readonly angle: number;
  /** Pixels to the right and down. */
  readonly translate: readonly [number, number];
  readonly scale: number;
  /** Degrees along x and along y. */
  readonly shear: readonly [number, number];
}

/**
 * The inverse of T · C · R · S · C⁻¹: scaling and shearing S, the rotation R about the centre C, and the
 * translation T. R · Sʸ · Sˣ has determinant 1, so that exchanging the diagonal and negating the rest inverts it.
 */
export function inverseAffineMatrix({ width, height }: Size, change: AffineChange): AffineMatrix {
  const turn = radians(change.angle);
  const along = radians(change.shear[0]);
  const across = radians(change.shear[1]);
  const { scale } = change;
  const lean = Math.cos(across);
  const a = ((-Math.sin(turn - across) * Math.tan(along)) / lean + Math.cos(turn)) / scale;
  const b = ((Math.cos(turn - across) * Math.tan(along)) / lean + Math.sin(turn)) / scale;
  const d = -(Math.sin(turn - across) / lean) / scale;
  const e = Math.cos(turn - across) / lean / scale;
  const x = width * 0.5;
  const y = height * 0.5;
  const [right, down] = change.translate;
  const c = a * (-x - right) + b * (-y - down) + x;
  const f = d * (-x - right) + e * (-y - down) + y;
  return [a, b, c, d, e, f];
}

/** The inverse of a counter-clockwise rotation about the centre. Pillow rounds its entries to 15 digits. */
export function inverseRotationMatrix({ width, height }: Size, degrees: number): AffineMatrix {
  const turn = -radians(((degrees % 360) + 360) % 360);
  const cosine = digits15(Math.cos(turn));
  const sine = digits15(Math.sin(turn));
  const x = width / 2;
  const y = height / 2;
  return [cosine, sine, cosine * -x + sine * -y + x, -sine, cosine, -sine * -x + cosine * -y + y];
}

/** The picture changed by the inverse of `matrix`, in its own size; `fill` shows where it does not reach. */
export function warpPixels(
  pixels: Pixels,
  matrix: AffineMatrix,
  interpolation: WarpInterpolation,
  fill: Color,
): Pixels {
  const output = filledPixels(pixels.width, pixels.height, rgb(fill));
  if (interpolation === 'nearest') warpNearest(pixels, matrix, output.data);
  else warpBilinear(pixels, matrix, output.data);
  return output;
}

/**
 * Takes the pixel that a point lies in. Pillow works in 16.16 fixed point, whose numbers doubles hold exactly,
 * unless the axes stay where they are: then it adds up doubles.
 */
function warpNearest({ width, height, data: input }: Pixels, matrix: AffineMatrix, output: Uint8Array): void {
  const [a, b, c, d, e, f] = matrix;
  const exact = b === 0 && d === 0 ? (value: number): number => value : fixed;
  const [stepX, stepY, lineX, lineY] = [exact(a), exact(d), exact(b), exact(e)];
  let startX = exact(c + a * 0.5 + b * 0.5);
  let startY = exact(f + d * 0.5 + e * 0.5);
  let write = 0;
  for (let row = 0; row < height; row++, startX += lineX, startY += lineY) {
    let x = startX;
    let y = startY;
    for (let column = 0; column < width; column++, write += 3, x += stepX, y += stepY) {
      if (!(x >= 0 && x < width && y >= 0 && y < height)) continue;
      const read = (Math.floor(y) * width + Math.floor(x)) * 3;
      output[write] = input[read]!;
      output[write + 1] = input[read + 1]!;
      output[write + 2] = input[read + 2]!;
    }
  }
}

/** Weighs the four pixels whose centres surround a point; beyond the edge the last pixel goes on. */
function warpBilinear(
  { width, height, data: input }: Pixels,
  matrix: AffineMatrix,
  output: Uint8Array,
): void {
  const [a, b, c, d, e, f] = matrix;
  let write = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++, write += 3) {
      const x = a * (column + 0.5) + b * (row + 0.5) + c;
      const y = d * (column + 0.5) + e * (row + 0.5) + f;
      if (!(x >= 0 && x < width && y >= 0 && y < height)) continue;
      const left = Math.floor(x - 0.5);
      const top = Math.floor(y - 0.5);
      const partX = x - 0.5 - left;
      const partY = y - 0.5 - top;
      const columns = [Math.max(left, 0) * 3, Math.min(left + 1, width - 1) * 3] as const;
      const upper = Math.max(top, 0) * width * 3;
      const lower = Math.min(top + 1, height - 1) * width * 3;
      for (let channel = 0; channel < 3; channel++) {
        const at = channel + columns[0];
        const next = channel + columns[1];
        const above = mixed(input[upper + at]!, input[upper + next]!, partX);
        const below = mixed(input[lower + at]!, input[lower + next]!, partX);
        output[write + channel] = mixed(above, below, partY);
      }
    }
  }
}

function mixed(from: number, to: number, part: number): number {
  return from + (to - from) * part;
}

/** Rounded to a multiple of 2^-16. */
function fixed(value: number): number {
  return Math.floor(value * 65536 + 0.5) / 65536;
}

/** `toFixed` rounds the exact value, as Python's `round` does. */
function digits15(value: number): number {
  return Number(value.toFixed(15));
}

function radians(degrees: number): number {
  return degrees * (Math.PI / 180);
}
