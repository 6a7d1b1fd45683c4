/** What a network consists of, layer by layer, and what it costs. */
import { substituteDim } from '../onnx/dims.ts';
import { elementCount } from '../onnx/tensor.ts';
import type { Node, Shape } from '../onnx/types.ts';
import type { Architecture } from './architecture.ts';
import { checkImageSize } from './image-size.ts';
import type { Network } from './layers/index.ts';
import { evaluationNetwork } from './state.ts';

/** A layer, or what lies between two layers. */
export interface LayerSummary {
  /** As its parameters begin; empty for what lies between layers. */
  readonly name: string;
  /** The ONNX ops it consists of. */
  readonly ops: readonly string[];
  /** Shape of its result; `N` is the batch size. */
  readonly output: Shape;
  readonly parameters: number;
  /** Products that convolutions and matrices take for one image. */
  readonly multiplyAdds: number;
}

/** A whole network. */
export interface NetworkSummary {
  readonly layers: readonly LayerSummary[];
  readonly parameters: number;
  readonly multiplyAdds: number;
}

/**
 * Counts a network's parameters and multiply-adds by layer.
 *
 * @throws LabError `MODEL_INPUT_SIZE`
 */
export function summarize(architecture: Architecture, classes: number, imageSize: number): NetworkSummary {
  checkImageSize(architecture, imageSize);
  const layers = layersOf(evaluationNetwork(architecture, classes, imageSize));
  return {
    layers,
    parameters: layers.reduce((total, { parameters }) => total + parameters, 0),
    multiplyAdds: layers.reduce((total, { multiplyAdds }) => total + multiplyAdds, 0),
  };
}

/** Nodes that have their layer's scope are one row; each of the others is one of its own. */
function layersOf(net: Network): LayerSummary[] {
  const rows = new Map<string, Node[]>();
  for (const node of net.g.nodes) {
    const key = scopeOf(node) === '' ? node.name : `${scopeOf(node)}/`;
    rows.set(key, [...(rows.get(key) ?? []), node]);
  }
  const uncounted = new Map(
    net.state.flatMap(({ name, dims, kind }) => (kind === 'parameter' ? [[name, elementCount(dims)]] : [])),
  );
  const take = (name: string): number => {
    const count = uncounted.get(name) ?? 0;
    // Shared parameters count where they are used first.
    uncounted.delete(name);
    return count;
  };
  return [...rows.values()].map((nodes) => ({
    name: scopeOf(nodes[0]!),
    ops: nodes.map(({ opType }) => opType).filter((op, i, ops) => ops.indexOf(op) === i),
    output: net.g.value(nodes.at(-1)!.outputs[0]!).shape,
    parameters: nodes.flatMap(({ inputs }) => inputs).reduce((total, name) => total + take(name), 0),
    multiplyAdds: nodes.reduce((total, node) => total + multiplyAddsOf(net, node), 0),
  }));
}

function scopeOf({ name }: Node): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')));
}

/** One product for each element of the result and each input of a unit. */
function multiplyAddsOf({ g }: Network, node: Node): number {
  const shapeOf = (name: string | undefined): Shape => (name ? g.value(name).shape : []);
  const [a, b] = node.inputs.map(shapeOf) as [Shape, Shape];
  const outputs = count(shapeOf(node.outputs[0]));
  switch (node.opType) {
    case 'Conv':
      return outputs * count(b.slice(1));
    case 'ConvTranspose':
      return count(a) * count(b.slice(1));
    case 'Gemm':
      return outputs * count([a[node.attributes['transA']?.value === 1 ? 0 : 1]!]);
    case 'MatMul':
      return outputs * count(a.slice(-1));
    default:
      return 0;
  }
}

/** Elements for one image. */
function count(shape: Shape): number {
  return elementCount(
    shape.map((dim) => substituteDim(dim, { N: 1 })).filter((dim) => typeof dim === 'number'),
  );
}
