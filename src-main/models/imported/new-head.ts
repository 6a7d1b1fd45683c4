/** The layer that takes the place of a file's last one. */
import type { Value } from '../../onnx/graph-builder.ts';
import type { PlainGraph } from '../../onnx/import/plain-graph.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import { conv2d, dropoutLayer, linear, type Network } from '../layers/index.ts';
import type { ClassifierHead } from './classifier-head.ts';
import { parameterName } from './parameters.ts';

/** A new last layer. */
export interface NewHead {
  /** Names of its parameters. */
  readonly names: readonly string[];
  /** What the file's own layer holds, under these names; empty where it is not laid out as the lab's are. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** Features `[N, F]` → logits `[N, classes]`. */
  classify(net: Network, features: Value, classes: number): Value;
}

/** A layer of the same kind and name as the file's. */
export function newHead(graph: PlainGraph, head: ClassifierHead): NewHead {
  const name = headName(head);
  return {
    names: [`${name}.weight`, `${name}.bias`],
    weights: ownWeights(graph, head, name),
    classify(net, features, classes) {
      const x = dropoutLayer(net, features, head.dropout);
      return head.kind === 'linear' ? linear(net, x, name, classes) : pooled(net, x, name, head, classes);
    },
  };
}

function headName(head: ClassifierHead): string {
  const name = parameterName(head.weight, head.node, 'weight');
  return name.endsWith('.weight') ? name.slice(0, -'.weight'.length) : 'head';
}

/** A 1×1 convolution of all places, their ReLU where the file has one, and their mean. */
function pooled(
  net: Network,
  x: Value,
  name: string,
  { relu, channels }: ClassifierHead,
  classes: number,
): Value {
  const { g } = net;
  // In which rows the places lie makes no difference to a 1×1 convolution and a mean.
  const places = g.reshape(x, [0, channels, (x.shape[1] as number) / channels, 1]);
  const scores = conv2d(net, places, name, { out_channels: classes, kernel_size: 1 });
  return g.flatten(g.globalAveragePool(relu ? g.relu(scores) : scores));
}

function ownWeights(graph: PlainGraph, head: ClassifierHead, name: string): Map<string, Tensor> {
  const [weight, bias] = [head.weight, head.bias ?? ''].map((constant) => graph.constants.get(constant));
  if (weight === undefined || bias === undefined || head.transposed || scaled(head)) return new Map();
  return new Map([
    [`${name}.weight`, weight],
    [`${name}.bias`, bias],
  ]);
}

/** Gemm may multiply its product and its bias. */
function scaled({ node }: ClassifierHead): boolean {
  return ['alpha', 'beta'].some((name) => (node.attributes[name]?.value ?? 1) !== 1);
}
