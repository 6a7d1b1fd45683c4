/** Ops that move elements. */
import type { layout as schemas } from '../../../src-main/onnx/ops/layout.ts';
import { frontAxis, type Kernel, type NodeView } from './kernel.ts';
import { at, broadcastAt, broadcastDims, count, fill, indices, positionOf } from './values.ts';

const reshape: Kernel = (node) => {
  const x = node.x(0);
  const copyZero = node.int('allowzero', 0) === 0;
  const dims = node.list(1)!.map((size, axis) => (size === 0 && copyZero ? x.dims[axis]! : size));
  const open = dims.indexOf(-1);
  if (open >= 0) dims[open] = count(x.dims) / count(dims.toSpliced(open, 1));
  if (count(dims) !== count(x.dims)) node.fail(`reshapes [${x.dims.join(', ')}] to [${dims.join(', ')}]`);
  return [{ ...x, dims }];
};

const flatten: Kernel = (node) => {
  const x = node.x(0);
  const axis = frontAxis(node.int('axis', 1), x.dims.length);
  return [{ ...x, dims: [count(x.dims.slice(0, axis)), count(x.dims.slice(axis))] }];
};

const transpose: Kernel = (node) => {
  const x = node.x(0);
  const perm = node.ints('perm') ?? [...x.dims.keys()].reverse();
  return [
    fill(
      x.dtype,
      perm.map((axis) => x.dims[axis]!),
      (index) => {
        const source = x.dims.map((_, axis) => index[perm.indexOf(axis)]!);
        return at(x, source);
      },
    ),
  ];
};

const concat: Kernel = (node) => {
  const parts = node.inputs.map((_, i) => node.x(i));
  const first = parts[0]!;
  const axis = frontAxis(node.int('axis', 0), first.dims.length);
  const sizes = parts.map((part) => part.dims[axis]!);
  const dims = first.dims.with(
    axis,
    sizes.reduce((total, size) => total + size, 0),
  );
  return [
    fill(first.dtype, dims, (index) => {
      let place = index[axis]!;
      let part = 0;
      while (place >= sizes[part]!) place -= sizes[part++]!;
      return at(parts[part]!, index.with(axis, place));
    }),
  ];
};

const split: Kernel = (node) => {
  const x = node.x(0);
  const axis = frontAxis(node.int('axis', 0), x.dims.length);
  const parts = node.node.outputs.length;
  const part = Math.ceil(x.dims[axis]! / parts);
  const sizes =
    node.list(1) ?? Array.from({ length: parts }, (_, i) => Math.min(part, x.dims[axis]! - i * part));
  let start = 0;
  return sizes.map((size) => {
    const first = start;
    start += size;
    return fill(x.dtype, x.dims.with(axis, size), (index) => at(x, index.with(axis, first + index[axis]!)));
  });
};

const tile: Kernel = (node) => {
  const x = node.x(0);
  const dims = x.dims.map((dim, axis) => dim * node.list(1)![axis]!);
  return [
    fill(x.dtype, dims, (index) =>
      at(
        x,
        index.map((place, axis) => place % x.dims[axis]!),
      ),
    ),
  ];
};

const depthToSpace: Kernel = (node) => {
  const x = node.x(0);
  const [samples, channels, height, width] = x.dims as [number, number, number, number];
  const block = node.int('blocksize', 0);
  const depth = channels / block ** 2;
  const columnsFirst = node.string('mode', 'DCR') === 'CRD';
  return [
    fill(x.dtype, [samples, depth, height * block, width * block], ([n, c, h, w]) => {
      const place = (h! % block) * block + (w! % block);
      const channel = columnsFirst ? c! * block ** 2 + place : place * depth + c!;
      return at(x, [n!, channel, Math.floor(h! / block), Math.floor(w! / block)]);
    }),
  ];
};

const spaceToDepth: Kernel = (node) => {
  const x = node.x(0);
  const [samples, channels, height, width] = x.dims as [number, number, number, number];
  const block = node.int('blocksize', 0);
  return [
    fill(x.dtype, [samples, channels * block ** 2, height / block, width / block], ([n, c, h, w]) => {
      const place = Math.floor(c! / channels);
      return at(x, [n!, c! % channels, h! * block + Math.floor(place / block), w! * block + (place % block)]);
    }),
  ];
};

const trilu: Kernel = (node) => {
  const x = node.x(0);
  const upper = node.int('upper', 1) === 1;
  const k = node.inputs[1]?.data[0] ?? 0;
  return [
    fill(x.dtype, x.dims, (index) => {
      const diagonal = index.at(-1)! - index.at(-2)!;
      return (upper ? diagonal >= k : diagonal <= k) ? at(x, index) : 0;
    }),
  ];
};

interface SliceAxis {
  readonly start: number;
  readonly step: number;
  readonly length: number;
}

function sliceAxis(size: number, start: number, end: number, step: number): SliceAxis {
  const front = (place: number): number => (place < 0 ? place + size : place);
  const clamp = (place: number, low: number, high: number): number => Math.min(Math.max(place, low), high);
  const [from, to] =
    step > 0
      ? [clamp(front(start), 0, size), clamp(front(end), 0, size)]
      : [clamp(front(start), 0, size - 1), clamp(front(end), -1, size - 1)];
  return { start: from, step, length: Math.max(0, Math.ceil((to - from) / step)) };
}

const slice: Kernel = (node) => {
  const x = node.x(0);
  const starts = node.list(1)!;
  const ends = node.list(2)!;
  const axes = node.list(3) ?? [...starts.keys()];
  const steps = node.list(4) ?? starts.map(() => 1);
  const taken = x.dims.map((size): SliceAxis => ({ start: 0, step: 1, length: size }));
  axes.forEach((given, i) => {
    const axis = frontAxis(given, x.dims.length);
    taken[axis] = sliceAxis(x.dims[axis]!, starts[i]!, ends[i]!, steps[i]!);
  });
  return [
    fill(
      x.dtype,
      taken.map(({ length }) => length),
      (index) =>
        at(
          x,
          index.map((place, axis) => taken[axis]!.start + place * taken[axis]!.step),
        ),
    ),
  ];
};

const pad: Kernel = (node) => {
  if (node.string('mode', 'constant') !== 'constant') node.fail('pads with other things than a constant');
  const x = node.x(0);
  const pads = node.list(1)!;
  const axes = (node.list(3) ?? [...x.dims.keys()]).map((axis) => frontAxis(axis, x.dims.length));
  const filler = node.inputs[2]?.data[0] ?? 0;
  const before = x.dims.map(() => 0);
  const dims = [...x.dims];
  axes.forEach((axis, i) => {
    before[axis] = pads[i]!;
    dims[axis] = x.dims[axis]! + pads[i]! + pads[i + axes.length]!;
  });
  return [
    fill(x.dtype, dims, (index) => {
      const source = index.map((place, axis) => place - before[axis]!);
      const inside = source.every((place, axis) => place >= 0 && place < x.dims[axis]!);
      return inside ? at(x, source) : filler;
    }),
  ];
};

const gather: Kernel = (node) => {
  const x = node.x(0);
  const places = node.x(1);
  const axis = frontAxis(node.int('axis', 0), x.dims.length);
  const size = x.dims[axis]!;
  const dims = [...x.dims.slice(0, axis), ...places.dims, ...x.dims.slice(axis + 1)];
  return [
    fill(x.dtype, dims, (index) => {
      const place = at(places, index.slice(axis, axis + places.dims.length));
      return at(x, [
        ...index.slice(0, axis),
        frontAxis(place, size),
        ...index.slice(axis + places.dims.length),
      ]);
    }),
  ];
};

const scatterElements: Kernel = (node) => {
  const [x, places, updates] = [node.x(0), node.x(1), node.x(2)];
  const axis = frontAxis(node.int('axis', 0), x.dims.length);
  const reduction = node.string('reduction', 'none');
  if (reduction !== 'none' && reduction !== 'add') node.fail(`reduces by "${reduction}"`);
  const data = x.data.slice();
  indices(places.dims).forEach((index, i) => {
    const target = positionOf(x.dims, index.with(axis, frontAxis(places.data[i]!, x.dims[axis]!)));
    data[target] = reduction === 'add' ? data[target]! + updates.data[i]! : updates.data[i]!;
  });
  return [{ ...x, data }];
};

const scatterND: Kernel = (node) => {
  const [x, places, updates] = [node.x(0), node.x(1), node.x(2)];
  if (node.string('reduction', 'none') !== 'none') node.fail('reduces');
  const data = x.data.slice();
  const depth = places.dims.at(-1)!;
  const block = indices(x.dims.slice(depth));
  indices(places.dims.slice(0, -1)).forEach((outer, i) => {
    const place = Array.from({ length: depth }, (_, axis) =>
      frontAxis(at(places, [...outer, axis]), x.dims[axis]!),
    );
    block.forEach((inner, j) => {
      data[positionOf(x.dims, [...place, ...inner])] = updates.data[i * block.length + j]!;
    });
  });
  return [{ ...x, data }];
};

const expand: Kernel = (node) => {
  const x = node.x(0);
  return [fill(x.dtype, broadcastDims([x.dims, node.list(1)!]), (index) => broadcastAt(x, index))];
};

function axesOf(node: NodeView, rank: number): number[] | undefined {
  return node.list(1)?.map((axis) => frontAxis(axis, rank));
}

const squeeze: Kernel = (node) => {
  const x = node.x(0);
  const axes = axesOf(node, x.dims.length) ?? [...x.dims.keys()].filter((axis) => x.dims[axis] === 1);
  return [{ ...x, dims: x.dims.filter((_, axis) => !axes.includes(axis)) }];
};

const unsqueeze: Kernel = (node) => {
  const x = node.x(0);
  const rank = x.dims.length + node.list(1)!.length;
  const dims = [...x.dims];
  for (const axis of axesOf(node, rank)!.sort((a, b) => a - b)) dims.splice(axis, 0, 1);
  return [{ ...x, dims }];
};

export const layout: Readonly<Record<keyof typeof schemas, Kernel>> = {
  Reshape: reshape,
  Flatten: flatten,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  Gather: gather,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
  Expand: expand,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Tile: tile,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Trilu: trilu,
};
