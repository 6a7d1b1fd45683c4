/** Pixels as the input of a network from a file takes them. */
import type { Tensor } from '../onnx/tensor.ts';

/** How a network takes its images. */
export interface ImageFeed {
  /** Bytes as they are, or normalised numbers. */
  readonly dtype: 'uint8' | 'float32';
  /** Where the channels are: `[N, 3, S, S]` or `[N, S, S, 3]`. */
  readonly layout: 'NCHW' | 'NHWC';
  /** S. */
  readonly imageSize: number;
  /** Of pixels in 0–1, for numbers: (x − mean) / std. */
  readonly normalization: {
    readonly mean: readonly [number, number, number];
    readonly std: readonly [number, number, number];
  };
}

/** The tensor for `count` images uint8 `[N, S, S, 3]`, as torchvision's ToTensor and Normalize give it. */
export function imageTensor(pixels: Uint8Array, count: number, feed: ImageFeed): Tensor {
  const { dtype, layout, imageSize } = feed;
  const dims = layout === 'NHWC' ? [count, imageSize, imageSize, 3] : [count, 3, imageSize, imageSize];
  if (dtype === 'uint8' && layout === 'NHWC') return { dtype, dims, data: pixels };
  const data = dtype === 'uint8' ? new Uint8Array(pixels.length) : new Float32Array(pixels.length);
  fill(data, pixels, feed);
  return { dtype, dims, data };
}

function fill(data: Uint8Array | Float32Array, pixels: Uint8Array, feed: ImageFeed): void {
  const { dtype, layout, imageSize, normalization } = feed;
  const { mean, std } = normalization;
  const area = imageSize * imageSize;
  for (let at = 0; at < pixels.length; at++) {
    const channel = at % 3;
    const place = (at - channel) / 3;
    const to = layout === 'NHWC' ? at : (Math.floor(place / area) * 3 + channel) * area + (place % area);
    const level = pixels[at]!;
    data[to] = dtype === 'uint8' ? level : (level / 255 - mean[channel]!) / std[channel]!;
  }
}
