/** Builds graphs node by node; every value knows its type and shape as soon as it exists. */
import { dataTypeNumber } from './data-types.ts';
import { GraphAssembly, type Value } from './graph-assembly.ts';
import { inputType } from './infer.ts';
import type { DataType, Tensor } from './tensor.ts';
import type { Model, Shape } from './types.ts';

export type { Value } from './graph-assembly.ts';

/** Attributes of windows that move over images; PyTorch's and ONNX's defaults (1, 1, 0). */
export interface WindowOptions {
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  /** Beginnings of all axes, then ends. */
  readonly pads?: readonly number[];
}

/** A graph under construction with one method for each op, named as the op. */
export class GraphBuilder extends GraphAssembly {
  /** A builder that holds a model's graph and goes on from there; its outputs are left out. */
  static from(model: Model): GraphBuilder {
    const builder = new GraphBuilder(model.graph.name);
    for (const info of model.graph.inputs) {
      if (model.graph.initializers.has(info.name)) continue;
      builder.input(info.name, info.dtype, inputType(info).shape);
    }
    for (const [name, tensor] of model.graph.initializers) builder.initializer(name, tensor);
    for (const node of model.graph.nodes) builder.append(node);
    return builder;
  }

  // Convolutions, pooling, normalization

  /** x `[N, C, …]`, w `[M, C / group, …]`, b `[M]` → `[N, M, …]` */
  conv(x: Value, w: Value, b?: Value, options: WindowOptions & { group?: number } = {}): Value {
    return this.one('Conv', [x, w, b], { ...options });
  }

  /** x `[N, C, …]`, w `[C, M / group, …]`, b `[M]` → `[N, M, …]` */
  convTranspose(
    x: Value,
    w: Value,
    b?: Value,
    options: WindowOptions & { group?: number; output_padding?: readonly number[] } = {},
  ): Value {
    return this.one('ConvTranspose', [x, w, b], { ...options });
  }

  maxPool(x: Value, options: WindowOptions & { kernel_shape: readonly number[]; ceil_mode?: number }): Value {
    return this.one('MaxPool', [x], { ...options });
  }

  /** Values, and the index of each in the flattened input (int64). */
  maxPoolWithIndices(
    x: Value,
    options: WindowOptions & { kernel_shape: readonly number[]; ceil_mode?: number },
  ): [Value, Value] {
    return this.node('MaxPool', [x], { ...options }, 2) as [Value, Value];
  }

  averagePool(
    x: Value,
    options: WindowOptions & {
      kernel_shape: readonly number[];
      ceil_mode?: number;
      count_include_pad?: number;
    },
  ): Value {
    return this.one('AveragePool', [x], { ...options });
  }

  globalAveragePool(x: Value): Value {
    return this.one('GlobalAveragePool', [x]);
  }

  /** Normalizes with given statistics, each `[C]`. */
  batchNormalization(
    x: Value,
    scale: Value,
    bias: Value,
    mean: Value,
    variance: Value,
    epsilon: number,
  ): Value {
    return this.one('BatchNormalization', [x, scale, bias, mean, variance], { epsilon });
  }

  /** Normalizes with the batch's statistics: the result, their mean and their population variance, each `[C]`. */
  batchNormalizationTraining(x: Value, scale: Value, bias: Value, epsilon: number): [Value, Value, Value] {
    // With momentum 0 the "running" outputs are the batch's own, whatever they are mixed with. onnxruntime writes
    // them over the inputs 3 and 4, so these must be values that nobody else reads.
    const scratch = [this.neg(bias), this.neg(scale)];
    return this.node(
      'BatchNormalization',
      [x, scale, bias, ...scratch],
      { epsilon, momentum: 0, training_mode: 1 },
      3,
    ) as [Value, Value, Value];
  }

  // Matrix products

  matMul(a: Value, b: Value): Value {
    return this.one('MatMul', [a, b]);
  }

  gemm(
    a: Value,
    b: Value,
    c?: Value,
    options: { alpha?: number; beta?: number; transA?: number; transB?: number } = {},
  ): Value {
    return this.one('Gemm', [a, b, c], { ...options });
  }

  // Element by element

  add(a: Value, b: Value): Value {
    return this.one('Add', [a, b]);
  }

  sub(a: Value, b: Value): Value {
    return this.one('Sub', [a, b]);
  }

  mul(a: Value, b: Value): Value {
    return this.one('Mul', [a, b]);
  }

  div(a: Value, b: Value): Value {
    return this.one('Div', [a, b]);
  }

  pow(a: Value, b: Value): Value {
    return this.one('Pow', [a, b]);
  }

  mod(a: Value, b: Value): Value {
    return this.one('Mod', [a, b]);
  }

  max(a: Value, b: Value): Value {
    return this.one('Max', [a, b]);
  }

  min(a: Value, b: Value): Value {
    return this.one('Min', [a, b]);
  }

  sum(values: readonly Value[]): Value {
    return this.one('Sum', values);
  }

  neg(x: Value): Value {
    return this.one('Neg', [x]);
  }

  abs(x: Value): Value {
    return this.one('Abs', [x]);
  }

  sign(x: Value): Value {
    return this.one('Sign', [x]);
  }

  floor(x: Value): Value {
    return this.one('Floor', [x]);
  }

  exp(x: Value): Value {
    return this.one('Exp', [x]);
  }

  log(x: Value): Value {
    return this.one('Log', [x]);
  }

  sqrt(x: Value): Value {
    return this.one('Sqrt', [x]);
  }

  reciprocal(x: Value): Value {
    return this.one('Reciprocal', [x]);
  }

  relu(x: Value): Value {
    return this.one('Relu', [x]);
  }

  tanh(x: Value): Value {
    return this.one('Tanh', [x]);
  }

  identity(x: Value): Value {
    return this.one('Identity', [x]);
  }

  clip(x: Value, low?: Value, high?: Value): Value {
    return this.one('Clip', [x, low, high]);
  }

  softmax(x: Value, axis = -1): Value {
    return this.one('Softmax', [x], { axis });
  }

  logSoftmax(x: Value, axis = -1): Value {
    return this.one('LogSoftmax', [x], { axis });
  }

  cast(x: Value, to: DataType): Value {
    return this.one('Cast', [x], { to: dataTypeNumber(to) });
  }

  where(condition: Value, then: Value, otherwise: Value): Value {
    return this.one('Where', [condition, then, otherwise]);
  }

  equal(a: Value, b: Value): Value {
    return this.one('Equal', [a, b]);
  }

  greater(a: Value, b: Value): Value {
    return this.one('Greater', [a, b]);
  }

  greaterOrEqual(a: Value, b: Value): Value {
    return this.one('GreaterOrEqual', [a, b]);
  }

  less(a: Value, b: Value): Value {
    return this.one('Less', [a, b]);
  }

  lessOrEqual(a: Value, b: Value): Value {
    return this.one('LessOrEqual', [a, b]);
  }

  and(a: Value, b: Value): Value {
    return this.one('And', [a, b]);
  }

  or(a: Value, b: Value): Value {
    return this.one('Or', [a, b]);
  }

  not(x: Value): Value {
    return this.one('Not', [x]);
  }

  /** Shifts bits; `direction` is LEFT or RIGHT. */
  bitShift(x: Value, bits: Value, direction: 'LEFT' | 'RIGHT'): Value {
    return this.one('BitShift', [x, bits], { direction });
  }

  bitwiseXor(a: Value, b: Value): Value {
    return this.one('BitwiseXor', [a, b]);
  }

  bitwiseAnd(a: Value, b: Value): Value {
    return this.one('BitwiseAnd', [a, b]);
  }

  // Reductions

  reduceSum(x: Value, axes?: readonly number[], keepdims = true): Value {
    return this.one('ReduceSum', [x, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 });
  }

  reduceMean(x: Value, axes?: readonly number[], keepdims = true): Value {
    return this.one('ReduceMean', [x, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 });
  }

  reduceMax(x: Value, axes?: readonly number[], keepdims = true): Value {
    return this.one('ReduceMax', [x, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 });
  }

  reduceProd(x: Value, axes?: readonly number[], keepdims = true): Value {
    return this.one('ReduceProd', [x, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 });
  }

  reduceSumSquare(x: Value, axes?: readonly number[], keepdims = true): Value {
    return this.one('ReduceSumSquare', [x, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 });
  }

  argMax(x: Value, axis: number, keepdims = true): Value {
    return this.one('ArgMax', [x], { axis, keepdims: keepdims ? 1 : 0 });
  }

  /** The sizes of axes `start` to `end` (exclusive), int64. */
  shape(x: Value, start?: number, end?: number): Value {
    return this.one('Shape', [x], { start, end });
  }

  constantOfShape(shape: Value, value: Tensor): Value {
    return this.one('ConstantOfShape', [shape], { value });
  }

  range(start: Value, limit: Value, delta: Value): Value {
    return this.one('Range', [start, limit, delta]);
  }

  // Layout

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
}
