/** Gaussian blur as torchvision's `gaussian_blur` defines it. */
import { type Pixels, windowPixels } from './pixels.ts';

/**
 * Each pixel becomes the mean of the `kernelSize` × `kernelSize` pixels about it, weighed by a Gaussian of
 * deviation `sigma`, rounded to the nearest byte. Beyond its edges the picture is reflected.
 *
 * @param kernelSize an odd number
 */
export function blurPixels(pixels: Pixels, kernelSize: number, sigma: number): Pixels {
  const { width, height } = pixels;
  const reach = (kernelSize - 1) / 2;
  const box = { left: -reach, top: -reach, width: width + 2 * reach, height: height + 2 * reach };
  const padded = windowPixels(pixels, box, 0, 'reflect');
  const weights = kernel(reach, sigma);
  const rows = weigh(padded.data, weights, { count: height * box.width * 3, step: box.width * 3 });
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const line = rows.subarray(row * box.width * 3, (row + 1) * box.width * 3);
    data.set(weigh(line, weights, { count: width * 3, step: 3 }).map(Math.round), row * width * 3);
  }
  return { width, height, data };
}

/** exp(−x² / 2σ²) at −reach … reach, divided by the sum. */
function kernel(reach: number, sigma: number): Float64Array {
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, at) =>
    Math.exp(-0.5 * ((at - reach) / sigma) ** 2),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Weighted sums of as many values as there are weights, `step` places apart. */
function weigh(
  values: Uint8Array | Float64Array,
  weights: Float64Array,
  { count, step }: { readonly count: number; readonly step: number },
): Float64Array {
  const sums = new Float64Array(count);
  weights.forEach((weight, tap) => {
    for (let at = 0; at < count; at++) sums[at] = sums[at]! + weight * values[at + tap * step]!;
  });
  return sums;
}
