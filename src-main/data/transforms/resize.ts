import type { Pixels } from '../pixels.ts';
import { type Interpolation, resizePixels } from '../resample.ts';

/** The short side becomes `size`; the long one keeps the aspect, cut to whole pixels as torchvision does. */
export function resizeShortSide(pixels: Pixels, size: number, interpolation: Interpolation): Pixels {
  const { width, height } = pixels;
  const short = Math.min(width, height);
  const scaled = (side: number): number => (side === short ? size : Math.trunc((size * side) / short));
  return resizePixels(pixels, scaled(width), scaled(height), interpolation);
}
