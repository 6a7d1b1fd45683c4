/** Ops that fold axes away, and ops that make tensors from shapes. */
import type { reductions as schemas } from '../../../src-main/onnx/ops/reduction.ts';
import { frontAxis, type Kernel, type NodeView } from './kernel.ts';
import { at, fill, fromTensor, indices, type Value64 } from './values.ts';

/** Folds the elements of each group along `axes` to one. */
function reduce(
  x: Value64,
  axes: ReadonlySet<number>,
  keep: boolean,
  fold: (values: number[]) => number,
): Value64 {
  const keptDims = x.dims.map((dim, axis) => (axes.has(axis) ? 1 : dim));
  const inside = x.dims.map((dim, axis) => (axes.has(axis) ? dim : 1));
  const offsets = indices(inside);
  const reduced = fill(x.dtype, keptDims, (index) =>
    fold(
      offsets.map((offset) =>
        at(
          x,
          index.map((place, axis) => place + offset[axis]!),
        ),
      ),
    ),
  );
  return keep ? reduced : { ...reduced, dims: x.dims.filter((_, axis) => !axes.has(axis)) };
}

function reducedAxes(node: NodeView): Set<number> {
  const rank = node.x(0).dims.length;
  const axes = node.list(1) ?? [];
  if (axes.length > 0) return new Set(axes.map((axis) => frontAxis(axis, rank)));
  return new Set(node.int('noop_with_empty_axes', 0) === 1 ? [] : node.x(0).dims.keys());
}

function reduction(fold: (values: number[]) => number): Kernel {
  return (node) => [reduce(node.x(0), reducedAxes(node), node.int('keepdims', 1) === 1, fold)];
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const argMax: Kernel = (node) => {
  const x = node.x(0);
  const axis = frontAxis(node.int('axis', 0), x.dims.length);
  const last = node.int('select_last_index', 0) === 1;
  const place = (values: number[]): number => {
    const largest = Math.max(...values);
    return last ? values.lastIndexOf(largest) : values.indexOf(largest);
  };
  return [{ ...reduce(x, new Set([axis]), node.int('keepdims', 1) === 1, place), dtype: 'int64' }];
};

const constantOfShape: Kernel = (node) => {
  const attribute = node.node.attributes['value'];
  const value: Value64 =
    attribute?.type === 'tensor'
      ? fromTensor(attribute.value)
      : { dtype: 'float32', dims: [1], data: Float64Array.of(0) };
  return [fill(value.dtype, node.list(0)!, () => value.data[0]!)];
};

const range: Kernel = (node) => {
  const [start, limit, delta] = [0, 1, 2].map((i) => node.x(i).data[0]!);
  const length = Math.max(0, Math.ceil((limit! - start!) / delta!));
  return [fill(node.x(0).dtype, [length], (_, position) => start! + position * delta!)];
};

const shape: Kernel = (node) => {
  const { dims } = node.x(0);
  const sizes = dims.slice(node.int('start', 0), node.int('end', dims.length));
  return [{ dtype: 'int64', dims: [sizes.length], data: Float64Array.from(sizes) }];
};

export const reductions: Readonly<Record<keyof typeof schemas, Kernel>> = {
  ReduceSum: reduction(sum),
  ReduceMean: reduction((values) => sum(values) / values.length),
  ReduceMax: reduction((values) => Math.max(...values)),
  ReduceMin: reduction((values) => Math.min(...values)),
  ReduceProd: reduction((values) => values.reduce((product, value) => product * value, 1)),
  ReduceSumSquare: reduction((values) => sum(values.map((value) => value * value))),
  ReduceL1: reduction((values) => sum(values.map(Math.abs))),
  ReduceL2: reduction((values) => Math.hypot(...values)),
  ArgMax: argMax,
  Shape: shape,
  Size: (node) => [{ dtype: 'int64', dims: [], data: Float64Array.of(node.x(0).data.length) }],
  ConstantOfShape: constantOfShape,
  Range: range,
};
