/** Tensors as plain values: an element type, dimensions and a typed array in row-major order. */

/** Element types, by ONNX's lower-case names. */
export type DataType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool';

/** The array that holds a tensor's elements. float16 and bfloat16 are kept as raw bits, bool as 0 and 1. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A dense tensor. `data.length` is the product of `dims`; a scalar has no dims and one element. */
export interface Tensor {
  readonly dtype: DataType;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

/** A tensor known to hold float32. */
export interface FloatTensor extends Tensor {
  readonly dtype: 'float32';
  readonly data: Float32Array;
}

/** The number of elements of a tensor with these dimensions. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** A float32 tensor. Numbers are copied, a `Float32Array` is kept. */
export function float32(dims: readonly number[], data: Float32Array | readonly number[]): FloatTensor {
  return { dtype: 'float32', dims, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}

/** An int64 tensor: of rank 1 from a list, a scalar from a number. */
export function int64(values: readonly number[] | number): Tensor {
  const list = typeof values === 'number' ? [values] : values;
  const dims = typeof values === 'number' ? [] : [list.length];
  return { dtype: 'int64', dims, data: BigInt64Array.from(list, (value) => BigInt(value)) };
}

/** A scalar float32 tensor. */
export function scalar(value: number): FloatTensor {
  return float32([], [value]);
}

const ARRAY_TYPES = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

/** Bytes of one element. */
export function bytesPerElement(dtype: DataType): number {
  return ARRAY_TYPES[dtype].BYTES_PER_ELEMENT;
}

/** A zero-filled array for `length` elements of `dtype`. */
export function allocate(dtype: DataType, length: number): TensorData {
  return new ARRAY_TYPES[dtype](length);
}

/**
 * Elements read from little-endian bytes. The bytes are used in place where they are aligned, else copied.
 *
 * @throws RangeError when the byte length is no multiple of the element size.
 */
export function fromBytes(dtype: DataType, bytes: Uint8Array): TensorData {
  const type = ARRAY_TYPES[dtype];
  // Not `bytes.slice()`: of Node's Buffer, which files are read into, that is a view and not a copy.
  const aligned = bytes.byteOffset % type.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
  if (aligned.byteLength % type.BYTES_PER_ELEMENT !== 0) {
    throw new RangeError(
      `${bytes.byteLength} bytes are no multiple of ${type.BYTES_PER_ELEMENT}, the size of ${dtype}`,
    );
  }
  return new type(
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    aligned.byteLength / type.BYTES_PER_ELEMENT,
  );
}

/** A tensor's elements as little-endian bytes, in place. */
export function toBytes(tensor: Tensor): Uint8Array {
  return new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
}
