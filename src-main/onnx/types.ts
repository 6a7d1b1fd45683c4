/** The ONNX messages the lab works with, as plain values. `codec.ts` turns them into files and back. */
import type { DataType, Tensor } from './tensor.ts';

/** A dimension: a size, or the name of a symbolic one such as `N`; `''` is an unknown, unnamed one. */
export type Dim = number | string;

/** Dimensions of a value, outermost first. */
export type Shape = readonly Dim[];

/** A graph input or output, or an annotated intermediate value. No shape means an unknown rank. */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape?: Shape | undefined;
}

/** An attribute's value. Integers are numbers: none that the lab's ops use exceeds 2^53. */
export type AttributeValue =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'tensor'; readonly value: Tensor }
  | { readonly type: 'graph'; readonly value: Graph }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] };

/** Attributes of a node, by name. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** One operation. An empty input or output name is an omitted optional one. */
export interface Node {
  readonly name: string;
  readonly opType: string;
  /** `''` is ONNX's own domain. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** A graph in topological order. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly nodes: readonly Node[];
  /** Shapes and types of intermediate values, where the file states them. */
  readonly valueInfo: readonly ValueInfo[];
}

/** A model: a graph, the operator sets it is written in, and its metadata. */
export interface Model {
  readonly irVersion: number;
  /** Operator set versions by domain; `''` is ONNX's own. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly graph: Graph;
}

/** The operator set that every graph of the lab is written in. */
export const OPSET = 20;

/** The file format version that goes with {@link OPSET}. */
export const IR_VERSION = 9;
