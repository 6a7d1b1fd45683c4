/**
 * A reference interpreter for ONNX graphs in float64: plain loops, written to be obvious, not to be fast.
 *
 * Every float type is computed in float64 without rounding; integers wrap as their types do. It shares nothing
 * with the engine but the graph types, so that the two can check each other.
 */
import type { OpType } from '../../../src-main/onnx/ops/index.ts';
import type { DataType } from '../../../src-main/onnx/tensor.ts';
import type { Model } from '../../../src-main/onnx/types.ts';
import { activation } from './activation.ts';
import { convolution } from './convolution.ts';
import { elementwise } from './elementwise.ts';
import { NodeView, type Kernel } from './kernel.ts';
import { layout } from './layout.ts';
import { linear } from './linear.ts';
import { normalization } from './normalization.ts';
import { pooling } from './pooling.ts';
import { reductions } from './reduction.ts';
import { count, fromTensor, type Value64 } from './values.ts';

/** The kernel of every op that graphs can be built of: one that is missing does not compile. */
export const KERNELS: Readonly<Record<OpType, Kernel>> = {
  ...activation,
  ...convolution,
  ...elementwise,
  ...layout,
  ...linear,
  ...normalization,
  ...pooling,
  ...reductions,
};

/** A graph input: its elements, in the type that the graph declares. */
export interface Feed64 {
  readonly dims: readonly number[];
  readonly data: Float64Array;
}

/**
 * Runs a graph.
 *
 * @param feeds every input that has no initializer
 * @returns the graph's outputs by name
 */
export function runFloat64(model: Model, feeds: ReadonlyMap<string, Feed64>): Map<string, Value64> {
  const { inputs, outputs, initializers, nodes } = model.graph;
  const values = new Map<string, Value64>();
  for (const [name, tensor] of initializers) values.set(name, fromTensor(tensor));
  for (const { name, dtype } of inputs) {
    const feed = feeds.get(name);
    if (feed) values.set(name, checkedFeed(name, dtype, feed));
  }
  const valueOf = (name: string): Value64 => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`The float64 reference: nothing was given for "${name}".`);
    return value;
  };
  for (const node of nodes) {
    const kernel = Object.hasOwn(KERNELS, node.opType) ? KERNELS[node.opType as OpType] : undefined;
    if (kernel === undefined) throw new Error(`The float64 reference has no kernel for ${node.opType}.`);
    const given = node.inputs.map((name) => (name === '' ? undefined : valueOf(name)));
    const results = kernel(new NodeView(node, given));
    node.outputs.forEach((name, i) => {
      if (name !== '') values.set(name, results[i]!);
    });
  }
  return new Map(outputs.map(({ name }) => [name, valueOf(name)]));
}

function checkedFeed(name: string, dtype: DataType, { dims, data }: Feed64): Value64 {
  if (data.length !== count(dims)) {
    throw new Error(`The float64 reference: "${name}" has ${data.length} elements for [${dims.join(', ')}].`);
  }
  return { dtype, dims, data };
}
