/** Methods for reductions, and for tensors made from shapes. */
import type { Value } from '../graph-assembly.ts';
import type { Tensor } from '../tensor.ts';
import { ActivationBuilder } from './activation.ts';

/** And reductions, and tensors made from shapes. */
export class ReductionBuilder extends ActivationBuilder {
  reduceSum(x: Value, axes?: readonly number[], keepdims = true): Value {
    return this.one('ReduceSum', [x, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 });
  }

  reduceMean(x: Value, axes?: readonly number[], keepdims = true): Value {
    return this.one('ReduceMean', [x, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 });
  }

  reduceMax(x: Value, axes?: readonly number[], keepdims = true): Value {
    return this.one('ReduceMax', [x, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 });
  }

  reduceMin(x: Value, axes?: readonly number[], keepdims = true): Value {
    return this.one('ReduceMin', [x, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 });
  }

  reduceProd(x: Value, axes?: readonly number[], keepdims = true): Value {
    return this.one('ReduceProd', [x, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 });
  }

  reduceSumSquare(x: Value, axes?: readonly number[], keepdims = true): Value {
    return this.one('ReduceSumSquare', [x, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 });
  }

  reduceL1(x: Value, axes?: readonly number[], keepdims = true): Value {
    return this.one('ReduceL1', [x, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 });
  }

  reduceL2(x: Value, axes?: readonly number[], keepdims = true): Value {
    return this.one('ReduceL2', [x, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 });
  }

  argMax(x: Value, axis: number, keepdims = true): Value {
    return this.one('ArgMax', [x], { axis, keepdims: keepdims ? 1 : 0 });
  }

  /** The sizes of axes `start` to `end` (exclusive), int64. */
  shape(x: Value, start?: number, end?: number): Value {
    return this.one('Shape', [x], { start, end });
  }

  /** The number of elements, int64. */
  size(x: Value): Value {
    return this.one('Size', [x]);
  }

  constantOfShape(shape: Value, value: Tensor): Value {
    return this.one('ConstantOfShape', [shape], { value });
  }

  range(start: Value, limit: Value, delta: Value): Value {
    return this.one('Range', [start, limit, delta]);
  }
}
