/** Builds graphs node by node; every value knows its type and shape as soon as it exists. */
import { NormalizationBuilder } from './builder/normalization.ts';
import type { Value } from './graph-assembly.ts';
import { inputType } from './infer.ts';
import type { Model } from './types.ts';

export type { Value } from './graph-assembly.ts';

/** Attributes of windows that move over images; PyTorch's and ONNX's defaults (1, 1, 0). */
export interface WindowOptions {
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  /** Beginnings of all axes, then ends. */
  readonly pads?: readonly number[];
}

/** A graph under construction with one method for each op, named as the op; `builder/` holds one family each. */
export class GraphBuilder extends NormalizationBuilder {
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

  // Convolutions and pooling

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

  globalMaxPool(x: Value): Value {
    return this.one('GlobalMaxPool', [x]);
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
}
