/** From a {@link Model} to the bytes of an `.onnx` file. */
import { create, toBinary } from '@bufbuild/protobuf';
import { dataTypeNumber } from './data-types.ts';
import { checkModelSize } from './decode.ts';
import {
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type GraphProto,
  type TensorProto,
  type ValueInfoProto,
} from './proto/onnx_pb.ts';
import { toBytes, type Tensor } from './tensor.ts';
import type { AttributeValue, Graph, Model, ValueInfo } from './types.ts';

/**
 * Encodes a model. The same model always gives the same bytes.
 *
 * @throws LabError `ONNX_TOO_LARGE` when it passes 2 GB
 */
export function encodeModel(model: Model, target = 'model'): Uint8Array {
  let weights = 0;
  for (const tensor of model.graph.initializers.values()) weights += tensor.data.byteLength;
  checkModelSize(weights, target);
  const proto = create(ModelProtoSchema, {
    irVersion: BigInt(model.irVersion),
    producerName: model.producerName,
    producerVersion: model.producerVersion,
    opsetImport: Object.entries(model.opsets).map(([domain, version]) => ({
      domain,
      version: BigInt(version),
    })),
    metadataProps: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
    graph: encodeGraph(model.graph),
  });
  const bytes = toBinary(ModelProtoSchema, proto);
  checkModelSize(bytes.length, target);
  return bytes;
}

function encodeGraph(graph: Graph): GraphProto {
  return create(GraphProtoSchema, {
    name: graph.name,
    input: graph.inputs.map(encodeValueInfo),
    output: graph.outputs.map(encodeValueInfo),
    valueInfo: graph.valueInfo.map(encodeValueInfo),
    initializer: [...graph.initializers].map(([name, tensor]) => encodeTensor(tensor, name)),
    node: graph.nodes.map((node) =>
      create(NodeProtoSchema, {
        name: node.name,
        opType: node.opType,
        domain: node.domain,
        input: [...node.inputs],
        output: [...node.outputs],
        attribute: Object.entries(node.attributes).map(([name, value]) => encodeAttribute(name, value)),
      }),
    ),
  });
}

function encodeValueInfo(info: ValueInfo): ValueInfoProto {
  const shape = info.shape && {
    dim: info.shape.map((dim) => {
      if (typeof dim === 'number') return { value: { case: 'dimValue' as const, value: BigInt(dim) } };
      return dim === '' ? {} : { value: { case: 'dimParam' as const, value: dim } };
    }),
  };
  const tensorType = { elemType: dataTypeNumber(info.dtype), ...(shape && { shape }) };
  return create(ValueInfoProtoSchema, {
    name: info.name,
    type: { value: { case: 'tensorType', value: tensorType } },
  });
}

function encodeTensor(tensor: Tensor, name = ''): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: tensor.dims.map(BigInt),
    dataType: dataTypeNumber(tensor.dtype),
    rawData: toBytes(tensor),
  });
}

function encodeAttribute(name: string, attribute: AttributeValue): AttributeProto {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  switch (attribute.type) {
    case 'float':
      return create(AttributeProtoSchema, { name, type: 1, f: attribute.value });
    case 'int':
      return create(AttributeProtoSchema, { name, type: 2, i: BigInt(attribute.value) });
    case 'string':
      return create(AttributeProtoSchema, { name, type: 3, s: bytes(attribute.value) });
    case 'tensor':
      return create(AttributeProtoSchema, { name, type: 4, t: encodeTensor(attribute.value) });
    case 'graph':
      return create(AttributeProtoSchema, { name, type: 5, g: encodeGraph(attribute.value) });
    case 'floats':
      return create(AttributeProtoSchema, { name, type: 6, floats: [...attribute.value] });
    case 'ints':
      return create(AttributeProtoSchema, { name, type: 7, ints: attribute.value.map(BigInt) });
    case 'strings':
      return create(AttributeProtoSchema, { name, type: 8, strings: attribute.value.map(bytes) });
  }
}
