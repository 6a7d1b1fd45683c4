/** From the bytes of an `.onnx` file to a {@link Model}. */
import { fromBinary } from '@bufbuild/protobuf';
import { stat, readFile } from 'node:fs/promises';
import { LabError } from '../../src-shared/errors.ts';
import { dataTypeOf } from './data-types.ts';
import { UNKNOWN } from './dims.ts';
import {
  ModelProtoSchema,
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './proto/onnx_pb.ts';
import { allocate, elementCount, fromBytes, type DataType, type Tensor, type TensorData } from './tensor.ts';
import type { Attributes, AttributeValue, Dim, Graph, Model, Node, ValueInfo } from './types.ts';

/** The largest file protobuf can describe: 2 GB. */
export const MAX_MODEL_BYTES = 2 ** 31 - 1;

/**
 * Reads a model file.
 *
 * @throws LabError `SOURCE_NOT_FOUND`, `SOURCE_UNREADABLE`, `ONNX_TOO_LARGE`, and whatever {@link decodeModel}
 * throws
 */
export async function readModel(path: string): Promise<Model> {
  const refuse = (cause: NodeJS.ErrnoException): never => {
    if (cause.code !== 'ENOENT') throw unreadable(path, cause.message, cause);
    throw new LabError('SOURCE_NOT_FOUND', `Reading the ONNX model ${path}: there is no such file.`, {
      cause,
    });
  };
  const info = await stat(path).catch(refuse);
  // Devices and pipes have no size to check, and may never end.
  if (!info.isFile()) throw unreadable(path, 'it is not a file');
  checkModelSize(info.size, path);
  return decodeModel(await readFile(path).catch(refuse), path);
}

function unreadable(path: string, reason: string, cause?: unknown): LabError {
  return new LabError('SOURCE_UNREADABLE', `Reading the ONNX model ${path}: ${reason}.`, { cause });
}

/**
 * Refuses sizes that protobuf cannot hold.
 *
 * @throws LabError `ONNX_TOO_LARGE`
 */
export function checkModelSize(bytes: number, source: string): void {
  if (bytes <= MAX_MODEL_BYTES) return;
  throw new LabError(
    'ONNX_TOO_LARGE',
    `The ONNX model ${source} has ${bytes} bytes; an ONNX file holds at most ${MAX_MODEL_BYTES} (2 GB).`,
    { hint: 'Use a smaller network, or store its weights as float16.' },
  );
}

/**
 * Decodes a model. Tensors share memory with `bytes` where their alignment allows.
 *
 * @param source names the file in error messages
 * @throws LabError `ONNX_PARSE`, `ONNX_EXTERNAL_DATA` or `ONNX_UNSUPPORTED`
 */
export function decodeModel(bytes: Uint8Array, source = 'model'): Model {
  let proto: ModelProto;
  try {
    proto = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw parseError(source, 'its bytes are not a protobuf message', cause);
  }
  if (proto.graph === undefined) throw parseError(source, 'it holds no graph');
  if (proto.functions.length > 0) {
    const name = proto.functions[0]?.name ?? '';
    throw unsupported(source, `it defines the function "${name}" of its own; only plain operations are read`);
  }
  const opsets = proto.opsetImport.map(({ domain, version }): [string, number] => [
    domainOf(domain),
    integer(version, 'the operator set', source),
  ]);
  checkUnique(opsets, ([domain]) => domain, 'the operator set', source);
  return {
    irVersion: integer(proto.irVersion, 'the format version', source),
    opsets: Object.fromEntries(opsets),
    producerName: proto.producerName,
    producerVersion: proto.producerVersion,
    metadata: Object.fromEntries(proto.metadataProps.map((entry) => [entry.key, entry.value])),
    graph: decodeGraph(proto.graph, source),
  };
}

function parseError(source: string, reason: string, cause?: unknown): LabError {
  return new LabError('ONNX_PARSE', `Reading the ONNX model ${source}: ${reason}.`, {
    hint: 'The file is damaged, incomplete or not an ONNX model.',
    cause,
  });
}

function unsupported(source: string, reason: string): LabError {
  return new LabError('ONNX_UNSUPPORTED', `Reading the ONNX model ${source}: ${reason}.`);
}

/** `ai.onnx` is another spelling of ONNX's own domain. */
function domainOf(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

function checkUnique<T>(list: readonly T[], nameOf: (item: T) => string, what: string, source: string): void {
  const names = new Set<string>();
  for (const name of list.map(nameOf)) {
    if (names.has(name)) throw parseError(source, `${what} "${name}" is given twice`);
    names.add(name);
  }
}

/** An integer of a file as a number; one that a number cannot hold would be saved as another. */
function integer(value: bigint, where: string, source: string): number {
  const result = Number(value);
  if (Number.isSafeInteger(result)) return result;
  throw unsupported(source, `${where} has the integer ${value}; only those below 2^53 are read`);
}

function decodeGraph(proto: GraphProto, source: string): Graph {
  checkUnique(proto.initializer, ({ name }) => name, 'initializer', source);
  if (proto.sparseInitializer.length > 0) {
    throw unsupported(source, `graph "${proto.name}" has sparse initializers`);
  }
  return {
    name: proto.name,
    inputs: proto.input.map((info) => decodeValueInfo(info, source)),
    outputs: proto.output.map((info) => decodeValueInfo(info, source)),
    initializers: new Map(
      proto.initializer.map((tensor) => [
        tensor.name,
        decodeTensor(tensor, `initializer "${tensor.name}"`, source),
      ]),
    ),
    nodes: proto.node.map((node) => decodeNode(node, source)),
    valueInfo: proto.valueInfo
      .filter(({ type }) => type?.value.case === 'tensorType' && dataTypeOf(type.value.value.elemType))
      .map((info) => decodeValueInfo(info, source)),
  };
}

function decodeValueInfo(proto: ValueInfoProto, source: string): ValueInfo {
  const type = proto.type?.value;
  if (type?.case !== 'tensorType') throw unsupported(source, `value "${proto.name}" is not a tensor`);
  const dtype = dtypeOf(type.value.elemType, `value "${proto.name}"`, source);
  if (type.value.shape === undefined) return { name: proto.name, dtype };
  const shape = type.value.shape.dim.map(({ value }): Dim => {
    if (value.case === 'dimParam') return value.value;
    // Some tools write -1 for an unknown size.
    if (value.case !== 'dimValue' || value.value < 0n) return UNKNOWN;
    return integer(value.value, `the shape of value "${proto.name}"`, source);
  });
  return { name: proto.name, dtype, shape };
}

function dtypeOf(number: number, where: string, source: string): DataType {
  const dtype = dataTypeOf(number);
  if (dtype === undefined)
    throw unsupported(source, `${where} has element type ${number}, which is not a number type`);
  return dtype;
}

function decodeNode(proto: NodeProto, source: string): Node {
  const nodeLabel = `node "${proto.name}" (${proto.opType})`;
  checkUnique(proto.attribute, ({ name }) => name, `${nodeLabel}, attribute`, source);
  const attributes: Attributes = Object.fromEntries(
    proto.attribute.map((attribute) => [
      attribute.name,
      decodeAttribute(attribute, `${nodeLabel}, attribute "${attribute.name}"`, source),
    ]),
  );
  return {
    name: proto.name,
    opType: proto.opType,
    domain: domainOf(proto.domain),
    inputs: proto.input,
    outputs: proto.output,
    attributes,
  };
}

function decodeAttribute(proto: AttributeProto, where: string, source: string): AttributeValue {
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  switch (proto.type) {
    case 1:
      return { type: 'float', value: proto.f };
    case 2:
      return { type: 'int', value: integer(proto.i, where, source) };
    case 3:
      return { type: 'string', value: text(proto.s) };
    case 4:
      if (proto.t) return { type: 'tensor', value: decodeTensor(proto.t, where, source) };
      break;
    case 5:
      if (proto.g) return { type: 'graph', value: decodeGraph(proto.g, source) };
      break;
    case 6:
      return { type: 'floats', value: proto.floats };
    case 7:
      return { type: 'ints', value: proto.ints.map((value) => integer(value, where, source)) };
    case 8:
      return { type: 'strings', value: proto.strings.map(text) };
  }
  throw unsupported(source, `${where} has type ${proto.type}, which is not read`);
}

function decodeTensor(proto: TensorProto, where: string, source: string): Tensor {
  if (proto.dataLocation === 1 || proto.externalData.length > 0) {
    const file = proto.externalData.find((entry) => entry.key === 'location')?.value ?? 'another file';
    throw new LabError(
      'ONNX_EXTERNAL_DATA',
      `Reading the ONNX model ${source}: ${where} keeps its data in ${file}; external data is not read.`,
      {
        hint: 'Save the model as one file (in Python: onnx.save(model, path, save_as_external_data=False)).',
      },
    );
  }
  const dtype = dtypeOf(proto.dataType, where, source);
  const dims = proto.dims.map((size) => integer(size, `${where}, dimension`, source));
  if (dims.some((size) => size < 0)) {
    throw parseError(source, `${where} has the shape [${dims.join(', ')}], with a negative size`);
  }
  const data = tensorData(proto, dtype, where, source);
  const expected = elementCount(dims);
  if (data.length !== expected) {
    throw parseError(
      source,
      `${where} has ${data.length} elements; its shape [${dims.join(', ')}] wants ${expected}`,
    );
  }
  return { dtype, dims, data };
}

function tensorData(proto: TensorProto, dtype: DataType, where: string, source: string): TensorData {
  if (proto.rawData.length > 0) {
    try {
      return fromBytes(dtype, proto.rawData);
    } catch (cause) {
      throw parseError(source, `${where}: ${(cause as Error).message}`, cause);
    }
  }
  switch (dtype) {
    case 'float32':
      return Float32Array.from(proto.floatData);
    case 'float64':
      return Float64Array.from(proto.doubleData);
    case 'int64':
      return BigInt64Array.from(proto.int64Data);
    case 'uint64':
      return BigUint64Array.from(proto.uint64Data);
    case 'uint32':
      return narrowed(dtype, proto.uint64Data.map(Number), where, source);
    default:
      return narrowed(dtype, proto.int32Data, where, source);
  }
}

/** Small types are listed as larger integers. */
function narrowed(dtype: DataType, values: readonly number[], where: string, source: string): TensorData {
  const data = allocate(dtype, values.length) as Uint8Array;
  data.set(values);
  const wrong = values.find((value, i) => value !== data[i] || (dtype === 'bool' && value > 1));
  if (wrong !== undefined) throw parseError(source, `${where} holds ${wrong}, which is no ${dtype}`);
  return data;
}
