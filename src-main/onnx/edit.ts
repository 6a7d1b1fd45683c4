/** Edits of whole models: fixing sizes, turning inputs into constants, joining two models. */
import { LabError } from '../../src-shared/errors.ts';
import { compatibleShapes, formatShape, substituteDim } from './dims.ts';
import type { Tensor } from './tensor.ts';
import type { Graph, Model, Node, ValueInfo } from './types.ts';

function withGraph(model: Model, change: Partial<Graph>): Model {
  return { ...model, graph: { ...model.graph, ...change } };
}

/** The model with numbers for symbolic sizes, such as `{ N: 32 }`. */
export function specialise(model: Model, sizes: Readonly<Record<string, number>>): Model {
  const fixed = (info: ValueInfo): ValueInfo => ({
    ...info,
    shape: info.shape?.map((dim) => substituteDim(dim, sizes)),
  });
  const { inputs, outputs, valueInfo } = model.graph;
  return withGraph(model, {
    inputs: inputs.map(fixed),
    outputs: outputs.map(fixed),
    valueInfo: valueInfo.map(fixed),
  });
}

/**
 * The model with inputs turned into initializers of the given values, so that a runtime can fold them into other
 * constants. Tensors the model does not take are ignored.
 *
 * @throws LabError `ONNX_SHAPE` when a tensor does not fit its input
 */
export function bindInitializers(model: Model, tensors: ReadonlyMap<string, Tensor>): Model {
  const initializers = new Map(model.graph.initializers);
  const inputs = model.graph.inputs.filter((info) => {
    const tensor = tensors.get(info.name);
    if (tensor === undefined) return true;
    checkFits(info, tensor);
    initializers.set(info.name, tensor);
    return false;
  });
  return withGraph(model, { inputs, initializers });
}

function checkFits(info: ValueInfo, tensor: Tensor): void {
  const { shape = tensor.dims } = info;
  if (tensor.dtype === info.dtype && compatibleShapes(shape, tensor.dims)) return;
  throw new LabError(
    'ONNX_SHAPE',
    `Binding the input "${info.name}": expected ${info.dtype} ${formatShape(shape)}, found ${tensor.dtype} ${formatShape(tensor.dims)}.`,
  );
}

/** The model without outputs other than `names`, and without the nodes, inputs and constants only they needed. */
export function keepOutputs(model: Model, names: readonly string[]): Model {
  const needed = new Set(names);
  const nodes: Node[] = [];
  for (const node of [...model.graph.nodes].reverse()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    nodes.unshift(node);
    for (const name of node.inputs) if (name !== '') needed.add(name);
  }
  const { graph } = model;
  return withGraph(model, {
    nodes,
    outputs: graph.outputs.filter((info) => names.includes(info.name)),
    inputs: graph.inputs.filter((info) => needed.has(info.name)),
    initializers: new Map([...graph.initializers].filter(([name]) => needed.has(name))),
  });
}

/** Names that a model shows to its users: inputs and outputs. */
function interfaceNames({ graph }: Model): Set<string> {
  return new Set([...graph.inputs, ...graph.outputs].map((info) => info.name));
}

/** The model with every inner name prefixed, so that it can be joined with another. */
function withPrefix(model: Model, prefix: string): Model {
  const kept = interfaceNames(model);
  const rename = (name: string): string => (name === '' || kept.has(name) ? name : prefix + name);
  return withGraph(model, {
    nodes: model.graph.nodes.map((node) => ({
      ...node,
      name: prefix + node.name,
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
    })),
    initializers: new Map([...model.graph.initializers].map(([name, tensor]) => [rename(name), tensor])),
  });
}

/**
 * Two models as one: inputs of `second` that are outputs of `first` become inner values, other inputs of the same
 * name are shared.
 *
 * @param outputs the outputs of the whole
 */
export function joinModels(first: Model, second: Model, outputs: readonly string[], prefix: string): Model {
  const tail = withPrefix(second, prefix);
  const given = new Set([...first.graph.inputs, ...first.graph.outputs].map((info) => info.name));
  return withGraph(first, {
    inputs: [...first.graph.inputs, ...tail.graph.inputs.filter((info) => !given.has(info.name))],
    outputs: [...first.graph.outputs, ...tail.graph.outputs].filter((info) => outputs.includes(info.name)),
    nodes: [...first.graph.nodes, ...tail.graph.nodes],
    initializers: new Map([...first.graph.initializers, ...tail.graph.initializers]),
  });
}
