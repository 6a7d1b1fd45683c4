/** What a gradient rule is, and what it is given. */
import { LabError } from '../../src-shared/errors.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import type { InferContext } from '../onnx/ops/schema.ts';
import { elementCount, float32, type DataType, type Tensor } from '../onnx/tensor.ts';
import type { Node, Shape } from '../onnx/types.ts';

/**
 * A vector-Jacobian product: from the cotangents of a node's outputs to those of its inputs.
 *
 * A rule holds mathematics alone. It may give a cotangent in the shape its input was broadcast to, and
 * `undefined` for an input that needs none; accumulation and unbroadcasting are `backward.ts`'s.
 */
export type Vjp = (context: VjpContext) => readonly (Value | undefined)[];

/** The gradient of an op: a function, zero everywhere, or not to be had and why. */
export type GradientRule = Vjp | typeof ZERO | Unsupported;

/** The op's output does not change with its inputs, or jumps: no gradient flows through it. */
export const ZERO = Symbol('zero gradient');

/** An op without a gradient, and the reason. */
export interface Unsupported {
  readonly unsupported: string;
}

/** Marks an op that has no gradient. The reason completes "has no gradient: …". */
export function UNSUPPORTED(reason: string): Unsupported {
  return { unsupported: reason };
}

/** What a rule sees of the node it differentiates. */
export interface VjpContext {
  readonly g: GraphBuilder;
  readonly node: Node;
  /** The node's attributes with their defaults, and its constants. */
  readonly attributes: InferContext;
  /** The node's inputs; `undefined` for omitted ones. */
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  /** The cotangent of output 0, which every rule needs that does not read `dys`. */
  readonly dy: Value;
  /** The cotangents of all outputs; `undefined` for one that nothing depends on. */
  readonly dys: readonly (Value | undefined)[];
  /** Whether the gradient of an input is asked for. */
  needs(index: number): boolean;
  /** An input that the op always has. */
  x(index: number): Value;
}

/** @throws LabError `GRADIENT_UNSUPPORTED` that names the node */
export function unsupported(node: Node, reason: string): never {
  throw new LabError(
    'GRADIENT_UNSUPPORTED',
    `Node "${node.name}" (${node.opType}) has no gradient: ${reason}.`,
    { hint: 'Freeze the layers below it, or replace it by ops that have one (docs/ops.md lists them).' },
  );
}

/** A scalar constant of the same element type as `like`. */
export function constantLike(g: GraphBuilder, like: Value, value: number): Value {
  return g.constant(floatTensor(like.dtype, [], [value]));
}

/** How many elements `x` has along axes, as a scalar like `like`; at run time where a size is symbolic. */
export function countAlong(g: GraphBuilder, x: Value, axes: readonly number[], like: Value): Value {
  const sizes = axes.map((axis) => x.shape[axis]);
  if (sizes.every((size) => typeof size === 'number')) return constantLike(g, like, elementCount(sizes));
  return g.cast(g.reduceProd(g.gather(g.shape(x), g.ints(axes), 0), undefined, false), like.dtype);
}

/** A constant of float32 or float64. */
export function floatTensor(dtype: DataType, dims: readonly number[], values: readonly number[]): Tensor {
  return dtype === 'float64' ? { dtype, dims, data: Float64Array.from(values) } : float32(dims, values);
}

/** `x` in the shape of `like`, of which at most one size may be symbolic. */
export function reshapeLike(g: GraphBuilder, x: Value, like: Value): Value {
  let open = 0;
  const shape = like.shape.map((dim) => (typeof dim === 'number' ? dim : ((open += 1), -1)));
  if (open > 1) throw new Error(`"${like.name}" has ${open} symbolic sizes; a reshape allows one.`);
  return g.reshape(x, shape);
}

/** The sizes of a shape that a rule cannot do without. @throws LabError `GRADIENT_UNSUPPORTED` that names the node */
export function knownSizes(node: Node, shape: Shape): number[] {
  return shape.map((dim) =>
    typeof dim === 'number' ? dim : unsupported(node, 'its channels or image sizes are not known'),
  );
}

/** Whether a type can carry a gradient. */
export function isFloat(dtype: DataType): boolean {
  return dtype === 'float32' || dtype === 'float64';
}
