/** A convolution as one matrix product over unfolded images (K. Chellapilla et al., 2006: "im2col"). */
import type { GraphBuilder, Value } from '../../onnx/graph-builder.ts';
import type { Window } from '../../onnx/ops/window.ts';

/**
 * Conv without groups, written as Pad, Slice, Concat and Gemm, whose gradients make one matrix product each of dW
 * and dX. On small images, where a convolution by sample is a product with a handful of columns, this is several
 * times as fast, since the product runs over the whole batch.
 *
 * @param x `[N, C, H, W]`, @param w `[M, C, kH, kW]`
 * @param output the sizes `[oH, oW]` of the result `[N, M, oH, oW]`
 */
export function unfoldedConvolution(
  g: GraphBuilder,
  x: Value,
  w: Value,
  window: Window,
  output: readonly [number, number],
): Value {
  const [filters = 0, channels = 0, height = 0, width = 0] = w.shape as number[];
  const [outHeight, outWidth] = output;
  const patches = unfold(g, x, window, [height, width], output);
  const columns = g.reshape(patches, [channels * height * width, -1]);
  const product = g.gemm(g.reshape(w, [filters, -1]), columns);
  return g.transpose(g.reshape(product, [filters, -1, outHeight, outWidth]), [1, 0, 2, 3]);
}

/** Images `[N, C, H, W]` → `[C, kH · kW, N · oH · oW]`: what each kernel tap sees. */
function unfold(
  g: GraphBuilder,
  x: Value,
  { strides, dilations, pads }: Window,
  [height, width]: readonly [number, number],
  [outHeight, outWidth]: readonly [number, number],
): Value {
  const planes = g.transpose(x, [1, 0, 2, 3]);
  const padded = pads.every((pad) => pad === 0) ? planes : g.pad(planes, pads, [2, 3]);
  const [strideH = 1, strideW = 1] = strides;
  const [dilationH = 1, dilationW = 1] = dilations;
  const taps = Array.from({ length: height * width }, (_, tap) => {
    const top = Math.floor(tap / width) * dilationH;
    const left = (tap % width) * dilationW;
    const ends = [top + (outHeight - 1) * strideH + 1, left + (outWidth - 1) * strideW + 1];
    const seen = g.slice(padded, [top, left], ends, [2, 3], [strideH, strideW]);
    return g.reshape(seen, [x.shape[1] as number, 1, -1]);
  });
  return taps.length === 1 ? (taps[0] as Value) : g.concat(taps, 1);
}
