/** Ops that move elements about without computing. */
import { divideDims, formatShape, multiplyDims, UNKNOWN } from '../dims.ts';
import type { Dim } from '../types.ts';
import { parts } from './parts.ts';
import { reshaping } from './reshaping.ts';
import { broadcastShapes, type InferContext, type OpSchema } from './schema.ts';

const DEPTH_MODES = ['DCR', 'CRD'];

/** Images `[N, C, H, W]` and the size of the blocks that become channels, or are made of them. */
function blocksOf(c: InferContext): { batch: Dim; channels: Dim; sizes: readonly Dim[]; block: number } {
  const [batch = UNKNOWN, channels = UNKNOWN, ...sizes] = c.shapeOf(0, 4, 'an image batch [N, C, H, W]');
  const block = c.requiredInt('blocksize');
  if (block < 1) c.fail('attribute "blocksize"', 'a positive size', String(block));
  return { batch, channels, sizes, block };
}

function divided(c: InferContext, dim: Dim, divisor: number): Dim {
  const shape = formatShape(c.input(0).shape);
  return divideDims(dim, divisor) ?? c.fail('input 0', `${dim} to be a multiple of ${divisor}`, shape);
}

export const layout = {
  ...reshaping,
  ...parts,
  Transpose: {
    inputs: [1, 1],
    outputs: [1, 1],
    attributes: { perm: 'ints' },
    infer(c) {
      const { dtype, shape } = c.input(0);
      const perm = c.ints('perm') ?? shape.map((_, i) => shape.length - 1 - i);
      if ([...perm].sort((a, b) => a - b).some((axis, i) => axis !== i) || perm.length !== shape.length) {
        c.fail('attribute "perm"', `an order of ${shape.length} axes`, `[${perm.join(', ')}]`);
      }
      return [{ dtype, shape: perm.map((axis) => shape[axis] ?? UNKNOWN) }];
    },
  },
  Expand: {
    inputs: [2, 2],
    outputs: [1, 1],
    infer(c) {
      const { dtype, shape } = c.input(0);
      if (c.constant(1) === undefined) {
        const rank = c.shapeOf(1, 1, 'a shape')[0];
        if (typeof rank !== 'number') return c.fail('input 1', 'a shape of known rank', String(rank));
        return [{ dtype, shape: Array.from({ length: Math.max(rank, shape.length) }, () => UNKNOWN) }];
      }
      const target = c.constantSizes(1, 'a shape');
      const expanded = broadcastShapes(shape, target);
      return [
        {
          dtype,
          shape:
            expanded ??
            c.fail('input 1', `a shape that ${formatShape(shape)} expands to`, `[${target.join(', ')}]`),
        },
      ];
    },
  },
  Tile: {
    inputs: [2, 2],
    outputs: [1, 1],
    infer(c) {
      const { dtype, shape } = c.input(0);
      c.expectShape(1, [shape.length]);
      const repeats = c.constant(1) && c.constantSizes(1, 'repeats');
      return [{ dtype, shape: shape.map((dim, i) => multiplyDims([dim, repeats?.[i] ?? UNKNOWN])) }];
    },
  },
  DepthToSpace: {
    inputs: [1, 1],
    outputs: [1, 1],
    attributes: { blocksize: 'int', mode: 'string' },
    infer(c) {
      const { batch, channels, sizes, block } = blocksOf(c);
      const mode = c.string('mode', 'DCR');
      if (!DEPTH_MODES.includes(mode)) c.fail('attribute "mode"', DEPTH_MODES.join(' or '), mode);
      const larger = sizes.map((size) => multiplyDims([size, block]));
      return [{ dtype: c.input(0).dtype, shape: [batch, divided(c, channels, block * block), ...larger] }];
    },
  },
  SpaceToDepth: {
    inputs: [1, 1],
    outputs: [1, 1],
    attributes: { blocksize: 'int' },
    infer(c) {
      const { batch, channels, sizes, block } = blocksOf(c);
      const smaller = sizes.map((size) => divided(c, size, block));
      return [
        { dtype: c.input(0).dtype, shape: [batch, multiplyDims([channels, block * block]), ...smaller] },
      ];
    },
  },
  /** The upper or lower triangle of matrices; the rest becomes 0. */
  Trilu: {
    inputs: [1, 2],
    outputs: [1, 1],
    attributes: { upper: 'int' },
    infer(c) {
      const { shape } = c.input(0);
      if (shape.length < 2) c.fail('input 0', 'a matrix or a stack of matrices', formatShape(shape));
      if (c.has(1)) c.expectShape(1, []);
      return [c.input(0)];
    },
  },
} satisfies Record<string, OpSchema>;
