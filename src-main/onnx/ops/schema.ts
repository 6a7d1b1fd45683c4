/** What the checker, the builder and shape inference know of an op, and the helpers that op files share. */
import { LabError } from '../../../src-shared/errors.ts';
import { floatOf, intOf, intsOf, stringOf } from '../attributes.ts';
import { compatibleShapes, formatShape, sameDim, UNKNOWN } from '../dims.ts';
import type { DataType, Tensor } from '../tensor.ts';
import type { AttributeValue, Dim, Node, Shape } from '../types.ts';

/** Element type and shape of a value. */
export interface ValueType {
  readonly dtype: DataType;
  readonly shape: Shape;
}

/** Kinds of element types, as ONNX's type constraints group them. */
export type ElementKind = 'float' | 'signed' | 'unsigned' | 'integer' | 'number' | 'bool';

/** An op: how many inputs and outputs it takes, which attributes, and what its outputs look like. */
export interface OpSchema {
  /** Least and greatest number of inputs. */
  readonly inputs: readonly [number, number];
  /** Least and greatest number of outputs. */
  readonly outputs: readonly [number, number];
  /** The attributes the op may carry, with their types. */
  readonly attributes?: Readonly<Record<string, AttributeValue['type']>>;
  /** The kind of elements that input 0 must have; any unless given. */
  readonly elements?: ElementKind;
  /** Types and shapes of all outputs. @throws LabError `ONNX_SHAPE` */
  infer(context: InferContext): readonly ValueType[];
}

/** A node under inference: its inputs' types, its constants and its attributes. */
export class InferContext {
  readonly node: Node;
  readonly #types: readonly (ValueType | undefined)[];
  readonly #constants: readonly (Tensor | undefined)[];

  constructor(
    node: Node,
    types: readonly (ValueType | undefined)[],
    constants: readonly (Tensor | undefined)[],
  ) {
    this.node = node;
    this.#types = types;
    this.#constants = constants;
  }

  /** The number of inputs given, trailing omitted ones not counted. */
  get inputCount(): number {
    return this.#types.length;
  }

  /** Whether an optional input is given. */
  has(index: number): boolean {
    return this.#types[index] !== undefined;
  }

  /** Type and shape of an input. */
  input(index: number): ValueType {
    return this.#types[index] ?? this.fail(`input ${index}`, 'a value', 'none');
  }

  /** An input's shape, which must have this rank. */
  shapeOf(index: number, rank: number, meaning: string): Shape {
    const { shape } = this.input(index);
    if (shape.length !== rank) this.fail(`input ${index}`, `${meaning} (rank ${rank})`, formatShape(shape));
    return shape;
  }

  /** An input of integers (int64 or int32) that must be known when the graph is built. */
  constantInts(index: number, meaning: string): readonly number[] {
    const { dtype } = this.input(index);
    if (dtype !== 'int64' && dtype !== 'int32') this.fail(`input ${index}`, `${meaning} as int64`, dtype);
    return this.constantNumbers(index, meaning);
  }

  /** {@link constantInts} of which none is negative. */
  constantSizes(index: number, meaning: string): readonly number[] {
    const sizes = this.constantInts(index, meaning);
    if (sizes.some((size) => size < 0)) {
      this.fail(`input ${index}`, `${meaning} of sizes from 0 up`, `[${sizes.join(', ')}]`);
    }
    return sizes;
  }

  /** An input that must be known when the graph is built, as numbers. */
  constantNumbers(index: number, meaning: string): readonly number[] {
    const tensor = this.#constants[index];
    if (tensor === undefined) {
      return this.fail(`input ${index}`, `${meaning} as a constant`, 'a value computed at run time');
    }
    return Array.from(tensor.data as Float32Array, Number);
  }

  /** The constant behind an input, if it is one. */
  constant(index: number): Tensor | undefined {
    return this.#constants[index];
  }

  int(name: string, fallback: number): number {
    return intOf(this.node, name) ?? fallback;
  }

  /** An attribute that has no default. */
  requiredInt(name: string): number {
    if (this.node.attributes[name] === undefined) this.fail(`attribute "${name}"`, 'a value', 'none');
    return this.int(name, 0);
  }

  float(name: string, fallback: number): number {
    return floatOf(this.node, name) ?? fallback;
  }

  ints(name: string): readonly number[] | undefined {
    return intsOf(this.node, name);
  }

  string(name: string, fallback: string): string {
    return stringOf(this.node, name) ?? fallback;
  }

  /** An axis counted from the front, checked against the rank. */
  axis(value: number, rank: number): number {
    const axis = value < 0 ? value + rank : value;
    if (!Number.isInteger(axis) || axis < 0 || axis >= rank) {
      this.fail('axis', `${-rank} to ${rank - 1}`, String(value));
    }
    return axis;
  }

  /** Checks that an input has the same element type as input 0. */
  sameType(index: number): void {
    const expected = this.input(0).dtype;
    const found = this.input(index).dtype;
    if (expected !== found) this.fail(`input ${index}`, `element type ${expected}, as input 0`, found);
  }

  /** Checks the kind of an input's elements. */
  expectElements(index: number, kind: ElementKind): void {
    const { dtype } = this.input(index);
    if (!isOfKind(dtype, kind)) this.fail(`input ${index}`, `${kind} elements`, dtype);
  }

  /** Checks that a list names no axis twice. */
  distinct(index: number, axes: readonly number[]): readonly number[] {
    if (new Set(axes).size < axes.length) {
      this.fail(`input ${index}`, 'axes that differ', `[${axes.join(', ')}]`);
    }
    return axes;
  }

  /** Checks an input's shape. */
  expectShape(index: number, expected: Shape): void {
    const { shape } = this.input(index);
    if (!compatibleShapes(shape, expected)) {
      this.fail(`input ${index}`, `shape ${formatShape(expected)}`, formatShape(shape));
    }
  }

  /** Throws the error that names node, op, place, expectation and finding. */
  fail(place: string, expected: string, found: string): never {
    const value = /^input (\d+)$/.exec(place);
    const name = value ? this.node.inputs[Number(value[1])] : undefined;
    throw new LabError(
      'ONNX_SHAPE',
      `Node "${this.node.name}" (${this.node.opType}), ${place}${name ? ` "${name}"` : ''}: expected ${expected}, found ${found}.`,
    );
  }
}

/**
 * The shape two operands broadcast to, by NumPy's rules.
 *
 * @returns `undefined` when two known sizes differ and neither is 1
 */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const result: Dim[] = [];
  for (let i = 0; i < rank; i++) {
    const dim = broadcastDims(a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1);
    if (dim === undefined) return undefined;
    result.push(dim);
  }
  return result;
}

function broadcastDims(a: Dim, b: Dim): Dim | undefined {
  if (a === 1) return b;
  if (b === 1 || sameDim(a, b)) return a;
  // A size greater than one decides against a symbol, which must equal it or be one.
  if (typeof a === 'number') return typeof b === 'number' ? undefined : a;
  return typeof b === 'number' ? b : UNKNOWN;
}

function isOfKind(dtype: DataType, kind: ElementKind): boolean {
  if (kind === 'bool') return dtype === 'bool';
  const unsigned = dtype.startsWith('uint');
  const integer = unsigned || dtype.startsWith('int');
  switch (kind) {
    case 'float':
      return !integer && dtype !== 'bool';
    case 'signed':
      return !unsigned && dtype !== 'bool';
    case 'unsigned':
      return unsigned;
    case 'integer':
      return integer;
    case 'number':
      return dtype !== 'bool';
  }
}
