/** What a graph under construction consists of: values, nodes, names. The ops are `graph-builder.ts`'s. */
import { inferContextOf, inferNode, type ValueLookup } from './infer.ts';
import { OPS, type OpType } from './ops/index.ts';
import type { InferContext, OpSchema, ValueType } from './ops/schema.ts';
import { float32, int64, scalar, type DataType, type Tensor } from './tensor.ts';
import {
  IR_VERSION,
  OPSET,
  type Attributes,
  type AttributeValue,
  type Model,
  type Node,
  type Shape,
  type ValueInfo,
} from './types.ts';

/** A value of the graph under construction. */
export interface Value extends ValueType {
  readonly name: string;
}

/** An attribute as a caller writes it; the op's schema tells its type. */
export type AttributeInput = number | string | readonly number[] | Tensor | undefined;

/** Constants up to this many elements are shared when they are equal. */
const SHARED_CONSTANT = 64;

/** A graph under construction. */
export class GraphAssembly implements ValueLookup {
  readonly name: string;
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  /** The inner names of the outputs. */
  readonly #outputValues: string[] = [];
  readonly #initializers = new Map<string, Tensor>();
  readonly #nodes: Node[] = [];
  readonly #types = new Map<string, ValueType>();
  readonly #shared = new Map<string, Value>();
  readonly #counters = new Map<string, number>();
  #scope = '';

  constructor(name: string) {
    this.name = name;
  }

  /** The nodes so far, in order. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  typeOf(name: string): ValueType | undefined {
    return this.#types.get(name);
  }

  constantOf(name: string): Tensor | undefined {
    return this.#initializers.get(name);
  }

  /** A value by its name. @throws Error when there is none: a defect of the caller */
  value(name: string): Value {
    const type = this.#types.get(name);
    if (type === undefined) throw new Error(`The graph "${this.name}" has no value "${name}".`);
    return { name, ...type };
  }

  /** A node as inference sees it, to read its attributes with their defaults. */
  contextOf(node: Node): InferContext {
    return inferContextOf(node, this);
  }

  /** Declares a graph input. */
  input(name: string, dtype: DataType, shape: Shape): Value {
    this.#inputs.push({ name, dtype, shape });
    return this.#define(name, { dtype, shape });
  }

  /** Adds an initializer under its own name. */
  initializer(name: string, tensor: Tensor): Value {
    this.#initializers.set(name, tensor);
    return this.#define(name, { dtype: tensor.dtype, shape: tensor.dims });
  }

  /** A constant; small equal ones share one initializer. */
  constant(tensor: Tensor): Value {
    if (tensor.data.length > SHARED_CONSTANT) return this.initializer(this.#unique('constant'), tensor);
    const key = `${tensor.dtype}[${tensor.dims.join(',')}]${Array.from(tensor.data as Float32Array, sharedKey).join(',')}`;
    const known = this.#shared.get(key);
    if (known) return known;
    const value = this.initializer(this.#unique('constant'), tensor);
    this.#shared.set(key, value);
    return value;
  }

  /** A float32 scalar constant. */
  scalar(value: number): Value {
    return this.constant(scalar(value));
  }

  /** An int64 constant: a list of rank 1, or a scalar. */
  ints(values: readonly number[] | number): Value {
    return this.constant(int64(values));
  }

  /** A float32 constant of rank 1. */
  floats(values: readonly number[]): Value {
    return this.constant(float32([values.length], values));
  }

  /** Makes a value a graph output, under another name if one is given. */
  output(value: Value, name: string = value.name): void {
    if (name !== value.name && this.#types.has(name)) {
      throw new Error(`The graph "${this.name}" has two values named "${name}".`);
    }
    this.#outputs.push({ name, dtype: value.dtype, shape: value.shape });
    this.#outputValues.push(value.name);
  }

  /** Names the nodes that `body` makes after a part of the network, such as `layer1.0.conv1`. */
  scope<T>(name: string, body: () => T): T {
    const outer = this.#scope;
    this.#scope = outer === '' ? name : `${outer}.${name}`;
    try {
      return body();
    } finally {
      this.#scope = outer;
    }
  }

  /** Adds a complete node and gives its outputs. @throws as `inferNode` */
  append(node: Node): Value[] {
    const types = inferNode(node, this);
    this.#nodes.push(node);
    return node.outputs.flatMap((name, i) => {
      const type = types[i];
      return name === '' || type === undefined ? [] : [this.#define(name, type)];
    });
  }

  /**
   * Asks a node that is already in the graph for one of its optional outputs too.
   *
   * @returns that output, also when the node already gave it
   */
  optionalOutput(node: Node, index: number): Value {
    const place = this.#nodes.findIndex(({ outputs }) => outputs[0] === node.outputs[0]);
    const current = this.#nodes[place] ?? node;
    const known = current.outputs[index];
    if (known) return this.value(known);
    const outputs = Array.from(
      { length: Math.max(index + 1, current.outputs.length) },
      (_, i) => current.outputs[i] || `${node.outputs[0]}:${i}`,
    );
    const extended = { ...current, outputs };
    const types = inferNode(extended, this);
    this.#nodes[place] = extended;
    outputs.forEach((name, i) => {
      if (!this.#types.has(name)) this.#define(name, types[i] as ValueType);
    });
    return this.value(outputs[index] as string);
  }

  /** The finished model. */
  build(metadata: Readonly<Record<string, string>> = {}): Model {
    return {
      irVersion: IR_VERSION,
      opsets: { '': OPSET },
      producerName: 'vitrine',
      producerVersion: '',
      metadata,
      graph: {
        name: this.name,
        inputs: this.#inputs,
        outputs: this.#outputs,
        initializers: this.#initializers,
        nodes: this.#namedNodes(),
        valueInfo: [],
      },
    };
  }

  /**
   * The nodes with the outputs' names in place of inner ones. What cannot be renamed (an input, a constant, a value
   * that is an output already) is copied by an Identity.
   */
  #namedNodes(): Node[] {
    const made = new Set(this.#nodes.flatMap((node) => node.outputs));
    const kept = new Set(this.#outputs.map(({ name }) => name));
    const names = new Map<string, string>();
    const copies: Node[] = [];
    this.#outputs.forEach(({ name }, i) => {
      const inner = this.#outputValues[i] as string;
      if (inner === name) return;
      if (made.has(inner) && !names.has(inner) && !kept.has(inner)) names.set(inner, name);
      else copies.push(identityNode(names.get(inner) ?? inner, name));
    });
    const rename = (name: string): string => names.get(name) ?? name;
    const renamed = this.#nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
    }));
    return [...renamed, ...copies];
  }

  /** The same value with a shape that its author knows better than inference. */
  refine({ name, dtype }: Value, shape: Shape): Value {
    this.#types.set(name, { dtype, shape });
    return { name, dtype, shape };
  }

  #define(name: string, type: ValueType): Value {
    if (this.#types.has(name)) throw new Error(`The graph "${this.name}" has two values named "${name}".`);
    this.#types.set(name, type);
    return { name, ...type };
  }

  #unique(stem: string): string {
    const count = this.#counters.get(stem) ?? 0;
    this.#counters.set(stem, count + 1);
    const name = count === 0 ? stem : `${stem}_${count}`;
    return this.#types.has(name) ? this.#unique(stem) : name;
  }

  /** Adds a node of a known op. Attributes that are `undefined` are left out. */
  node(
    opType: OpType,
    inputs: readonly (Value | undefined)[],
    attributes: Readonly<Record<string, AttributeInput>> = {},
    outputs = 1,
  ): Value[] {
    const stem = this.#scope === '' ? opType : `${this.#scope}/${opType}`;
    const name = this.#unique(stem);
    const names = inputs.map((value) => value?.name ?? '');
    while (names.at(-1) === '') names.pop();
    const results = Array.from({ length: outputs }, (_, i) => (i === 0 ? name : `${name}:${i}`));
    return this.append({
      name,
      opType,
      domain: '',
      inputs: names,
      outputs: results,
      attributes: typedAttributes(OPS[opType], attributes),
    });
  }

  /** Adds a node with one output. */
  protected one(
    opType: OpType,
    inputs: readonly (Value | undefined)[],
    attributes?: Record<string, AttributeInput>,
  ): Value {
    return this.node(opType, inputs, attributes)[0] as Value;
  }
}

function identityNode(from: string, to: string): Node {
  return {
    name: `${to}/Identity`,
    opType: 'Identity',
    domain: '',
    inputs: [from],
    outputs: [to],
    attributes: {},
  };
}

function sharedKey(value: number | bigint): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function typedAttributes(schema: OpSchema, given: Readonly<Record<string, AttributeInput>>): Attributes {
  const entries = Object.entries(given).flatMap(([name, value]): [string, AttributeValue][] => {
    if (value === undefined) return [];
    return [[name, { type: schema.attributes?.[name] ?? 'int', value } as AttributeValue]];
  });
  return Object.fromEntries(entries);
}
