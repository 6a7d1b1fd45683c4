/** Tensors of the float64 reference: every element type is held in a `Float64Array`. */
import type { DataType, Tensor } from '../../../src-main/onnx/tensor.ts';

/** A tensor's value. Elements of integer types are whole numbers below 2^53. */
export interface Value64 {
  readonly dtype: DataType;
  readonly dims: readonly number[];
  readonly data: Float64Array;
}

/** Every element of float types is kept in float64, whatever precision the type names. */
export function fromTensor({ dtype, dims, data }: Tensor): Value64 {
  return { dtype, dims, data: Float64Array.from(data as Float32Array, Number) };
}

/** A value whose elements are computed one by one from their indices. */
export function fill(
  dtype: DataType,
  dims: readonly number[],
  element: (index: readonly number[], position: number) => number,
): Value64 {
  return { dtype, dims, data: Float64Array.from(indices(dims), element) };
}

/** The number of elements. */
export function count(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** Every index of a tensor in row-major order. */
export function indices(dims: readonly number[]): number[][] {
  return Array.from({ length: count(dims) }, (_, position) => indexAt(dims, position));
}

function indexAt(dims: readonly number[], position: number): number[] {
  const index = new Array<number>(dims.length);
  let rest = position;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    index[axis] = rest % dims[axis]!;
    rest = Math.floor(rest / dims[axis]!);
  }
  return index;
}

/** The place of an index in row-major order. */
export function positionOf(dims: readonly number[], index: readonly number[]): number {
  let position = 0;
  for (let axis = 0; axis < dims.length; axis++) position = position * dims[axis]! + index[axis]!;
  return position;
}

/** The element at an index. */
export function at(value: Value64, index: readonly number[]): number {
  return value.data[positionOf(value.dims, index)]!;
}

/** The element that broadcasting puts at an index of a result of higher or equal rank. */
export function broadcastAt(value: Value64, index: readonly number[]): number {
  const own = index.slice(index.length - value.dims.length);
  return at(
    value,
    own.map((place, axis) => (value.dims[axis] === 1 ? 0 : place)),
  );
}

/** The dimensions several operands broadcast to, by NumPy's rules. */
export function broadcastDims(all: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...all.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = all.map((dims) => dims[axis - rank + dims.length] ?? 1);
    const size = sizes.find((candidate) => candidate !== 1) ?? 1;
    if (sizes.some((other) => other !== 1 && other !== size)) {
      throw new Error(`Shapes do not broadcast: ${all.map((dims) => `[${dims.join(', ')}]`).join(', ')}.`);
    }
    return size;
  });
}

const INTEGER_BITS: Partial<Record<DataType, { bits: number; signed: boolean }>> = {
  int8: { bits: 8, signed: true },
  uint8: { bits: 8, signed: false },
  int16: { bits: 16, signed: true },
  uint16: { bits: 16, signed: false },
  int32: { bits: 32, signed: true },
  uint32: { bits: 32, signed: false },
  int64: { bits: 64, signed: true },
  uint64: { bits: 64, signed: false },
};

/** Whether the type is one of whole numbers. */
export function isInteger(dtype: DataType): boolean {
  return INTEGER_BITS[dtype] !== undefined;
}

/** The width of an integer type in bits. */
export function bitsOf(dtype: DataType): number {
  return INTEGER_BITS[dtype]?.bits ?? 0;
}

/** A whole number of any size as the integer type keeps it: modulo 2 to its width. */
export function wrap(dtype: DataType, value: bigint): number {
  const { bits, signed } = INTEGER_BITS[dtype]!;
  return Number(signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value));
}
