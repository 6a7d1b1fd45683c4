import type { GraphBuilder, Value } from '../../../src-main/onnx/graph-builder.ts';
import type { layout as schemas } from '../../../src-main/onnx/ops/layout.ts';
import type { GradientCase } from '../../helpers/gradient-check.ts';
import type { FamilyCases } from './not-differentiated.ts';

/** Moving elements is linear; an axis 0 that stays as it is counts as the batch. */
function move(
  name: string,
  dims: readonly number[],
  build: (g: GraphBuilder, x: Value) => Value,
  batch = false,
): GradientCase {
  return { name, linear: true, inputs: [{ dims, batch }], build: (g, [x]) => build(g, x!) };
}

function slice(
  name: string,
  starts: number[],
  ends: number[],
  axes: number[],
  steps?: number[],
  batch = true,
): GradientCase {
  return move(`Slice ${name}`, [2, 5, 7], (g, x) => g.slice(x, starts, ends, axes, steps), batch);
}

function gather(name: string, dims: readonly number[], indexDims: number[], indices: number[], axis: number) {
  return move(`Gather ${name}`, dims, (g, x) => {
    const places = { dtype: 'int64', dims: indexDims, data: BigInt64Array.from(indices, BigInt) } as const;
    return g.gather(x, g.constant(places), axis);
  });
}

export const layoutCases: FamilyCases<typeof schemas> = {
  Reshape: [
    move('Reshape to a known shape', [2, 6], (g, x) => g.reshape(x, [3, 4])),
    move('Reshape with a copied and an open size', [2, 3, 4], (g, x) => g.reshape(x, [0, -1]), true),
    move('Reshape to one axis', [2, 3], (g, x) => g.reshape(x, [-1])),
    move('Reshape of a scalar', [], (g, x) => g.reshape(x, [1, 1])),
    move('Reshape to a shape computed at run time', [2, 6], (g, x) => {
      const shape = g.concat([g.shape(x, 0, 1), g.ints([3, 2])], 0);
      return g.reshapeTo(x, shape, [2, 3, 2]);
    }),
  ],
  Flatten: [
    move('Flatten', [2, 3, 2, 2], (g, x) => g.flatten(x), true),
    move('Flatten from axis 0', [2, 3], (g, x) => g.flatten(x, 0)),
    move('Flatten from axis 2', [2, 3, 4], (g, x) => g.flatten(x, 2), true),
  ],
  Transpose: [
    move('Transpose a matrix', [2, 3], (g, x) => g.transpose(x, [1, 0])),
    move('Transpose in a cycle, which is not its own inverse', [2, 3, 4], (g, x) =>
      g.transpose(x, [1, 2, 0]),
    ),
    move('Transpose NHWC to NCHW', [2, 3, 4, 2], (g, x) => g.transpose(x, [0, 3, 1, 2]), true),
    move('Transpose without perm', [2, 3, 4], (g, x) => g.node('Transpose', [x])[0]!),
  ],
  Concat: [
    {
      name: 'Concat of three',
      linear: true,
      inputs: [{ dims: [2, 1, 2] }, { dims: [2, 3, 2] }, { dims: [2, 2, 2] }],
      build: (g, inputs) => g.concat(inputs, 1),
    },
    {
      name: 'Concat along the last axis',
      linear: true,
      inputs: [
        { dims: [2, 3], batch: true },
        { dims: [2, 1], batch: true },
      ],
      build: (g, inputs) => g.concat(inputs, -1),
    },
    move('Concat of a value with itself', [2, 3], (g, x) => g.concat([x, x], 0)),
  ],
  Split: [
    move(
      'Split in unequal parts',
      [2, 6, 3],
      (g, x) => {
        const [a, b, c] = g.split(x, [1, 2, 3], 1);
        return g.concat([c!, a!, b!], 1);
      },
      true,
    ),
    move('Split of which parts are not used', [2, 5], (g, x) => g.split(x, [1, 2, 2], -1)[1]!, true),
    {
      name: 'Split whose first part is used twice',
      inputs: [{ dims: [4, 3] }],
      build: (g, [x]) => {
        const [a, b] = g.split(x!, [2, 2], 0);
        return g.mul(g.mul(a!, a!), b!);
      },
    },
    move(
      'Split by num_outputs, the last part smaller',
      [2, 7],
      (g, x) => {
        const parts = g.node('Split', [x], { axis: 1, num_outputs: 3 }, 3);
        return g.concat([parts[2]!, parts[0]!], 1);
      },
      true,
    ),
    move('Split of one', [2, 3], (g, x) => g.split(x, [3], 1)[0]!, true),
  ],
  Tile: [
    move('Tile', [2, 3], (g, x) => g.tile(x, [1, 2]), true),
    move('Tile of all axes', [2, 1, 3], (g, x) => g.tile(x, [2, 3, 2])),
    move('Tile once', [2, 3], (g, x) => g.tile(x, [1, 1]), true),
  ],
  DepthToSpace: [
    move('DepthToSpace', [2, 8, 2, 3], (g, x) => g.depthToSpace(x, 2), true),
    move('DepthToSpace, channels before places', [2, 8, 2, 3], (g, x) => g.depthToSpace(x, 2, 'CRD'), true),
    move('DepthToSpace by three', [1, 9, 1, 2], (g, x) => g.depthToSpace(x, 3)),
  ],
  SpaceToDepth: [move('SpaceToDepth', [2, 3, 4, 6], (g, x) => g.spaceToDepth(x, 2), true)],
  Trilu: [
    move('Trilu above', [2, 3, 4], (g, x) => g.trilu(x), true),
    move('Trilu below, with one more diagonal', [3, 3], (g, x) => g.trilu(x, false, 1)),
    move('Trilu without k', [3, 3], (g, x) => g.node('Trilu', [x])[0]!),
  ],
  Slice: [
    slice('of one axis', [1], [4], [1]),
    slice('of two axes', [1, 2], [3, 6], [1, 2]),
    slice('with steps', [0, 1], [5, 7], [1, 2], [2, 3]),
    slice('counted from the end', [-3], [-1], [-1]),
    slice('beyond the end', [2], [1000], [2]),
    slice('backwards', [-1], [-1000], [2], [-1]),
    slice('backwards by two, not to the front', [5], [0], [2], [-2]),
    slice('of the first axis', [1], [2], [0], [1], false),
    move('Slice without axes', [3, 4], (g, x) => g.node('Slice', [x, g.ints([1, 0]), g.ints([3, 3])])[0]!),
  ],
  Pad: [
    move('Pad', [2, 3, 4], (g, x) => g.pad(x, [1, 2, 0, 3], [1, 2]), true),
    move('Pad with another value', [2, 3], (g, x) => g.pad(x, [1, 0], [1], g.scalar(2)), true),
    move('Pad by negative sizes', [2, 5, 4], (g, x) => g.pad(x, [-1, 1, -2, -1], [1, 2]), true),
    move('Pad without axes', [2, 3], (g, x) => g.node('Pad', [x, g.ints([1, 0, 0, 2])])[0]!),
    move('Pad the first axis', [2, 3], (g, x) => g.pad(x, [1, 2], [0])),
  ],
  Gather: [
    gather('rows', [4, 3], [2], [2, 0], 0),
    gather('the same row twice', [3, 2], [4], [1, 1, 0, 1], 0),
    gather('from the end', [2, 4], [2], [-1, 1], 1),
    gather('one place', [3, 2], [], [1], 0),
    gather('by a matrix', [2, 3, 2], [2, 2], [0, 2, 2, 1], 1),
    {
      name: 'Gather of a batch',
      linear: true,
      inputs: [{ dims: [2, 4, 3], batch: true }],
      build: (g, [x]) => g.gather(x!, g.ints([3, 1]), 1),
    },
  ],
  Expand: [
    move('Expand a row', [1, 3], (g, x) => g.expand(x, g.ints([4, 3]))),
    move('Expand to a higher rank', [3, 1], (g, x) => g.expand(x, g.ints([2, 1, 4]))),
    move('Expand a scalar', [], (g, x) => g.expand(x, g.ints([2, 2]))),
    {
      name: 'Expand to the shape of another value',
      inputs: [{ dims: [1, 3] }, { dims: [2, 3], batch: true, wrt: false }],
      build: (g, [x, other]) => g.mul(g.expand(x!, g.shape(other!)), other!),
    },
  ],
  Squeeze: [
    move('Squeeze', [2, 1, 3, 1], (g, x) => g.squeeze(x, [1, -1]), true),
    move('Squeeze all', [1, 2, 1], (g, x) => g.node('Squeeze', [x])[0]!),
  ],
  Unsqueeze: [
    move('Unsqueeze', [2, 3], (g, x) => g.unsqueeze(x, [1, -1]), true),
    move('Unsqueeze a scalar', [], (g, x) => g.unsqueeze(x, [0])),
  ],
};
