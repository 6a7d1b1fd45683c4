/**
 * Graphs of other tools in the terms of the lab: the pinned operator set, no Constant and Identity nodes, every
 * size known except the batch's, and nothing left of the arithmetic on sizes.
 */
import { LabError } from '../../../src-shared/errors.ts';
import { int, intOf } from '../attributes.ts';
import { formatShape } from '../dims.ts';
import { inferContextOf, inferNode, type ValueLookup } from '../infer.ts';
import { broadcastShapes, type ValueType } from '../ops/schema.ts';
import { dataTypeOf } from '../data-types.ts';
import { elementCount, int64, type Tensor } from '../tensor.ts';
import type { Attributes, Model, Node } from '../types.ts';
import { constantOfNode, convertOp, DROPOUT, type ConvertContext } from './convert-op.ts';
import { evaluate, knownOf, tensorOf, type Known } from './known-values.ts';
import { definedTwice, neededNodes } from './needed-nodes.ts';
import { opsetOf } from './opset.ts';
import { BATCH, openTarget, SampleOrder } from './open-batch.ts';

/** A graph that consists of the lab's own ops and dropout layers ({@link DROPOUT}), in order. */
export interface PlainGraph {
  readonly nodes: readonly Node[];
  readonly types: ReadonlyMap<string, ValueType>;
  /** All constants that the nodes read. */
  readonly constants: ReadonlyMap<string, Tensor>;
  /** Those of them that the file stores as initializers: what has been learnt is among them. */
  readonly stored: ReadonlySet<string>;
  /** The value that was asked for. */
  readonly output: string;
}

/** How a graph is read. */
export interface PlainOptions {
  /** Types of the inputs, in which `N` stands for the batch size. */
  readonly inputs: ReadonlyMap<string, ValueType>;
  /** The value that is wanted; what only others need is not read. */
  readonly output: string;
  /** The batch size that the file was made for, if it has a fixed one. */
  readonly batch: number | undefined;
}

/** A value of more elements cannot be meant. */
const LARGEST = 2 ** 31;

/**
 * Reads a graph.
 *
 * @throws LabError `ONNX_UNSUPPORTED`, `ONNX_INVALID_GRAPH` or `ONNX_SHAPE`, naming the node
 */
export function plainGraph(model: Model, options: PlainOptions): PlainGraph {
  const reader = new GraphReader(model, options);
  for (const node of neededNodes(model.graph.nodes, [options.output])) reader.read(node);
  return reader.finish(options.output);
}

class GraphReader implements ValueLookup, ConvertContext {
  readonly opset: number;
  readonly #options: PlainOptions;
  readonly #types = new Map<string, ValueType>();
  readonly #constants = new Map<string, Tensor>();
  readonly #stored: Set<string>;
  /** Contents of values that are not constants of the file. */
  readonly #known = new Map<string, Known>();
  /** Values that are others under a new name. */
  readonly #aliases = new Map<string, string>();
  readonly #nodes: Node[] = [];
  readonly #order = new SampleOrder();
  #names = 0;

  constructor(model: Model, options: PlainOptions) {
    this.opset = opsetOf(model);
    this.#options = options;
    this.#stored = new Set(model.graph.initializers.keys());
    for (const [name, tensor] of model.graph.initializers) this.#keep(name, tensor);
    for (const [name, type] of options.inputs) this.#define(name, type, 'A graph input');
  }

  typeOf(name: string): ValueType | undefined {
    return this.#types.get(name);
  }

  constantOf(name: string): Tensor | undefined {
    return this.#constants.get(name);
  }

  constant(tensor: Tensor): string {
    const name = this.fresh();
    this.#keep(name, tensor);
    return name;
  }

  /** Names of a file hold no line breaks, or are not met again by this one's count. */
  fresh(): string {
    this.#names += 1;
    const name = `made\n${this.#names}`;
    return this.#types.has(name) ? this.fresh() : name;
  }

  /** Takes a node of the file into the graph. */
  read(node: Node): void {
    if (node.opType === 'Constant' && node.domain === '') {
      this.#keep(node.outputs[0] ?? '', constantOfNode(node), `Node "${node.name}" (Constant)`);
      return;
    }
    const inputs = node.inputs.map((name) => this.#aliases.get(name) ?? name);
    for (const plain of convertOp({ ...node, inputs }, this)) this.#place(plain);
  }

  /** The graph with the nodes that lead to a value. */
  finish(asked: string): PlainGraph {
    const output = this.#aliases.get(asked) ?? asked;
    const nodes = neededNodes(this.#nodes, [output]);
    const read = new Set(nodes.flatMap((node) => node.inputs));
    const constants = new Map([...this.#constants].filter(([name]) => read.has(name)));
    return { nodes, types: this.#types, constants, stored: this.#stored, output };
  }

  #place(node: Node): void {
    if (this.#isCopy(node)) return this.#copy(node);
    const ready = this.#prepared(node);
    const types = this.#infer(ready);
    const known = this.#evaluate(ready, types[0]);
    const tensor = known && tensorOf(known);
    const [first = ''] = ready.outputs;
    if (tensor) return this.#keep(first, tensor, `Node "${node.name}" (${node.opType})`);
    ready.outputs.forEach((name, i) => {
      const type = types[i];
      if (name !== '' && type) this.#define(name, type, `Node "${node.name}" (${node.opType})`);
    });
    if (known) this.#known.set(first, known);
    this.#order.follow(
      ready,
      ready.inputs.map((name) => [name, this.typeOf(name)?.shape ?? []]),
    );
    this.#nodes.push(ready);
  }

  /** Identity, and a Cast to the type that is there. */
  #isCopy(node: Node): boolean {
    const { opType, domain, inputs } = node;
    if (domain !== '') return false;
    if (opType === 'Identity') return true;
    const to = intOf(node, 'to');
    const dtype = this.typeOf(inputs[0] ?? '')?.dtype;
    return opType === 'Cast' && to !== undefined && dtype !== undefined && dataTypeOf(to) === dtype;
  }

  /** PyTorch stores equal parameters once and copies them: each copy is a parameter of its own. */
  #copy(node: Node): void {
    const [from = ''] = node.inputs;
    const [to = ''] = node.outputs;
    const tensor = this.#constants.get(from);
    const type = this.#types.get(from);
    const by = `Node "${node.name}" (${node.opType})`;
    if (tensor) {
      this.#keep(to, tensor, by);
      if (this.#stored.has(from)) this.#stored.add(to);
    } else if (type) {
      this.#define(to, type, by);
      this.#aliases.set(to, from);
    } else this.#infer(node);
  }

  #prepared(node: Node): Node {
    if (node.domain !== '') return node;
    switch (node.opType) {
      case 'Reshape':
        return this.#reshape(node);
      case 'Slice':
        return this.#slice(node);
      case 'Concat':
        return this.#options.batch === 1 ? this.#concat(node) : node;
      default:
        return node;
    }
  }

  #contentsOf(name: string): Known | undefined {
    const known = this.#known.get(name);
    const tensor = this.#constants.get(name);
    if (known || tensor === undefined) return known;
    // What has been learnt is no constant, so nothing is worked out from it.
    const learnt = this.#stored.has(name) && tensor.dtype.startsWith('float') && tensor.data.length > 1;
    return learnt ? undefined : knownOf(tensor);
  }

  #reshape(node: Node): Node {
    const [x = '', shape = ''] = node.inputs;
    const from = this.typeOf(x)?.shape;
    const target = this.#contentsOf(shape);
    if (from === undefined || target === undefined) return node;
    if (node.attributes['allowzero']?.value === 1 && target.data.includes(0)) return node;
    const batch = this.#order.holds(x, from) ? this.#options.batch : undefined;
    const numbers = openTarget(from, target.data, batch);
    if (numbers === undefined) return node;
    return { ...node, inputs: [x, this.constant(int64(numbers))], attributes: {} };
  }

  /** Leaves out axes that are taken whole, whose sizes may be unknown. */
  #slice(node: Node): Node {
    const [x = '', ...rest] = node.inputs;
    const lists = rest.map((name) => (name === '' ? undefined : this.#contentsOf(name)?.data));
    const [starts, ends, axes, steps] = lists;
    if (starts === undefined || ends === undefined) return node;
    if ((rest[2] && !axes) || (rest[3] && !steps)) return node;
    const whole = (i: number): boolean =>
      starts[i] === 0 && Number(ends[i]) >= 2 ** 31 - 1 && (steps?.[i] ?? 1) === 1;
    const kept = starts.map((_, i) => i).filter((i) => !whole(i));
    const parts = [starts, ends, axes ?? starts.map((_, i) => i), steps ?? starts.map(() => 1)];
    const tensors = parts.flatMap(
      (list) => tensorOf({ dtype: 'int64', dims: [kept.length], data: kept.map((i) => list[i] ?? 0) }) ?? [],
    );
    if (tensors.length < parts.length) return node;
    return { ...node, inputs: [x, ...tensors.map((tensor) => this.constant(tensor))] };
  }

  /** In a file for one picture a constant joins its values, such as a class token: it is repeated for every sample. */
  #concat(node: Node): Node {
    const reference = node.inputs.find((name) => this.typeOf(name)?.shape[0] === BATCH);
    if (reference === undefined || node.attributes['axis']?.value === 0) return node;
    const inputs = node.inputs.map((name) => {
      const type = this.typeOf(name);
      return type?.shape[0] === 1 ? this.#repeated(node, name, type, reference) : name;
    });
    return { ...node, inputs };
  }

  #repeated(node: Node, name: string, { shape }: ValueType, reference: string): string {
    const make = (opType: string, inputs: string[], attributes: Attributes): string => {
      const output = this.fresh();
      this.#place({ ...node, opType, inputs, outputs: [output], attributes });
      return output;
    };
    const batch = make('Shape', [reference], { start: int(0), end: int(1) });
    const ones = this.constant(int64(shape.slice(1).map(() => 1)));
    return make('Expand', [name, make('Concat', [batch, ones], { axis: int(0) })], {});
  }

  #infer(node: Node): readonly ValueType[] {
    if (node.opType === DROPOUT && node.domain === '') {
      const type = this.typeOf(node.inputs[0] ?? '');
      // Any op of one operand says best what is missing.
      return type ? [type] : inferNode({ ...node, opType: 'Relu', attributes: {} }, this);
    }
    const types = inferNode(node, this);
    return node.opType === 'Expand' ? types.map((type) => this.#expanded(node, type)) : types;
  }

  #expanded(node: Node, type: ValueType): ValueType {
    const [x = '', shape = ''] = node.inputs;
    const target = this.#known.get(shape)?.data;
    const expanded = target && broadcastShapes(this.typeOf(x)?.shape ?? [], target);
    return expanded ? { ...type, shape: expanded } : type;
  }

  #evaluate(node: Node, type: ValueType | undefined): Known | undefined {
    if (type === undefined || node.opType === DROPOUT) return undefined;
    const contents = node.inputs.map((name) => this.#contentsOf(name));
    return evaluate(inferContextOf(node, this), type, contents);
  }

  #keep(name: string, tensor: Tensor, by = 'An initializer'): void {
    this.#define(name, { dtype: tensor.dtype, shape: tensor.dims }, by);
    this.#constants.set(name, tensor);
  }

  #define(name: string, type: ValueType, by: string): void {
    if (this.#types.has(name)) throw definedTwice(name, by);
    const perSample = elementCount(type.shape.filter((dim) => typeof dim === 'number'));
    if (perSample > LARGEST) {
      const shape = formatShape(type.shape);
      throw new LabError(
        'ONNX_INVALID_GRAPH',
        `${by} gives "${name}" the shape ${shape}, which no machine holds.`,
      );
    }
    this.#types.set(name, type);
  }
}
