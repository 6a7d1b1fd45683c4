/** From the nodes of a file to layers of a network under construction. */
import { trainableConvolution } from '../../autograd/lowering/convolution.ts';
import { UNKNOWN } from '../../onnx/dims.ts';
import type { AttributeInput } from '../../onnx/graph-assembly.ts';
import type { Value } from '../../onnx/graph-builder.ts';
import { DROPOUT } from '../../onnx/import/convert-op.ts';
import type { PlainGraph } from '../../onnx/import/plain-graph.ts';
import type { OpType } from '../../onnx/ops/index.ts';
import { InferContext } from '../../onnx/ops/schema.ts';
import { imageOf, windowOf } from '../../onnx/ops/window.ts';
import type { Node } from '../../onnx/types.ts';
import { constant, kaimingUniform, type Initializer } from '../initializers.ts';
import { batchNorm2d, dropoutLayer, normalizedBatch, type Network } from '../layers/index.ts';
import { moduleName, type LearntTensor, type Role } from './parameters.ts';

/** A graph of a file, and what of it has been learnt. */
export interface Backbone {
  readonly graph: PlainGraph;
  readonly learnt: ReadonlyMap<string, LearntTensor>;
  /** Names of the BatchNorm layers that are put behind convolutions, by the convolutions' results. */
  readonly norms: ReadonlyMap<string, string>;
}

/**
 * Adds the nodes of a file to a network.
 *
 * @param inputs the values that its graph begins with
 * @returns finds a value of the file by its name
 */
export function layOut(
  net: Network,
  backbone: Backbone,
  inputs: ReadonlyMap<string, Value>,
): (name: string) => Value {
  const layout = new Layout(net, backbone, inputs);
  for (const node of backbone.graph.nodes) net.g.scope(moduleName(node), () => layout.add(node));
  return (name) => layout.value(name);
}

class Layout {
  readonly #net: Network;
  readonly #backbone: Backbone;
  readonly #values: Map<string, Value>;

  constructor(net: Network, backbone: Backbone, inputs: ReadonlyMap<string, Value>) {
    this.#net = net;
    this.#backbone = backbone;
    this.#values = new Map(inputs);
  }

  /** A value of the file; constants come into the graph when they are first read. */
  value(name: string): Value {
    const known = this.#values.get(name);
    if (known) return known;
    const value = this.#constant(name);
    this.#values.set(name, value);
    return value;
  }

  #constant(name: string): Value {
    const learnt = this.#backbone.learnt.get(name);
    if (learnt === undefined) return this.#net.g.constant(this.#backbone.graph.constants.get(name)!);
    const { tensor, role } = learnt;
    const declare = role.startsWith('running') ? 'buffer' : 'parameter';
    return this.#net[declare](learnt.name, tensor.dims, firstValues(role, tensor.dims));
  }

  add(node: Node): void {
    const inputs = node.inputs.map((name) => (name === '' ? undefined : this.value(name)));
    this.#layer(node, inputs).forEach((value, i) => {
      this.#values.set(node.outputs[i] ?? '', this.#refined(value, node.outputs[i] ?? ''));
    });
  }

  #layer(node: Node, inputs: readonly (Value | undefined)[]): readonly Value[] {
    const [x] = inputs as readonly Value[];
    switch (node.opType) {
      case DROPOUT:
        return [dropoutLayer(this.#net, x!, Number(node.attributes['ratio']?.value))];
      case 'BatchNormalization':
        return [this.#batchNorm(node, inputs as readonly Value[])];
      case 'Conv':
        return [this.#normalized(node, this.#convolution(node, inputs as readonly Value[]))];
      default: {
        const attributes = plainAttributes(node);
        return this.#net.g.node(node.opType as OpType, inputs, attributes, node.outputs.length);
      }
    }
  }

  /** ONNX's momentum is what stays of the old statistics, PyTorch's what is taken of the new ones. */
  #batchNorm({ attributes }: Node, [x, weight, bias, mean, variance]: readonly Value[]): Value {
    const eps = numberOr(attributes['epsilon']?.value, 1e-5);
    const momentum = 1 - numberOr(attributes['momentum']?.value, 0.9);
    const state = { weight: weight!, bias: bias!, mean: mean!, variance: variance! };
    return normalizedBatch(this.#net, x!, state, { eps, momentum: Math.fround(momentum) });
  }

  #convolution(node: Node, [x, weight, bias]: readonly Value[]): Value {
    const { g, options } = this.#net;
    const types = [x, weight, bias].filter((value) => value !== undefined);
    const c = new InferContext(node, types, []);
    const { spatial } = imageOf(c);
    const kernel = (weight!.shape as readonly number[]).slice(2);
    const group = c.int('group', 1);
    const window = windowOf(c, spatial, kernel);
    if (options.training && options.isTrainable(weight!.name) && kernel.length === 2) {
      return trainableConvolution(g, x!, weight!, bias, { window, group });
    }
    const { strides, dilations, pads } = window;
    return g.conv(x!, weight!, bias, { strides, dilations, pads, group });
  }

  #normalized({ outputs }: Node, x: Value): Value {
    const layer = this.#backbone.norms.get(outputs[0] ?? '');
    return layer === undefined ? x : batchNorm2d(this.#net, x, layer);
  }

  /** Sizes that were worked out while the file was read. */
  #refined(value: Value, name: string): Value {
    const shape = this.#backbone.graph.types.get(name)?.shape;
    const better = shape?.some((dim, i) => dim !== UNKNOWN && value.shape[i] === UNKNOWN);
    return shape && better ? this.#net.g.refine(value, shape) : value;
  }
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}

function plainAttributes({ attributes }: Node): Record<string, AttributeInput> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { value }]) => [name, value as AttributeInput]),
  );
}

/** For a training that begins without the file's weights. */
function firstValues(role: Role, dims: readonly number[]): Initializer {
  if (role === 'weight' && dims.length > 1) return kaimingUniform;
  return constant(role === 'weight' || role === 'running_var' ? 1 : 0);
}
