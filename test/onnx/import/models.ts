/** Small models in any operator set, and what the lab makes of them, both run by onnxruntime. */
import { DROPOUT } from '../../../src-main/onnx/import/convert-op.ts';
import { plainGraph, type PlainGraph } from '../../../src-main/onnx/import/plain-graph.ts';
import { elementCount, float32, type Tensor } from '../../../src-main/onnx/tensor.ts';
import {
  IR_VERSION,
  OPSET,
  type AttributeValue,
  type Model,
  type Node,
} from '../../../src-main/onnx/types.ts';
import { createSession } from '../../../src-main/runtime/session.ts';
import { uniform } from '../../helpers/seeded.ts';

/** An attribute as a test writes it. */
export type Attribute = number | string | readonly number[] | Tensor | { readonly float: number };

/** A node as a test writes it: op, inputs, outputs, attributes. */
export type NodeInit = readonly [
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes?: Readonly<Record<string, Attribute>>,
];

/** A graph from `x` to `y`. */
export interface GraphInit {
  readonly opset: number;
  readonly nodes: readonly NodeInit[];
  readonly constants?: Readonly<Record<string, Tensor>>;
  /** Shape of `x`; `N` is the batch, of which a number is a fixed one. */
  readonly x: readonly (number | 'N')[];
}

/** A list of floats. */
export function floats(...values: readonly number[]): Tensor {
  return float32([values.length], values);
}

/** The model that a test describes. */
export function modelOf({ opset, nodes, constants = {}, x }: GraphInit): Model {
  return {
    irVersion: opset > 20 ? 10 : Math.min(IR_VERSION, 8),
    opsets: { '': opset },
    producerName: 'test',
    producerVersion: '',
    metadata: {},
    graph: {
      name: 'graph',
      inputs: [{ name: 'x', dtype: 'float32', shape: x }],
      outputs: [{ name: 'y', dtype: 'float32' }],
      initializers: new Map(Object.entries(constants)),
      nodes: nodes.map(nodeOf),
      valueInfo: [],
    },
  };
}

function nodeOf([opType, inputs, outputs, attributes = {}]: NodeInit): Node {
  const typed = Object.entries(attributes).map(([name, value]) => [name, attributeOf(value)]);
  return {
    name: `the ${opType}`,
    opType,
    domain: '',
    inputs,
    outputs,
    attributes: Object.fromEntries(typed) as Node['attributes'],
  };
}

function attributeOf(value: Attribute): AttributeValue {
  if (typeof value === 'number') return { type: 'int', value };
  if (typeof value === 'string') return { type: 'string', value };
  if ('dtype' in value) return { type: 'tensor', value };
  if ('float' in value) return { type: 'float', value: value.float };
  return { type: 'ints', value };
}

/** The graph as the lab reads it. */
export function plainOf(init: GraphInit): PlainGraph {
  const [batch, ...rest] = init.x;
  return plainGraph(modelOf(init), {
    inputs: new Map([['x', { dtype: 'float32', shape: ['N', ...rest] }]]),
    output: 'y',
    batch: typeof batch === 'number' ? batch : undefined,
  });
}

/** What onnxruntime computes of the file, and of the lab's graph, for the same seeded `x`. */
export async function bothResults(
  init: GraphInit,
  batch: number,
): Promise<{ readonly file: Tensor; readonly lab: Tensor }> {
  const dims = init.x.map((dim) => (dim === 'N' ? batch : dim));
  const x = float32(dims, uniform('x', elementCount(dims)));
  const graph = plainOf(init);
  const nodes = graph.nodes.map((node) =>
    node.opType === DROPOUT ? { ...node, opType: 'Identity', attributes: {} } : node,
  );
  const plain: Model = {
    ...modelOf(init),
    irVersion: IR_VERSION,
    opsets: { '': OPSET },
    graph: {
      ...modelOf(init).graph,
      inputs: [{ name: 'x', dtype: 'float32', shape: ['N', ...init.x.slice(1)] }],
      outputs: [{ name: graph.output, dtype: graph.types.get(graph.output)!.dtype }],
      initializers: graph.constants,
      nodes,
    },
  };
  return { file: await run(modelOf(init), x), lab: await run(plain, x) };
}

async function run(model: Model, x: Tensor): Promise<Tensor> {
  // Nodes made of one bear its name, which onnxruntime takes once only.
  const nodes = model.graph.nodes.map((node) => ({ ...node, name: '' }));
  const nameless = { ...model, graph: { ...model.graph, nodes } };
  const session = await createSession(nameless, { optimize: false });
  const outputs = await session.run(new Map([['x', x]]));
  await session.release();
  return [...outputs.values()][0]!;
}
