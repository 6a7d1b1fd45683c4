/** The last layer of a classifier: what new classes replace. */
import { intsOf } from '../../onnx/attributes.ts';
import { DROPOUT } from '../../onnx/import/convert-op.ts';
import type { PlainGraph } from '../../onnx/import/plain-graph.ts';
import type { Node } from '../../onnx/types.ts';

/** A linear layer on the last features, or a 1×1 convolution whose places are averaged. */
export interface ClassifierHead {
  readonly kind: 'linear' | 'convolution';
  /** The value it reads, before a dropout. */
  readonly features: string;
  /** Ratio of the dropout directly before it; 0 without one. */
  readonly dropout: number;
  /** Whether a ReLU follows the convolution, as in SqueezeNet. */
  readonly relu: boolean;
  /** The node that names it. */
  readonly node: Node;
  /** Name of the constant `[K, F]`, `[F, K]` or `[K, C, 1, 1]`. */
  readonly weight: string;
  /** Whether the weight is `[F, K]`. */
  readonly transposed: boolean;
  readonly bias: string | undefined;
  readonly classes: number;
  /** Channels that it reads: F, or C. */
  readonly channels: number;
}

/** Ops between the last layer and the output that leave the order of the classes alone. */
const BEHIND = [
  ...['Softmax', 'LogSoftmax', 'Sigmoid', 'Flatten', 'Squeeze', 'Reshape', 'Cast', DROPOUT],
  ...['Relu', 'GlobalAveragePool', 'AveragePool', 'ReduceMean'],
];

/** Finds the last layer before a graph's output; `undefined` when there is none that could be replaced. */
export function findHead(graph: PlainGraph): ClassifierHead | undefined {
  const makers = new Map(graph.nodes.map((node) => [node.outputs[0] ?? '', node]));
  const behind: Node[] = [];
  let node = makers.get(graph.output);
  while (node && BEHIND.includes(node.opType)) {
    behind.push(node);
    node = makers.get(node.inputs[0] ?? '');
  }
  if (node === undefined) return undefined;
  const layer = new Layer(graph, makers);
  if (node.opType === 'Conv') return layer.convolution(node, behind);
  const pools = behind.some(({ opType }) => /Relu|Pool|Mean/.test(opType));
  return pools ? undefined : layer.linear(node);
}

class Layer {
  readonly #graph: PlainGraph;
  readonly #makers: ReadonlyMap<string, Node>;

  constructor(graph: PlainGraph, makers: ReadonlyMap<string, Node>) {
    this.#graph = graph;
    this.#makers = makers;
  }

  /** Gemm, or MatMul with or without an Add. */
  linear(node: Node): ClassifierHead | undefined {
    if (node.opType === 'Add') return this.#biased(node);
    if (node.opType !== 'MatMul' && node.opType !== 'Gemm') return undefined;
    const [x = '', w = '', bias] = node.inputs;
    if (node.attributes['transA']?.value === 1) return undefined;
    const stored = this.#matrix(w);
    const shape = this.#graph.types.get(x)?.shape;
    if (stored === undefined || shape?.length !== 2 || typeof shape[1] !== 'number') return undefined;
    const transposed = (node.attributes['transB']?.value === 1) === stored.turned;
    const dims = this.#dims(stored.name);
    const [classes = 0, channels = 0] = transposed ? dims.toReversed() : dims;
    return {
      kind: 'linear',
      ...this.#beforeDropout(x),
      ...{ relu: false, node, weight: stored.name, transposed, classes, channels },
      bias: bias === undefined || bias === '' ? undefined : bias,
    };
  }

  #biased(node: Node): ClassifierHead | undefined {
    const bias = node.inputs.find((name) => this.#graph.constants.has(name));
    const product = this.#makers.get(node.inputs.find((name) => name !== bias) ?? '');
    if (bias === undefined || product?.opType !== 'MatMul') return undefined;
    const found = this.linear(product);
    return found && { ...found, bias };
  }

  /** The constant behind a weight, which may be turned by a Transpose first. */
  #matrix(name: string): { name: string; turned: boolean } | undefined {
    if (this.#dims(name).length === 2) return { name, turned: false };
    const maker = this.#makers.get(name);
    const inner = maker?.opType === 'Transpose' ? (maker.inputs[0] ?? '') : '';
    return this.#dims(inner).length === 2 ? { name: inner, turned: true } : undefined;
  }

  convolution(node: Node, behind: readonly Node[]): ClassifierHead | undefined {
    const [x = '', weight = '', bias] = node.inputs;
    const dims = this.#dims(weight);
    const shape = this.#graph.types.get(x)?.shape ?? [];
    if (dims.length !== 4 || dims[2] !== 1 || dims[3] !== 1 || dims[1] !== shape[1]) return undefined;
    const moves = ['strides', 'pads'].flatMap((name) => intsOf(node, name) ?? []);
    if (moves.some((value) => value > 1)) return undefined;
    const before = shape.slice(2);
    const pooled = this.#graph.types.get(this.#graph.output)?.shape.slice(1) ?? [];
    // Every class has one logit, so the places are averaged if there are several.
    if (!before.every((dim) => typeof dim === 'number') || countOf(pooled) !== dims[0]) return undefined;
    return {
      kind: 'convolution',
      ...this.#beforeDropout(x),
      relu: behind.some(({ opType }) => opType === 'Relu'),
      ...{ node, weight, transposed: false, classes: dims[0] ?? 0, channels: dims[1] ?? 0 },
      bias: bias === undefined || bias === '' ? undefined : bias,
    };
  }

  #dims(name: string): readonly number[] {
    return this.#graph.constants.get(name)?.dims ?? [];
  }

  #beforeDropout(x: string): { features: string; dropout: number } {
    const maker = this.#makers.get(x);
    if (maker?.opType !== DROPOUT) return { features: x, dropout: 0 };
    return { features: maker.inputs[0] ?? '', dropout: Number(maker.attributes['ratio']?.value) };
  }
}

function countOf(shape: readonly (number | string)[]): number {
  return shape.reduce<number>((product, dim) => product * (typeof dim === 'number' ? dim : NaN), 1);
}
