/** Pooling of images [N, C, H, W]. */
import type { pooling as schemas } from '../../../src-main/onnx/ops/pooling.ts';
import type { Kernel } from './kernel.ts';
import { at, fill, indices, positionOf } from './values.ts';
import { isInside, outputSize, source, windowOf } from './window.ts';

const maxPool: Kernel = (node) => {
  const x = node.x(0);
  if (node.int('storage_order', 0) !== 0) node.fail('counts its indices by columns');
  const [samples, channels, ...image] = x.dims as [number, number, ...number[]];
  const window = windowOf(node, node.ints('kernel_shape')!);
  const dims = [samples, channels, ...outputSize(image, window, node.int('ceil_mode', 0) === 1)];
  const taps = indices(window.kernel);
  const places = fill('int64', dims, ([n, c, ...place]) => {
    const candidates = taps
      .map((tap) => source(window, place, tap))
      .filter((spot) => isInside(spot, image))
      .map((spot) => positionOf(x.dims, [n!, c!, ...spot]));
    return candidates.reduce((best, candidate) => (x.data[candidate]! > x.data[best]! ? candidate : best));
  });
  return [{ dtype: x.dtype, dims, data: places.data.map((place) => x.data[place]!) }, places];
};

const averagePool: Kernel = (node) => {
  const x = node.x(0);
  const [samples, channels, ...image] = x.dims as [number, number, ...number[]];
  const window = windowOf(node, node.ints('kernel_shape')!);
  const dims = [samples, channels, ...outputSize(image, window, node.int('ceil_mode', 0) === 1)];
  const taps = indices(window.kernel);
  const countPadding = node.int('count_include_pad', 0) === 1;
  // Padding counts if asked to, but never what ceil_mode adds behind it.
  const isInPadding = (spot: readonly number[]): boolean =>
    spot.every((p, axis) => p >= -window.before[axis]! && p < image[axis]! + window.after[axis]!);
  return [
    fill(x.dtype, dims, ([n, c, ...place]) => {
      const spots = taps.map((tap) => source(window, place, tap));
      const inside = spots.filter((spot) => isInside(spot, image));
      const sum = inside.reduce((total, spot) => total + at(x, [n!, c!, ...spot]), 0);
      return sum / (countPadding ? spots.filter(isInPadding).length : inside.length);
    }),
  ];
};

/** One value for all pixels of each image. */
function wholeImage(fold: (pixels: number[]) => number): Kernel {
  return (node) => {
    const x = node.x(0);
    const [samples, channels, ...image] = x.dims as [number, number, ...number[]];
    const spots = indices(image);
    const pixels = (n: number, c: number): number[] => spots.map((spot) => at(x, [n, c, ...spot]));
    return [fill(x.dtype, [samples, channels, ...image.map(() => 1)], ([n, c]) => fold(pixels(n!, c!)))];
  };
}

export const pooling: Readonly<Record<keyof typeof schemas, Kernel>> = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: wholeImage((pixels) => pixels.reduce((sum, pixel) => sum + pixel, 0) / pixels.length),
  GlobalMaxPool: wholeImage((pixels) => Math.max(...pixels)),
};
