/** The numbers that ONNX files give to element types (TensorProto.DataType). */
import type { DataType } from './tensor.ts';

const NUMBERS: Readonly<Record<DataType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
};

const TYPES = new Map(Object.entries(NUMBERS).map(([dtype, number]) => [number, dtype as DataType]));

/** ONNX's number for an element type. */
export function dataTypeNumber(dtype: DataType): number {
  return NUMBERS[dtype];
}

/** The element type behind ONNX's number, or `undefined` for one the lab does not know (strings, complex, …). */
export function dataTypeOf(number: number): DataType | undefined {
  return TYPES.get(number);
}
