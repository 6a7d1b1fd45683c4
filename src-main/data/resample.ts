/**
 * Antialiased resampling with the arithmetic of Pillow's `Image.resize`, which torchvision's transforms use on
 * pictures: for each output pixel the filter is stretched by the scale, weights are normalised and rounded to
 * fixed point, and the horizontal pass is rounded to bytes before the vertical one. Integer sums make the
 * result the same on every machine.
 */
import { type Box, type Pixels, pickPixels, requireBox } from './pixels.ts';

/** Names of the filters, as torchvision's `InterpolationMode` calls them. */
export const INTERPOLATIONS = ['nearest', 'bilinear', 'bicubic', 'lanczos'] as const;

/** One of {@link INTERPOLATIONS}. */
export type Interpolation = (typeof INTERPOLATIONS)[number];

/** A filter kernel and the distance from its centre at which it ends. */
interface Kernel {
  readonly support: number;
  readonly at: (x: number) => number;
}

const KERNELS: Readonly<Record<Exclude<Interpolation, 'nearest'>, Kernel>> = {
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, at: bicubic },
  lanczos: { support: 3, at: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Bits after the point of a fixed-point weight: 8-bit samples and the sum's sign fit 32 bits beside them. */
const PRECISION = 22;

/** For one axis: where each output pixel's samples begin, how many there are, and their fixed-point weights. */
interface Taps {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  readonly weights: Int32Array;
  /** Distance in `weights` between two output pixels. */
  readonly stride: number;
}

/**
 * Resizes the picture, or only the box inside it, to `width` × `height`. A picture that has this size already
 * is returned as it is.
 */
export function resizePixels(
  pixels: Pixels,
  width: number,
  height: number,
  interpolation: Interpolation = 'bilinear',
  box: Box = { left: 0, top: 0, width: pixels.width, height: pixels.height },
): Pixels {
  requireBox(pixels, box);
  if (interpolation === 'nearest') return resizeNearest(pixels, width, height, box);
  if (box.width === pixels.width && box.height === pixels.height) {
    if (width === box.width && height === box.height) return pixels;
  }
  const kernel = KERNELS[interpolation];
  const columns = makeTaps(box.left, box.width, width, kernel);
  const rows = makeTaps(box.top, box.height, height, kernel);
  const firstRow = rows.starts[0]!;
  const lastRow = rows.starts[height - 1]! + rows.counts[height - 1]!;
  const narrow = horizontalPass(pixels, columns, width, firstRow, lastRow);
  return { width, height, data: verticalPass(narrow, rows, width, height, firstRow) };
}

function resizeNearest(pixels: Pixels, width: number, height: number, box: Box): Pixels {
  const columns = nearestPlaces(box.left, box.width, width);
  const rows = nearestPlaces(box.top, box.height, height);
  return pickPixels(pixels, columns, rows);
}

/** Which of `side` pixels from `start` each of `count` shows. Pillow adds up its steps, roundings included. */
function nearestPlaces(start: number, side: number, count: number): Int32Array {
  const step = side / count;
  let place = step * 0.5;
  return Int32Array.from({ length: count }, () => {
    const shown = start + Math.floor(place);
    place += step;
    return shown;
  });
}

function makeTaps(start: number, inputSize: number, outputSize: number, kernel: Kernel): Taps {
  const scale = inputSize / outputSize;
  const stretch = Math.max(scale, 1);
  const support = kernel.support * stretch;
  const stride = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(outputSize);
  const counts = new Int32Array(outputSize);
  const weights = new Int32Array(outputSize * stride);
  const samples = new Float64Array(stride);
  for (let output = 0; output < outputSize; output++) {
    const centre = (output + 0.5) * scale;
    const from = Math.max(Math.trunc(centre - support + 0.5), 0);
    const count = Math.min(Math.trunc(centre + support + 0.5), inputSize) - from;
    let sum = 0;
    for (let tap = 0; tap < count; tap++) {
      samples[tap] = kernel.at((tap + from - centre + 0.5) / stretch);
      sum += samples[tap]!;
    }
    for (let tap = 0; tap < count; tap++) {
      const weight = (samples[tap]! / sum) * (1 << PRECISION);
      weights[output * stride + tap] = weight < 0 ? weight - 0.5 : weight + 0.5;
    }
    starts[output] = start + from;
    counts[output] = count;
  }
  return { starts, counts, weights, stride };
}

const ROUND = 1 << (PRECISION - 1);

/** Resamples the rows `firstRow` … `lastRow` − 1 to `width` columns. */
function horizontalPass(
  { width: inputWidth, data: input }: Pixels,
  { starts, counts, weights, stride }: Taps,
  width: number,
  firstRow: number,
  lastRow: number,
): Uint8ClampedArray {
  const output = new Uint8ClampedArray((lastRow - firstRow) * width * 3);
  let write = 0;
  for (let row = firstRow; row < lastRow; row++) {
    const line = row * inputWidth;
    for (let column = 0; column < width; column++, write += 3) {
      let red = ROUND;
      let green = ROUND;
      let blue = ROUND;
      let read = (line + starts[column]!) * 3;
      const first = column * stride;
      const end = first + counts[column]!;
      for (let tap = first; tap < end; tap++, read += 3) {
        const weight = weights[tap]!;
        red = (red + Math.imul(input[read]!, weight)) | 0;
        green = (green + Math.imul(input[read + 1]!, weight)) | 0;
        blue = (blue + Math.imul(input[read + 2]!, weight)) | 0;
      }
      output[write] = red >> PRECISION;
      output[write + 1] = green >> PRECISION;
      output[write + 2] = blue >> PRECISION;
    }
  }
  return output;
}

/** Resamples columns of rows that begin at the picture's row `firstRow`. */
function verticalPass(
  input: Uint8ClampedArray,
  { starts, counts, weights, stride }: Taps,
  width: number,
  height: number,
  firstRow: number,
): Uint8Array {
  const rowLength = width * 3;
  const output = new Uint8ClampedArray(rowLength * height);
  const sums = new Int32Array(rowLength);
  for (let row = 0; row < height; row++) {
    sums.fill(ROUND);
    for (let tap = 0; tap < counts[row]!; tap++) {
      const weight = weights[row * stride + tap]!;
      const line = (starts[row]! + tap - firstRow) * rowLength;
      for (let at = 0; at < rowLength; at++) sums[at] = sums[at]! + Math.imul(input[line + at]!, weight);
    }
    const write = row * rowLength;
    for (let at = 0; at < rowLength; at++) output[write + at] = sums[at]! >> PRECISION;
  }
  return new Uint8Array(output.buffer);
}

/** Keys' cubic convolution with a = −0.5. */
function bicubic(x: number): number {
  const distance = Math.abs(x);
  if (distance < 1) return (1.5 * distance - 2.5) * distance * distance + 1;
  if (distance < 2) return ((-0.5 * distance + 2.5) * distance - 4) * distance + 2;
  return 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
