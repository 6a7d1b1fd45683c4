/** Gradients of pooling. */
import type { GraphBuilder, Value } from '../../onnx/graph-builder.ts';
import type { Window } from '../../onnx/ops/window.ts';
import type { Node } from '../../onnx/types.ts';
import { floatTensor, reshapeLike } from '../rule.ts';

/**
 * Sends each cotangent back to the place its maximum came from; the first of equal ones, as PyTorch does.
 *
 * @param x `[N, C, H, W]`, @param dy `[N, C, oH, oW]`
 */
export function maxPoolGradient(g: GraphBuilder, x: Value, dy: Value, node: Node): Value {
  // ONNX's indices count through the whole tensor, batch included.
  const places = g.reshape(g.optionalOutput(node, 1), [-1]);
  const zeros = g.constantOfShape(g.reduceProd(g.shape(x), undefined, true), floatTensor(dy.dtype, [1], [0]));
  return reshapeLike(g, g.scatterAdd(zeros, places, g.reshape(dy, [-1]), 0), x);
}

/**
 * Spreads each cotangent evenly over its window.
 *
 * @param x `[N, C, H, W]`, @param dy `[N, C, oH, oW]`
 */
export function averagePoolGradient(
  g: GraphBuilder,
  x: Value,
  dy: Value,
  window: Window,
  countIncludePad: boolean,
): Value {
  const image = x.shape.slice(2) as number[];
  const output = dy.shape.slice(2) as number[];
  const [height = 0, width = 0] = output;
  const counts = windowCounts(image, output, window, countIncludePad);
  const shares = g.div(dy, g.constant(floatTensor(dy.dtype, [height, width], counts)));
  const kernel = g.constant(floatTensor(dy.dtype, [1, 1, ...window.kernel], window.kernel.reduce(ones, [1])));
  const { strides, dilations, pads } = window;
  const reach = image.map(
    (_, i) => at(strides, i) * (at(output, i) - 1) + at(dilations, i) * (at(window.kernel, i) - 1) + 1,
  );
  const target = image.map((size, i) => size + at(pads, i));
  const spread = g.convTranspose(g.reshape(shares, [-1, 1, height, width]), kernel, undefined, {
    strides,
    dilations,
    pads: [...pads.slice(0, 2), ...target.map((size, i) => Math.max(0, at(reach, i) - size))],
  });
  // Places that no window reaches lie at the end.
  const missing = target.map((size, i) => Math.max(0, size - at(reach, i)));
  const whole = missing.some((size) => size > 0) ? g.pad(spread, [0, 0, ...missing], [2, 3]) : spread;
  return reshapeLike(g, whole, x);
}

function ones(list: number[], size: number): number[] {
  return Array.from({ length: list.length * size }, () => 1);
}

function at(list: readonly number[], index: number): number {
  return list[index] ?? 0;
}

/** How many elements each window averages, row by row. */
function windowCounts(
  image: readonly number[],
  output: readonly number[],
  window: Window,
  countIncludePad: boolean,
): number[] {
  const perAxis = image.map((size, axis) => {
    const before = at(window.pads, axis);
    // Padding counts as far as it was asked for; what ceil_mode adds beyond never does.
    const low = countIncludePad ? -before : 0;
    const high = countIncludePad ? size + at(window.pads, axis + image.length) : size;
    return Array.from({ length: at(output, axis) }, (_, place) => {
      let count = 0;
      for (let tap = 0; tap < at(window.kernel, axis); tap++) {
        const position = place * at(window.strides, axis) - before + tap * at(window.dilations, axis);
        if (position >= low && position < high) count += 1;
      }
      return count;
    });
  });
  const [rows = [], columns = []] = perAxis;
  return rows.flatMap((row) => columns.map((column) => row * column));
}
