/** Builds graphs node by node; every value knows its type and shape as soon as it exists. */
import { dataTypeNumber } from './data-types.ts';
import { inferContextOf, inferNode, inputType, type ValueLookup } from './infer.ts';
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

/** Attributes of windows that move over images; PyTorch's and ONNX's defaults (1, 1, 0). */
export interface WindowOptions {
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  /** Beginnings of all axes, then ends. */
  readonly pads?: readonly number[];
}

type AttributeInput = number | string | readonly number[] | Tensor | undefined;

/** Constants up to this many elements are shared when they are equal. */
const SHARED_CONSTANT = 64;

/** A graph under construction. One method for each op, named as the op. */
export class GraphBuilder implements ValueLookup {
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

  /** A builder that holds a model's graph and goes on from there; its outputs are left out. */
  static from(model: Model): GraphBuilder {
    const builder = new GraphBuilder(model.graph.name);
    for (const info of model.graph.inputs) {
      if (model.graph.initializers.has(info.name)) continue;
      builder.input(info.name, info.dtype, inputType(info).shape);
    }
    for (const [name, tensor] of model.graph.initializers) builder.initializer(name, tensor);
    for (const node of model.graph.nodes) builder.append(node);
    return builder;
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
      { length: index + 1 },
      (_, i) => current.outputs[i] ?? `${node.outputs[0]}:${i}`,
    );
    const extended = { ...current, outputs };
    const type = inferNode(extended, this)[index] as ValueType;
    this.#nodes[place] = extended;
    return this.#define(outputs[index] as string, type);
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

  #one(
    opType: OpType,
    inputs: readonly (Value | undefined)[],
    attributes?: Record<string, AttributeInput>,
  ): Value {
    return this.node(opType, inputs, attributes)[0] as Value;
  }

  // Convolutions, pooling, normalization

  /** x `[N, C, …]`, w `[M, C / group, …]`, b `[M]` → `[N, M, …]` */
  conv(x: Value, w: Value, b?: Value, options: WindowOptions & { group?: number } = {}): Value {
    return this.#one('Conv', [x, w, b], { ...options });
  }

  /** x `[N, C, …]`, w `[C, M / group, …]`, b `[M]` → `[N, M, …]` */
  convTranspose(
    x: Value,
    w: Value,
    b?: Value,
    options: WindowOptions & { group?: number; output_padding?: readonly number[] } = {},
  ): Value {
    return this.#one('ConvTranspose', [x, w, b], { ...options });
  }

  maxPool(x: Value, options: WindowOptions & { kernel_shape: readonly number[]; ceil_mode?: number }): Value {
    return this.#one('MaxPool', [x], { ...options });
  }

  /** Values, and the index of each in the flattened input (int64). */
  maxPoolWithIndices(
    x: Value,
    options: WindowOptions & { kernel_shape: readonly number[]; ceil_mode?: number },
  ): [Value, Value] {
    return this.node('MaxPool', [x], { ...options }, 2) as [Value, Value];
  }

  averagePool(
    x: Value,
    options: WindowOptions & {
      kernel_shape: readonly number[];
      ceil_mode?: number;
      count_include_pad?: number;
    },
  ): Value {
    return this.#one('AveragePool', [x], { ...options });
  }

  globalAveragePool(x: Value): Value {
    return this.#one('GlobalAveragePool', [x]);
  }

  /** Normalizes with given statistics, each `[C]`. */
  batchNormalization(
    x: Value,
    scale: Value,
    bias: Value,
    mean: Value,
    variance: Value,
    epsilon: number,
  ): Value {
    return this.#one('BatchNormalization', [x, scale, bias, mean, variance], { epsilon });
  }

  /** Normalizes with the batch's statistics: the result, their mean and their population variance, each `[C]`. */
  batchNormalizationTraining(x: Value, scale: Value, bias: Value, epsilon: number): [Value, Value, Value] {
    // With momentum 0 the "running" outputs are the batch's own, whatever they are mixed with. onnxruntime writes
    // them over the inputs 3 and 4, so these must be values that nobody else reads.
    const scratch = [this.neg(bias), this.neg(scale)];
    return this.node(
      'BatchNormalization',
      [x, scale, bias, ...scratch],
      { epsilon, momentum: 0, training_mode: 1 },
      3,
    ) as [Value, Value, Value];
  }

  // Matrix products

  matMul(a: Value, b: Value): Value {
    return this.#one('MatMul', [a, b]);
  }

  gemm(
    a: Value,
    b: Value,
    c?: Value,
    options: { alpha?: number; beta?: number; transA?: number; transB?: number } = {},
  ): Value {
    return this.#one('Gemm', [a, b, c], { ...options });
  }

  // Element by element

  add(a: Value, b: Value): Value {
    return this.#one('Add', [a, b]);
  }

  sub(a: Value, b: Value): Value {
    return this.#one('Sub', [a, b]);
  }

  mul(a: Value, b: Value): Value {
    return this.#one('Mul', [a, b]);
  }

  div(a: Value, b: Value): Value {
    return this.#one('Div', [a, b]);
  }

  pow(a: Value, b: Value): Value {
    return this.#one('Pow', [a, b]);
  }

  mod(a: Value, b: Value): Value {
    return this.#one('Mod', [a, b]);
  }

  max(a: Value, b: Value): Value {
    return this.#one('Max', [a, b]);
  }

  min(a: Value, b: Value): Value {
    return this.#one('Min', [a, b]);
  }

  sum(values: readonly Value[]): Value {
    return this.#one('Sum', values);
  }

  neg(x: Value): Value {
    return this.#one('Neg', [x]);
  }

  abs(x: Value): Value {
    return this.#one('Abs', [x]);
  }

  sign(x: Value): Value {
    return this.#one('Sign', [x]);
  }

  floor(x: Value): Value {
    return this.#one('Floor', [x]);
  }

  exp(x: Value): Value {
    return this.#one('Exp', [x]);
  }

  log(x: Value): Value {
    return this.#one('Log', [x]);
  }

  sqrt(x: Value): Value {
    return this.#one('Sqrt', [x]);
  }

  reciprocal(x: Value): Value {
    return this.#one('Reciprocal', [x]);
  }

  relu(x: Value): Value {
    return this.#one('Relu', [x]);
  }

  tanh(x: Value): Value {
    return this.#one('Tanh', [x]);
  }

  identity(x: Value): Value {
    return this.#one('Identity', [x]);
  }

  clip(x: Value, low?: Value, high?: Value): Value {
    return this.#one('Clip', [x, low, high]);
  }

  softmax(x: Value, axis = -1): Value {
    return this.#one('Softmax', [x], { axis });
  }

  logSoftmax(x: Value, axis = -1): Value {
    return this.#one('LogSoftmax', [x], { axis });
  }

  cast(x: Value, to: DataType): Value {
    return this.#one('Cast', [x], { to: dataTypeNumber(to) });
  }

  where(condition: Value, then: Value, otherwise: Value): Value {
    return this.#one('Where', [condition, then, otherwise]);
  }

  equal(a: Value, b: Value): Value {
    return this.#one('Equal', [a, b]);
  }

  greater(a: Value, b: Value): Value {
    return this.#one('Greater', [a, b]);
  }

  greaterOrEqual(a: Value, b: Value): Value {
    return this.#one('GreaterOrEqual', [a, b]);
  }

  less(a: Value, b: Value): Value {
    return this.#one('Less', [a, b]);
  }

  lessOrEqual(a: Value, b: Value): Value {
    return this.#one('LessOrEqual', [a, b]);
  }

  and(a: Value, b: Value): Value {
    return this.#one('And', [a, b]);
  }

  or(a: Value, b: Value): Value {
    return this.#one('Or', [a, b]);
  }

  not(x: Value): Value {
    return this.#one('Not', [x]);
  }

  /** Shifts bits; `direction` is LEFT or RIGHT. */
  bitShift(x: Value, bits: Value, direction: 'LEFT' | 'RIGHT'): Value {
    return this.#one('BitShift', [x, bits], { direction });
  }

  bitwiseXor(a: Value, b: Value): Value {
    return this.#one('BitwiseXor', [a, b]);
  }

  bitwiseAnd(a: Value, b: Value): Value {
    return this.#one('BitwiseAnd', [a, b]);
  }

  // Reductions

  reduceSum(x: Value, axes?: readonly number[], keepdims = true): Value {
    return this.#one('ReduceSum', [x, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 });
  }

  reduceMean(x: Value, axes?: readonly number[], keepdims = true): Value {
    return this.#one('ReduceMean', [x, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 });
  }

  reduceMax(x: Value, axes?: readonly number[], keepdims = true): Value {
    return this.#one('ReduceMax', [x, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 });
  }

  reduceProd(x: Value, axes?: readonly number[], keepdims = true): Value {
    return this.#one('ReduceProd', [x, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 });
  }

  reduceSumSquare(x: Value, axes?: readonly number[], keepdims = true): Value {
    return this.#one('ReduceSumSquare', [x, axes && this.ints(axes)], { keepdims: keepdims ? 1 : 0 });
  }

  argMax(x: Value, axis: number, keepdims = true): Value {
    return this.#one('ArgMax', [x], { axis, keepdims: keepdims ? 1 : 0 });
  }

  /** The sizes of axes `start` to `end` (exclusive), int64. */
  shape(x: Value, start?: number, end?: number): Value {
    return this.#one('Shape', [x], { start, end });
  }

  constantOfShape(shape: Value, value: Tensor): Value {
    return this.#one('ConstantOfShape', [shape], { value });
  }

  range(start: Value, limit: Value, delta: Value): Value {
    return this.#one('Range', [start, limit, delta]);
  }

  // Layout

  /** A size of 0 is copied from `x`, one may be -1. */
  reshape(x: Value, shape: readonly number[]): Value {
    return this.#one('Reshape', [x, this.ints(shape)]);
  }

  /** Reshapes to sizes computed at run time; `known` is what the graph's author knows of them. */
  reshapeTo(x: Value, shape: Value, known: Shape): Value {
    const name = this.#one('Reshape', [x, shape]).name;
    const type = { dtype: x.dtype, shape: known };
    this.#types.set(name, type);
    return { name, ...type };
  }

  flatten(x: Value, axis = 1): Value {
    return this.#one('Flatten', [x], { axis });
  }

  transpose(x: Value, perm: readonly number[]): Value {
    return this.#one('Transpose', [x], { perm });
  }

  concat(values: readonly Value[], axis: number): Value {
    return this.#one('Concat', values, { axis });
  }

  slice(
    x: Value,
    starts: readonly number[],
    ends: readonly number[],
    axes: readonly number[],
    steps: readonly number[] = axes.map(() => 1),
  ): Value {
    return this.#one('Slice', [x, this.ints(starts), this.ints(ends), this.ints(axes), this.ints(steps)]);
  }

  /** Pads with zeros, or with `value`; `pads` are the beginnings of `axes`, then the ends. */
  pad(x: Value, pads: readonly number[], axes: readonly number[], value?: Value): Value {
    return this.#one('Pad', [x, this.ints(pads), value, this.ints(axes)]);
  }

  gather(x: Value, indices: Value, axis: number): Value {
    return this.#one('Gather', [x, indices], { axis });
  }

  /** `x` with `updates` added at `indices` along an axis. */
  scatterAdd(x: Value, indices: Value, updates: Value, axis: number): Value {
    return this.#one('ScatterElements', [x, indices, updates], { axis, reduction: 'add' });
  }

  /** Broadcasts to a shape computed at run time. */
  expand(x: Value, shape: Value): Value {
    return this.#one('Expand', [x, shape]);
  }

  squeeze(x: Value, axes: readonly number[]): Value {
    return this.#one('Squeeze', [x, this.ints(axes)]);
  }

  unsqueeze(x: Value, axes: readonly number[]): Value {
    return this.#one('Unsqueeze', [x, this.ints(axes)]);
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
