/**
 * How the two gradients of a convolution are computed. Several ways give the same numbers at different speeds;
 * which one is fastest depends on the shape, and the choice is made here, not in the gradient rule.
 */
import type { GraphBuilder, Value } from '../../onnx/graph-builder.ts';
import type { Window } from '../../onnx/ops/window.ts';
import { unfoldedConvolution } from './unfolded.ts';

/** A convolution over images: its window and its groups. */
export interface ConvGeometry {
  readonly window: Window;
  readonly group: number;
}

type Pair = readonly [number, number];

function pair(list: readonly number[]): Pair {
  return [list[0] ?? 0, list[1] ?? 0];
}

/** Results of up to this many places a channel are computed over the whole batch at once. */
const SMALL_IMAGE = 9;

/**
 * A convolution that will be differentiated. On images of 2×2 (ResNet18 at 64 pixels, batch 32) the
 * unfolded form takes half the time of Conv and its gradients, on 3×3 two thirds; from 4×4 on Conv is faster.
 *
 * @param x `[N, C, H, W]`, @param w `[M, C / group, kH, kW]`, @param bias `[M]`
 */
export function trainableConvolution(
  g: GraphBuilder,
  x: Value,
  w: Value,
  bias: Value | undefined,
  { window, group }: ConvGeometry,
): Value {
  const { kernel, strides, dilations, pads } = window;
  const output = [0, 1].map((i) => {
    const reach = (dilations[i] ?? 1) * ((kernel[i] ?? 1) - 1) + 1;
    const size = (x.shape[i + 2] as number) + (pads[i] ?? 0) + (pads[i + 2] ?? 0);
    return Math.floor((size - reach) / (strides[i] ?? 1)) + 1;
  });
  const [height = 0, width = 0] = output;
  const small = height > 0 && width > 0 && height * width <= SMALL_IMAGE;
  if (group !== 1 || !small) return g.conv(x, w, bias, { strides, pads, dilations, group });
  const y = unfoldedConvolution(g, x, w, window, [height, width]);
  return bias ? g.add(y, g.unsqueeze(bias, [1, 2])) : y;
}

/**
 * dX of a convolution.
 *
 * @param dy `[N, M, oH, oW]`, @param w `[M, C / group, kH, kW]`, @param x gives the result's shape `[N, C, H, W]`
 */
export function convInputGradient(
  g: GraphBuilder,
  dy: Value,
  w: Value,
  x: Value,
  geometry: ConvGeometry,
): Value {
  const { strides } = geometry.window;
  const plain = strides.every((stride) => stride === 1);
  return plain && wideEnough(dy) && !fillsBlocks(w)
    ? asConvolution(g, dy, w, geometry)
    : asTransposedConvolution(g, dy, w, x, geometry);
}

/** Channels that the CPU's blocked layout takes: there the runtime turns the kernels, at less cost than here. */
const BLOCK = 16;

function fillsBlocks(w: Value): boolean {
  return w.shape.slice(0, 2).every((size) => (size as number) % BLOCK === 0);
}

/** On small images with many channels the transposed convolution's larger matrix products win. */
function wideEnough(dy: Value): boolean {
  return (dy.shape[2] as number) * (dy.shape[3] as number) > 64;
}

/** Stride 1: dX is dY convolved with the flipped kernels, filters and channels exchanged. */
function asConvolution(g: GraphBuilder, dy: Value, w: Value, { window, group }: ConvGeometry): Value {
  const { kernel, dilations, pads } = window;
  const edges = [0, 1].flatMap((end) =>
    kernel.map((size, i) => (dilations[i] ?? 1) * (size - 1) - (pads[i + 2 * end] ?? 0)),
  );
  // A negative pad, from padding wider than the kernel's reach, crops.
  const crop = edges.map((edge) => Math.min(edge, 0));
  const cropped = crop.some((edge) => edge < 0) ? g.pad(dy, crop, [2, 3]) : dy;
  return g.conv(cropped, flipKernels(g, w, group), undefined, {
    dilations,
    pads: edges.map((edge) => Math.max(edge, 0)),
    group,
  });
}

/** `[M, C / g, kH, kW]` → `[C, M / g, kH, kW]`, both spatial axes reversed. */
function flipKernels(g: GraphBuilder, w: Value, group: number): Value {
  const [filters = 0, channels = 0, height = 0, width = 0] = w.shape as number[];
  const taps = height * width;
  const exchanged = g.transpose(g.reshape(w, [group, filters / group, channels, taps]), [0, 2, 1, 3]);
  const reversed = Array.from({ length: taps }, (_, i) => taps - 1 - i);
  const flipped = taps === 1 ? exchanged : g.gather(exchanged, g.ints(reversed), 3);
  return g.reshape(flipped, [channels * group, filters / group, height, width]);
}

/** Any stride: dX is the transposed convolution of dY, completed to the size of X. */
function asTransposedConvolution(
  g: GraphBuilder,
  dy: Value,
  w: Value,
  x: Value,
  { window, group }: ConvGeometry,
): Value {
  const { kernel, strides, dilations, pads } = window;
  const missing = [0, 1].map((i) => {
    const reach =
      (strides[i] ?? 1) * ((dy.shape[i + 2] as number) - 1) +
      (dilations[i] ?? 1) * ((kernel[i] ?? 1) - 1) +
      1;
    return (x.shape[i + 2] as number) + (pads[i] ?? 0) + (pads[i + 2] ?? 0) - reach;
  });
  return g.convTranspose(dy, w, undefined, { strides, dilations, pads, group, output_padding: missing });
}

/**
 * dW of a convolution.
 *
 * @param x `[N, C, H, W]`, @param dy `[N, M, oH, oW]`, @param w gives the result's shape `[M, C / group, kH, kW]`
 */
export function convWeightGradient(
  g: GraphBuilder,
  x: Value,
  dy: Value,
  w: Value,
  geometry: ConvGeometry,
): Value {
  const [, channels = 0, , width = 0] = w.shape as number[];
  if (geometry.group > 1 && channels <= FEW_CHANNELS) return byGroups(g, x, dy, w, geometry);
  if (geometry.group === 1 && channels * width <= 32) return byRows(g, x, dy, w, geometry.window);
  return byTaps(g, x, dy, w, geometry);
}

/** Groups of up to this many channels have matrix products too thin to be worth their shifted copies. */
const FEW_CHANNELS = 4;

/**
 * One grouped convolution that takes samples for channels: the images of a group's channel, one a sample, meet the
 * cotangents of its filters as kernels as large as the result. Strides and dilations change places. For depthwise
 * convolutions of networks for 224 pixels this takes a tenth to a half of the time of products by tap.
 */
function byGroups(g: GraphBuilder, x: Value, dy: Value, w: Value, { window, group }: ConvGeometry): Value {
  const [, channels = 0, height = 0, width = 0] = w.shape as number[];
  const [imageHeight = 0, imageWidth = 0] = x.shape.slice(2) as number[];
  const planes = g.reshape(x, [-1, group, channels, imageHeight * imageWidth]);
  const images = g.reshape(g.transpose(planes, [2, 1, 0, 3]), [channels, -1, imageHeight, imageWidth]);
  const products = g.conv(images, g.transpose(dy, [1, 0, 2, 3]), undefined, {
    strides: window.dilations,
    dilations: window.strides,
    pads: window.pads,
    group,
  });
  // Rows that no window reaches make more places than the kernel has.
  const exact = products.shape[2] === height && products.shape[3] === width;
  const cut = exact ? products : g.slice(products, [0, 0], [height, width], [2, 3]);
  return g.transpose(cut, [1, 0, 2, 3]);
}

/** One matrix product for each kernel tap: dW[:, :, i, j] = dY · X shifted by (i, j). */
function byTaps(g: GraphBuilder, x: Value, dy: Value, w: Value, { window, group }: ConvGeometry): Value {
  const [filters = 0, channels = 0, height = 0, width = 0] = w.shape as number[];
  const rows = g.reshape(g.transpose(dy, [1, 0, 2, 3]), [group, filters / group, -1]);
  const image = g.transpose(x, [1, 0, 2, 3]);
  const wide = padded(g, image, window);
  const products = taps(height, width).map((tap) => {
    const seen = seesAll(image, dy, window, tap) ? image : shifted(g, wide, dy, window, tap);
    const columns = g.reshape(seen, [group, channels, -1]);
    return product(g, rows, columns);
  });
  const single = products[0] as Value;
  if (products.length === 1) return g.reshape(single, [filters, channels, 1, 1]);
  const stacked = g.concat(
    products.map((value) => g.unsqueeze(value, [0])),
    0,
  );
  return g.reshape(g.transpose(stacked, [1, 2, 3, 0]), [filters, channels, height, width]);
}

/** `[g, M, K]` · `[g, C, K]`ᵀ → `[g, M, C]` */
function product(g: GraphBuilder, rows: Value, columns: Value): Value {
  if (rows.shape[0] !== 1) return g.matMul(rows, g.transpose(columns, [0, 2, 1]));
  const flat = g.gemm(g.squeeze(rows, [0]), g.squeeze(columns, [0]), undefined, { transB: 1 });
  return g.unsqueeze(flat, [0]);
}

/**
 * One matrix product for each kernel row, the taps of a row stacked over the channels: for few channels, where
 * products by tap would be too thin. The layout `[C, H, N, W]` makes the shift by a row one block.
 */
function byRows(g: GraphBuilder, x: Value, dy: Value, w: Value, window: Window): Value {
  const [filters = 0, channels = 0, height = 0, width = 0] = w.shape as number[];
  const [outHeight = 0, outWidth = 0] = pair(dy.shape.slice(2) as number[]);
  const [strideH, strideW] = pair(window.strides);
  const [dilationH, dilationW] = pair(window.dilations);
  const rows = g.reshape(g.transpose(dy, [1, 2, 0, 3]), [filters, -1]);
  const image = g.transpose(padded(g, x, window), [1, 2, 0, 3]);
  const columns = Array.from({ length: width }, (_, j) =>
    g.slice(image, [j * dilationW], [j * dilationW + (outWidth - 1) * strideW + 1], [3], [strideW]),
  );
  const stacked = g.concat(columns, 0);
  const products = Array.from({ length: height }, (_, i) => {
    const start = i * dilationH;
    const band = g.slice(stacked, [start], [start + (outHeight - 1) * strideH + 1], [1], [strideH]);
    const flat = g.gemm(rows, g.reshape(band, [width * channels, -1]), undefined, { transB: 1 });
    return g.reshape(flat, [1, filters, width, channels]);
  });
  return g.transpose(g.concat(products, 0), [1, 3, 0, 2]);
}

function padded(g: GraphBuilder, x: Value, { pads }: Window): Value {
  return pads.every((pad) => pad === 0) ? x : g.pad(x, pads, [2, 3]);
}

function taps(height: number, width: number): Pair[] {
  return Array.from({ length: height * width }, (_, i) => [Math.floor(i / width), i % width] as const);
}

/** Whether a kernel tap sees just the image itself, as the middle of a 3×3 kernel with padding 1 does. */
function seesAll(image: Value, dy: Value, { strides, dilations, pads }: Window, tap: Pair): boolean {
  return [0, 1].every(
    (axis) =>
      strides[axis] === 1 &&
      dy.shape[axis + 2] === image.shape[axis + 2] &&
      (tap[axis] ?? 0) * (dilations[axis] ?? 1) === pads[axis],
  );
}

/** What kernel tap (i, j) sees of the padded image `[C, N, H, W]`: `[C, N, oH, oW]`. */
function shifted(g: GraphBuilder, image: Value, dy: Value, window: Window, [i, j]: Pair): Value {
  const [strideH, strideW] = pair(window.strides);
  const top = i * (window.dilations[0] ?? 1);
  const left = j * (window.dilations[1] ?? 1);
  const bottom = top + ((dy.shape[2] as number) - 1) * strideH + 1;
  const right = left + ((dy.shape[3] as number) - 1) * strideW + 1;
  return g.slice(image, [top, left], [bottom, right], [2, 3], [strideH, strideW]);
}
