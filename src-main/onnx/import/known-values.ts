/**
 * Contents of small tensors that are known before a graph runs: numbers, and names of sizes that are still open.
 *
 * Exporters write the arithmetic on sizes into the graph (Shape → Gather → Mul → Concat → Reshape). Here it is
 * worked out while the graph is read, with the batch size as a symbol; see `dims.ts`.
 */
import { multiplyDims, UNKNOWN } from '../dims.ts';
import { sliceRanges } from '../ops/parts.ts';
import { reducedAxes } from '../ops/reduction.ts';
import type { InferContext, ValueType } from '../ops/schema.ts';
import { allocate, elementCount, type DataType, type Tensor } from '../tensor.ts';
import type { Dim } from '../types.ts';
import { add, ARITHMETIC, divided, numbers } from './symbolic-arithmetic.ts';

/** A tensor's elements: a number (0 and 1 for bool), or a symbolic size. */
export interface Known {
  readonly dtype: DataType;
  readonly dims: readonly number[];
  readonly data: readonly Dim[];
}

/** Larger tensors are left to the runtime. */
const LARGEST = 4096;

/** The limits of int64, which mean "to the end" in slices. */
const INT64 = [-(2n ** 63n), 2n ** 63n - 1n] as const;

/** A tensor's contents, if it is small. */
export function knownOf({ dtype, dims, data }: Tensor): Known | undefined {
  if (data.length > LARGEST || dtype === 'float16' || dtype === 'bfloat16') return undefined;
  return { dtype, dims, data: Array.from(data as Float32Array, Number) };
}

/** The tensor with these contents, if every one is a number. */
export function tensorOf({ dtype, dims, data }: Known): Tensor | undefined {
  if (!data.every((value) => typeof value === 'number')) return undefined;
  if (dtype === 'int64' || dtype === 'uint64') {
    const wide = data.map((value) => bigIntOf(value));
    return { dtype, dims, data: dtype === 'int64' ? BigInt64Array.from(wide) : BigUint64Array.from(wide) };
  }
  const array = allocate(dtype, data.length) as Float32Array;
  array.set(data);
  return { dtype, dims, data: array };
}

/** A double next to the end of int64 must not wrap around to its other end. */
function bigIntOf(value: number): bigint {
  const wide = BigInt(Math.trunc(value));
  return wide < INT64[0] ? INT64[0] : wide > INT64[1] ? INT64[1] : wide;
}

/**
 * The contents of a node's first output.
 *
 * @param type the output's, as inferred
 * @param inputs what is known of the inputs
 * @returns `undefined` when they depend on what is not known
 */
export function evaluate(
  c: InferContext,
  type: ValueType,
  inputs: readonly (Known | undefined)[],
): Known | undefined {
  const { opType } = c.node;
  if (opType === 'Shape') return { ...sized(type), data: shapeRange(c) };
  if (opType === 'Size') return { ...sized(type), data: [multiplyDims(c.input(0).shape)] };
  if (!type.shape.every((dim) => typeof dim === 'number')) return undefined;
  if (elementCount(type.shape) > LARGEST) return undefined;
  if (!inputs.every((input, i) => input !== undefined || c.node.inputs[i] === '')) return undefined;
  const data = elements(c, type.shape, inputs as Known[]);
  return (
    data && { dtype: type.dtype, dims: type.shape, data: data.map((value) => rounded(value, type.dtype)) }
  );
}

function sized({ dtype, shape }: ValueType): Omit<Known, 'data'> {
  return { dtype, dims: shape as number[] };
}

function shapeRange(c: InferContext): readonly Dim[] {
  const { shape } = c.input(0);
  return shape.slice(c.int('start', 0), c.int('end', shape.length));
}

/** A result as its element type holds it. */
function rounded(value: Dim, dtype: DataType): Dim {
  if (typeof value === 'string' || dtype === 'float64') return value;
  if (dtype === 'float32') return Math.fround(value);
  return Math.abs(value) <= 2 ** 63 ? value : UNKNOWN;
}

function elements(c: InferContext, dims: readonly number[], inputs: readonly Known[]): Dim[] | undefined {
  const { opType } = c.node;
  const [first] = inputs;
  const arithmetic = Object.hasOwn(ARITHMETIC, opType) ? ARITHMETIC[opType] : undefined;
  if (opType === 'Div') return broadcast(dims, inputs).map(([a, b]) => divided(a!, b!, inputs[0]!.dtype));
  if (arithmetic) return broadcast(dims, inputs).map((row) => arithmetic(...row));
  if (first === undefined) return undefined;
  switch (opType) {
    case 'Reshape':
    case 'Flatten':
    case 'Squeeze':
    case 'Unsqueeze':
      return [...first.data];
    case 'Cast':
      return castTo(first, c.node.attributes['to']?.value as number);
    case 'Expand':
      return broadcast(dims, [first]).map(([value]) => value as Dim);
    case 'ConstantOfShape':
      return filled(c, dims);
    case 'Range':
      return range(inputs, dims);
    case 'Transpose':
      return transposed(c, dims, first);
    case 'Slice':
      return sliced(c, dims, first);
    case 'Gather':
      return gathered(c, dims, first, inputs[1] as Known);
    case 'Concat':
      return concatenated(c, dims, inputs);
    case 'ReduceProd':
      return reduced(c, dims, first, (values) => [multiplyDims(values)]);
    case 'ReduceSum':
      return reduced(c, dims, first, (values) => [values.reduce((a, b) => add(a, b))]);
    case 'ReduceMax':
      return reduced(c, dims, first, (values) => [numbers(Math.max)(...values)]);
    case 'ReduceMin':
      return reduced(c, dims, first, (values) => [numbers(Math.min)(...values)]);
    default:
      return undefined;
  }
}

/** Every place of a tensor, in row-major order. */
function places(dims: readonly number[]): number[][] {
  return Array.from({ length: elementCount(dims) }, (_, flat) => {
    let rest = flat;
    return dims
      .toReversed()
      .map((size) => {
        const position = rest % size;
        rest = (rest - position) / size;
        return position;
      })
      .toReversed();
  });
}

function at({ dims, data }: Known, place: readonly number[]): Dim {
  const flat = dims.reduce((sum, size, axis) => sum * size + (place[axis] ?? 0), 0);
  return data[flat] ?? UNKNOWN;
}

/** The operands of each element of the result. */
function broadcast(dims: readonly number[], inputs: readonly Known[]): Dim[][] {
  return places(dims).map((place) =>
    inputs.map((input) => {
      const own = place.slice(dims.length - input.dims.length);
      return at(
        input,
        own.map((position, axis) => (input.dims[axis] === 1 ? 0 : position)),
      );
    }),
  );
}

function transposed(c: InferContext, dims: readonly number[], source: Known): Dim[] {
  const perm = c.ints('perm') ?? source.dims.map((_, i) => source.dims.length - 1 - i);
  return places(dims).map((place) =>
    at(
      source,
      perm.map((_, axis) => place[perm.indexOf(axis)] ?? 0),
    ),
  );
}

function sliced(c: InferContext, dims: readonly number[], source: Known): Dim[] {
  const ranges = sliceRanges(c);
  const from = (position: number, axis: number): number => {
    const found = ranges.find((candidate) => candidate.axis === axis);
    return found ? found.start + position * found.step : position;
  };
  return places(dims).map((place) => at(source, place.map(from)));
}

function castTo({ data, dtype: from }: Known, to: number): Dim[] {
  const toBool = to === 9;
  const toFloat = to === 1 || to === 10 || to === 11 || to === 16;
  return data.map((value) => {
    if (typeof value === 'string') return toBool ? UNKNOWN : value;
    if (toBool) return Number(value !== 0);
    return toFloat || !from.startsWith('float') ? value : Math.trunc(value);
  });
}

function filled(c: InferContext, dims: readonly number[]): Dim[] {
  const value = c.node.attributes['value'];
  const element = value?.type === 'tensor' ? Number(value.value.data[0]) : 0;
  return new Array<Dim>(elementCount(dims)).fill(element);
}

function range([start, , delta]: readonly Known[], [length = 0]: readonly number[]): Dim[] {
  const step = numbers((from, by, i) => from + by * i);
  return Array.from({ length }, (_, i) => step(start?.data[0] ?? UNKNOWN, delta?.data[0] ?? UNKNOWN, i));
}

function gathered(c: InferContext, dims: readonly number[], source: Known, indices: Known): Dim[] {
  const axis = c.axis(c.int('axis', 0), source.dims.length);
  const size = source.dims[axis] ?? 0;
  return places(dims).map((place) => {
    const index = at(indices, place.slice(axis, axis + indices.dims.length));
    if (typeof index !== 'number') return UNKNOWN;
    const position = index < 0 ? index + size : index;
    if (position < 0 || position >= size) c.fail('input 1', `indices below ${size}`, String(index));
    return at(source, [...place.slice(0, axis), position, ...place.slice(axis + indices.dims.length)]);
  });
}

function concatenated(c: InferContext, dims: readonly number[], inputs: readonly Known[]): Dim[] {
  const axis = c.axis(c.int('axis', 0), dims.length);
  return places(dims).map((place) => {
    let position = place[axis] ?? 0;
    for (const input of inputs) {
      const size = input.dims[axis] ?? 0;
      if (position < size) return at(input, place.with(axis, position));
      position -= size;
    }
    return UNKNOWN;
  });
}

function reduced(
  c: InferContext,
  dims: readonly number[],
  source: Known,
  fold: (values: Dim[]) => Dim[],
): Dim[] | undefined {
  const axes = reducedAxes(c);
  // Sizes come in lists, which are folded whole.
  return axes.length === source.dims.length && source.data.length > 0 && elementCount(dims) === 1
    ? fold([...source.data])
    : undefined;
}
