import { type Pixels, windowPixels } from '../pixels.ts';

/** The middle `size` × `size` pixels; a side that is shorter is centred on black. */
export function centerCrop(pixels: Pixels, size: number): Pixels {
  const { width, height } = pixels;
  if (width === size && height === size) return pixels;
  return windowPixels(pixels, {
    left: margin(width, size),
    top: margin(height, size),
    width: size,
    height: size,
  });
}

/**
 * torchvision rounds a margin as Python does, halves to the even neighbour, and pads a short side with the
 * odd pixel on the far side.
 */
function margin(side: number, size: number): number {
  const half = (side - size) / 2;
  if (half < 0) return -Math.floor(-half);
  const below = Math.floor(half);
  if (half - below !== 0.5) return below;
  return below % 2 === 0 ? below : below + 1;
}
