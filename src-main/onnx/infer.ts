/** Shape and type inference of one node. */
import { LabError } from '../../src-shared/errors.ts';
import { schemaOf } from './ops/index.ts';
import { InferContext, type OpSchema, type ValueType } from './ops/schema.ts';
import type { Tensor } from './tensor.ts';
import type { Node, ValueInfo } from './types.ts';

/** How inference looks values up: the type of a value, and its content where it is constant. */
export interface ValueLookup {
  typeOf(name: string): ValueType | undefined;
  constantOf(name: string): Tensor | undefined;
}

/** The type of a graph input. @throws LabError `ONNX_INVALID_GRAPH` when the file states no shape */
export function inputType({ name, dtype, shape }: ValueInfo): ValueType {
  if (shape) return { dtype, shape };
  throw new LabError('ONNX_INVALID_GRAPH', `Graph input "${name}": expected a shape, found none.`);
}

/**
 * The types of a node's outputs.
 *
 * @throws LabError `ONNX_UNSUPPORTED` for an op the lab does not know, `ONNX_INVALID_GRAPH` for a wrong number of
 * inputs or outputs, an unknown attribute or an undefined input, `ONNX_SHAPE` where shapes or types do not fit
 */
export function inferNode(node: Node, lookup: ValueLookup): readonly ValueType[] {
  const schema = requireSchema(node);
  const context = inferContextOf(node, lookup);
  if (schema.elements) context.expectElements(0, schema.elements);
  return schema.infer(context);
}

/** A checked node with its inputs looked up. @throws as {@link inferNode} */
export function inferContextOf(node: Node, lookup: ValueLookup): InferContext {
  checkNode(node, requireSchema(node));
  const types = node.inputs.map((name, index) => {
    if (name === '') return undefined;
    return (
      lookup.typeOf(name) ?? invalid(node, `input ${index} "${name}"`, 'a value defined before it', 'nothing')
    );
  });
  return new InferContext(
    node,
    types,
    node.inputs.map((name) => lookup.constantOf(name)),
  );
}

function requireSchema(node: Node): OpSchema {
  const schema = node.domain === '' ? schemaOf(node.opType) : undefined;
  if (schema) return schema;
  const name = node.domain === '' ? node.opType : `${node.domain}.${node.opType}`;
  throw new LabError('ONNX_UNSUPPORTED', `Node "${node.name}": the op ${name} is not one the lab knows.`);
}

function checkNode(node: Node, schema: OpSchema): void {
  checkCount(node, 'inputs', node.inputs.length, schema.inputs);
  checkCount(node, 'outputs', node.outputs.length, schema.outputs);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    const known = schema.attributes ?? {};
    const expected = Object.hasOwn(known, name) ? known[name] : undefined;
    if (expected === undefined) {
      invalid(node, `attribute "${name}"`, Object.keys(known).join(', ') || 'no attribute', `"${name}"`);
    }
    if (attribute.type !== expected) invalid(node, `attribute "${name}"`, expected, attribute.type);
  }
}

function checkCount(node: Node, what: string, count: number, [low, high]: readonly [number, number]): void {
  if (count >= low && count <= high) return;
  const range = low === high ? String(low) : high === Infinity ? `${low} or more` : `${low} to ${high}`;
  invalid(node, what, range, String(count));
}

function invalid(node: Node, place: string, expected: string, found: string): never {
  throw new LabError(
    'ONNX_INVALID_GRAPH',
    `Node "${node.name}" (${node.opType}), ${place}: expected ${expected}, found ${found}.`,
  );
}
