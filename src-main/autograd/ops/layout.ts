/** Gradients of the ops that move elements: each moves them back. */
import type { GraphBuilder, Value } from '../../onnx/graph-builder.ts';
import type { layout as schemas } from '../../onnx/ops/layout.ts';
import { sliceRanges, type SliceRange } from '../../onnx/ops/parts.ts';
import { int64 } from '../../onnx/tensor.ts';
import {
  floatTensor,
  knownSizes,
  reshapeLike,
  unsupported,
  UNSUPPORTED,
  type GradientRule,
  type Vjp,
} from '../rule.ts';

const restoreShape: Vjp = ({ g, x, dy }) => [reshapeLike(g, dy, x(0))];

/** Puts the rows of `dy` back to every `step`-th place of an axis of `size` places, zeros between. */
function unslice(g: GraphBuilder, dy: Value, range: SliceRange, size: number): Value {
  const { axis, count } = range;
  const step = Math.abs(range.step);
  const first = range.step > 0 ? range.start : range.start - (count - 1) * step;
  const forward = range.step > 0 ? dy : g.slice(dy, [-1], [-(2 ** 31)], [axis], [-1]);
  const spread = step === 1 ? forward : dilate(g, forward, axis, step);
  const length = (count - 1) * step + 1;
  const pads = [first, size - first - length];
  return pads.every((pad) => pad === 0) ? spread : g.pad(spread, pads, [axis]);
}

/** Inserts `step − 1` zeros between the places of an axis. */
function dilate(g: GraphBuilder, x: Value, axis: number, step: number): Value {
  const count = x.shape[axis] as number;
  const padded = g.pad(g.unsqueeze(x, [axis + 1]), [0, step - 1], [axis + 1]);
  const shape = x.shape.map((dim, i) => (i === axis ? count * step : typeof dim === 'number' ? dim : -1));
  return g.slice(g.reshape(padded, shape), [0], [(count - 1) * step + 1], [axis]);
}

const slice: Vjp = ({ g, attributes, x, dy, node }) => {
  let dx = dy;
  for (const range of sliceRanges(attributes)) {
    if (range.count === 0) unsupported(node, 'it takes no element at all');
    dx = unslice(g, dx, range, x(0).shape[range.axis] as number);
  }
  return [dx];
};

const concat: Vjp = ({ g, attributes, node, x, dy, needs }) => {
  const axis = attributes.axis(attributes.int('axis', 0), dy.shape.length);
  let start = 0;
  return node.inputs.map((_, i) => {
    const size = x(i).shape[axis];
    if (typeof size !== 'number') return unsupported(node, 'its parts have no known sizes');
    start += size;
    return needs(i) ? g.slice(dy, [start - size], [start], [axis]) : undefined;
  });
};

/** Cuts off what was padded on, and puts zeros where a negative pad cut off. */
const pad: Vjp = ({ g, attributes, node, x, dy }) => {
  const mode = attributes.string('mode', 'constant');
  if (mode !== 'constant') unsupported(node, `mode "${mode}" is not constant`);
  const rank = dy.shape.length;
  const pads = attributes.constantInts(1, 'pads');
  const axes = attributes.has(3)
    ? attributes.constantInts(3, 'axes').map((axis) => attributes.axis(axis, rank))
    : x(0).shape.map((_, i) => i);
  let dx = dy;
  axes.forEach((axis, i) => {
    const before = pads[i] ?? 0;
    const after = pads[i + axes.length] ?? 0;
    if (before === 0 && after === 0) return;
    const size = dx.shape[axis] as number;
    if (before > 0 || after > 0) dx = g.slice(dx, [Math.max(before, 0)], [size - Math.max(after, 0)], [axis]);
    if (before < 0 || after < 0) dx = g.pad(dx, [Math.max(-before, 0), Math.max(-after, 0)], [axis]);
  });
  return [dx];
};

/** Adds every taken row back to the place it came from. */
const gather: Vjp = ({ g, attributes, node, x, dy }) => {
  if (attributes.constant(1) === undefined) unsupported(node, 'its indices are not constant');
  const { shape } = x(0);
  const axis = attributes.axis(attributes.int('axis', 0), shape.length);
  const size = shape[axis];
  if (typeof size !== 'number') return unsupported(node, `axis ${axis} has no known size`);
  const indices = attributes.constantInts(1, 'indices').map((index) => (index < 0 ? index + size : index));
  const known = (dims: readonly (number | string)[]): number[] =>
    dims.map((dim) => (typeof dim === 'number' ? dim : -1));
  const rows = g.reshape(dy, [
    ...known(shape.slice(0, axis)),
    indices.length,
    ...known(shape.slice(axis + 1)),
  ]);
  const dims = shape.map((_, i) => (i === axis ? indices.length : 1));
  const places = g.constant({ ...int64(indices), dims });
  const zeros = g.constantOfShape(g.shape(x(0)), floatTensor(dy.dtype, [1], [0]));
  return [g.scatterAdd(zeros, g.expand(places, g.shape(rows)), rows, axis)];
};

/** Puts the parts together again, zeros for those that nobody used. */
const split: Vjp = ({ g, attributes, outputs, dys }) => {
  const parts = outputs.map(
    (part, i) => dys[i] ?? g.constantOfShape(g.shape(part), floatTensor(part.dtype, [1], [0])),
  );
  return [g.concat(parts, attributes.int('axis', 0))];
};

/** Sums over the copies: `[…, d r, …]` as `[…, r, d, …]`, folded over r. */
const tile: Vjp = ({ g, attributes, node, x, dy }) => {
  const repeats = attributes.constant(1)
    ? attributes.constantInts(1, 'repeats')
    : unsupported(node, 'its repeats are not constant');
  let dx = dy;
  repeats.forEach((count, axis) => {
    if (count === 1) return;
    const sizes = dx.shape.map((dim) => (typeof dim === 'number' ? dim : -1));
    const shape = [
      ...sizes.slice(0, axis),
      count,
      knownSizes(node, [x(0).shape[axis] ?? ''])[0] as number,
      ...sizes.slice(axis + 1),
    ];
    dx = g.reduceSum(g.reshape(dx, shape), [axis], false);
  });
  return [dx];
};

/** Mode CRD counts channels before places of the block, SpaceToDepth after them. */
const depthToSpace: Vjp = ({ g, attributes, node, x, dy }) => {
  const block = attributes.requiredInt('blocksize');
  const folded = g.spaceToDepth(dy, block);
  if (attributes.string('mode', 'DCR') === 'DCR') return [folded];
  const [channels = 0, height = 0, width = 0] = knownSizes(node, x(0).shape.slice(1));
  const places = g.reshape(folded, [0, block * block, channels / block ** 2, height * width]);
  return [g.reshape(g.transpose(places, [0, 2, 1, 3]), [0, channels, height, width])];
};

export const layout: Readonly<Record<keyof typeof schemas, GradientRule>> = {
  Reshape: restoreShape,
  Flatten: restoreShape,
  Squeeze: restoreShape,
  Unsqueeze: restoreShape,
  Transpose: ({ g, attributes, x, dy }) => {
    const perm = attributes.ints('perm') ?? x(0).shape.map((_, i, all) => all.length - 1 - i);
    return [
      g.transpose(
        dy,
        perm.map((_, i) => perm.indexOf(i)),
      ),
    ];
  },
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  Gather: gather,
  ScatterElements: UNSUPPORTED('it appears only in gradients'),
  ScatterND: UNSUPPORTED('it is expected in masks only, which do not depend on parameters'),
  Expand: ({ dy }) => [dy],
  Tile: tile,
  DepthToSpace: depthToSpace,
  SpaceToDepth: ({ g, attributes, dy }) => [g.depthToSpace(dy, attributes.requiredInt('blocksize'))],
  Trilu: ({ g, attributes, inputs, dy }) =>
    g.node('Trilu', [dy, inputs[1]], { upper: attributes.int('upper', 1) }),
};
