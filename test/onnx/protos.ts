/** Files as other tools could have written them: messages without the checks of the project's own encoder. */
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  type AttributeProtoSchema,
  type GraphProtoSchema,
  type TensorProtoSchema,
} from '../../src-main/onnx/proto/onnx_pb.ts';

export type GraphInit = MessageInitShape<typeof GraphProtoSchema>;
export type TensorInit = MessageInitShape<typeof TensorProtoSchema>;
export type AttributeInit = MessageInitShape<typeof AttributeProtoSchema>;

interface Surroundings {
  opsetImport?: { domain?: string; version: bigint }[];
  metadataProps?: { key: string; value: string }[];
  functions?: { name: string }[];
}

/** The bytes of a model with this graph. */
export function modelBytes(graph: GraphInit, rest: Surroundings = {}): Uint8Array {
  const opsetImport = [{ domain: '', version: 20n }];
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 9n, opsetImport, graph, ...rest }));
}

/** A model with one initializer named `w`. */
export function withTensor(tensor: TensorInit): Uint8Array {
  return modelBytes({ initializer: [{ name: 'w', ...tensor }] });
}

/** A model with one node `n` of op `Op`, with these attributes. */
export function withAttributes(...attribute: AttributeInit[]): Uint8Array {
  return modelBytes({ node: [{ name: 'n', opType: 'Op', output: ['y'], attribute }] });
}
