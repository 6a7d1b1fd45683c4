/** Checks a whole model: names, order, ops, types and shapes. */
import { LabError } from '../../src-shared/errors.ts';
import { compatibleShapes, formatShape } from './dims.ts';
import { inferNode, inputType, type ValueLookup } from './infer.ts';
import type { ValueType } from './ops/schema.ts';
import { elementCount, type Tensor } from './tensor.ts';
import { OPSET, type Model, type ValueInfo } from './types.ts';

/** The types of all values of a checked model, by name. */
export type ModelTypes = ReadonlyMap<string, ValueType>;

/**
 * Checks that a model is well formed and that onnxruntime will find what the graph says.
 *
 * @returns the type of every value
 * @throws LabError `ONNX_INVALID_GRAPH`, `ONNX_UNSUPPORTED` or `ONNX_SHAPE`, naming node, op and input
 */
export function checkModel(model: Model): ModelTypes {
  const { graph } = model;
  checkOpset(model);
  const types = new Map<string, ValueType>();
  const define = (name: string, type: ValueType, by: string): void => {
    if (types.has(name)) {
      throw invalid(`${by} defines "${name}"`, 'a name of its own', 'one that is already taken');
    }
    types.set(name, type);
  };
  for (const [name, tensor] of graph.initializers) {
    checkElements(name, tensor);
    define(name, { dtype: tensor.dtype, shape: tensor.dims }, 'An initializer');
  }
  for (const info of graph.inputs) {
    // Files of the first versions list initializers among the inputs too.
    const initial = types.get(info.name);
    if (initial && graph.initializers.has(info.name)) checkValue('Graph input', info, initial);
    else define(info.name, inputType(info), 'A graph input');
  }
  const lookup: ValueLookup = {
    typeOf: (name) => types.get(name),
    constantOf: (name): Tensor | undefined => graph.initializers.get(name),
  };
  for (const node of graph.nodes) {
    inferNode(node, lookup).forEach((type, i) => {
      const name = node.outputs[i];
      if (name) define(name, type, `Node "${node.name}" (${node.opType})`);
    });
  }
  for (const info of graph.valueInfo) {
    const type = types.get(info.name);
    if (type) checkValue('Value', info, type);
  }
  checkOutputs(graph.outputs, types);
  return types;
}

function invalid(place: string, expected: string, found: string): LabError {
  return new LabError('ONNX_INVALID_GRAPH', `${place}: expected ${expected}, found ${found}.`);
}

function checkOpset(model: Model): void {
  const version = model.opsets[''];
  if (version !== OPSET) {
    throw invalid('The operator set', String(OPSET), version === undefined ? 'none' : String(version));
  }
}

function checkElements(name: string, { dims, data }: Tensor): void {
  const count = elementCount(dims);
  if (data.length !== count) {
    const place = `Initializer "${name}"`;
    throw invalid(place, `${count} elements for its shape ${formatShape(dims)}`, String(data.length));
  }
}

function checkOutputs(outputs: readonly ValueInfo[], types: ModelTypes): void {
  const names = new Set<string>();
  for (const info of outputs) {
    const place = `Graph output "${info.name}"`;
    if (names.has(info.name)) throw invalid(place, 'a name of its own', 'one that is already taken');
    names.add(info.name);
    const type = types.get(info.name);
    if (type === undefined) throw invalid(place, 'a value that a node defines', 'none');
    checkValue('Graph output', info, type);
  }
}

/** Compares what a file says of a value with what it is. */
function checkValue(what: string, info: ValueInfo, type: ValueType): void {
  const place = `${what} "${info.name}"`;
  if (type.dtype !== info.dtype) throw invalid(place, `element type ${info.dtype}`, type.dtype);
  if (info.shape && !compatibleShapes(info.shape, type.shape)) {
    throw invalid(place, `shape ${formatShape(info.shape)}`, formatShape(type.shape));
  }
}
