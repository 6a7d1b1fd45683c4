/** A model as TensorFlow's `GraphDef`, named so that TensorBoard's graph view nests it by layer. */
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { checkModel } from '../../onnx/check.ts';
import type { AttributeValue, Model, Node, Shape } from '../../onnx/types.ts';
import {
  GraphDefSchema,
  type AttrValueSchema,
  type NodeDefSchema,
  type TensorShapeSchema,
} from './proto/tensorboard_pb.ts';
import { nodeNames } from './graph-names.ts';

type Attr = MessageInitShape<typeof AttrValueSchema>;

/**
 * The graph: a node for every input, constant and op, with the shapes of its outputs as `_output_shapes`, where
 * -1 stands for the batch size.
 *
 * @returns the bytes of the `GraphDef`
 * @throws LabError as `checkModel`
 */
export function graphDef(model: Model): Uint8Array {
  const types = checkModel(model);
  const { inputs, initializers, nodes } = model.graph;
  const names = nodeNames(model.graph);
  const shapes = (values: readonly string[]): Attr => ({
    value: { case: 'list', value: { shape: values.map((value) => tensorShape(types.get(value)?.shape)) } },
  });
  const leaf = (value: string, op: string): MessageInitShape<typeof NodeDefSchema> => ({
    name: names.values.get(value)!,
    op,
    attr: { _output_shapes: shapes([value]) },
  });
  const node = [
    ...inputs.map(({ name }) => leaf(name, 'Placeholder')),
    ...[...initializers.keys()].map((name) => leaf(name, 'Const')),
    ...nodes.map((node, index): MessageInitShape<typeof NodeDefSchema> => ({
      name: names.nodes[index]!,
      op: node.opType,
      input: node.inputs.filter((name) => name !== '').map((name) => names.values.get(name)!),
      attr: { ...attributes(node), _output_shapes: shapes(node.outputs) },
    })),
  ];
  return toBinary(GraphDefSchema, create(GraphDefSchema, { node }));
}

function tensorShape(shape: Shape | undefined): MessageInitShape<typeof TensorShapeSchema> {
  if (shape === undefined) return { unknownRank: true };
  return { dim: shape.map((size) => ({ size: typeof size === 'number' ? BigInt(size) : -1n })) };
}

function attributes({ attributes }: Node): Record<string, Attr> {
  const entries = Object.entries(attributes).map(
    ([name, attribute]) => [name, attrValue(attribute)] as const,
  );
  return Object.fromEntries(entries.filter(([, attr]) => attr !== undefined)) as Record<string, Attr>;
}

/** Tensors and graphs are left out: the view shows attributes as text. */
function attrValue(attribute: AttributeValue): Attr | undefined {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  switch (attribute.type) {
    case 'int':
      return { value: { case: 'i', value: BigInt(attribute.value) } };
    case 'float':
      return { value: { case: 'f', value: attribute.value } };
    case 'string':
      return { value: { case: 's', value: bytes(attribute.value) } };
    case 'ints':
      return { value: { case: 'list', value: { i: attribute.value.map(BigInt) } } };
    case 'floats':
      return { value: { case: 'list', value: { f: [...attribute.value] } } };
    case 'strings':
      return { value: { case: 'list', value: { s: attribute.value.map(bytes) } } };
    case 'tensor':
    case 'graph':
      return undefined;
  }
}
