/** Methods for the ops that move elements. */
import type { Value } from '../graph-assembly.ts';
import type { Shape } from '../types.ts';
import { ReductionBuilder } from './reduction.ts';

/** And what moves elements. */
export class LayoutBuilder extends ReductionBuilder {
  /** A size of 0 is copied from `x`, one may be -1. */
  reshape(x: Value, shape: readonly number[]): Value {
    return this.one('Reshape', [x, this.ints(shape)]);
  }

  /** Reshapes to sizes computed at run time; `known` is what the graph's author knows of them. */
  reshapeTo(x: Value, shape: Value, known: Shape): Value {
    return this.refine(this.one('Reshape', [x, shape]), known);
  }

  flatten(x: Value, axis = 1): Value {
    return this.one('Flatten', [x], { axis });
  }

  transpose(x: Value, perm: readonly number[]): Value {
    return this.one('Transpose', [x], { perm });
  }

  concat(values: readonly Value[], axis: number): Value {
    return this.one('Concat', values, { axis });
  }

  /** Cuts an axis into parts of the given sizes. */
  split(x: Value, sizes: readonly number[], axis: number): Value[] {
    return this.node('Split', [x, this.ints(sizes)], { axis }, sizes.length);
  }

  slice(
    x: Value,
    starts: readonly number[],
    ends: readonly number[],
    axes: readonly number[],
    steps: readonly number[] = axes.map(() => 1),
  ): Value {
    return this.one('Slice', [x, this.ints(starts), this.ints(ends), this.ints(axes), this.ints(steps)]);
  }

  /** Pads with zeros, or with `value`; `pads` are the beginnings of `axes`, then the ends. */
  pad(x: Value, pads: readonly number[], axes: readonly number[], value?: Value): Value {
    return this.one('Pad', [x, this.ints(pads), value, this.ints(axes)]);
  }

  gather(x: Value, indices: Value, axis: number): Value {
    return this.one('Gather', [x, indices], { axis });
  }

  /** `x` with `updates` added at `indices` along an axis. */
  scatterAdd(x: Value, indices: Value, updates: Value, axis: number): Value {
    return this.one('ScatterElements', [x, indices, updates], { axis, reduction: 'add' });
  }

  /** Broadcasts to a shape computed at run time. */
  expand(x: Value, shape: Value): Value {
    return this.one('Expand', [x, shape]);
  }

  squeeze(x: Value, axes: readonly number[]): Value {
    return this.one('Squeeze', [x, this.ints(axes)]);
  }

  unsqueeze(x: Value, axes: readonly number[]): Value {
    return this.one('Unsqueeze', [x, this.ints(axes)]);
  }

  /** Repeats each axis as often as `repeats` says. */
  tile(x: Value, repeats: readonly number[]): Value {
    return this.one('Tile', [x, this.ints(repeats)]);
  }

  /** `[N, C b², H, W]` → `[N, C, H b, W b]`; PyTorch's `pixel_shuffle` is mode CRD. */
  depthToSpace(x: Value, blocksize: number, mode: 'DCR' | 'CRD' = 'DCR'): Value {
    return this.one('DepthToSpace', [x], { blocksize, mode });
  }

  /** `[N, C, H b, W b]` → `[N, b² C, H, W]` */
  spaceToDepth(x: Value, blocksize: number): Value {
    return this.one('SpaceToDepth', [x], { blocksize });
  }

  /** The upper (or lower) triangle of matrices, from the k-th diagonal on. */
  trilu(x: Value, upper = true, k = 0): Value {
    return this.one('Trilu', [x, this.ints(k)], { upper: upper ? 1 : 0 });
  }
}
