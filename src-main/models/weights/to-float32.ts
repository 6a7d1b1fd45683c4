/** Weights of any element type as float32, the type that training works in. */
import { float32, type FloatTensor, type Tensor } from '../../onnx/tensor.ts';
import { bfloat16ToFloat32, float16ToFloat32 } from './half-precision.ts';

/** The tensor as float32: exact for float16, bfloat16 and small integers, rounded to nearest for the others. */
export function toFloat32(tensor: Tensor): FloatTensor {
  return float32(tensor.dims, floats(tensor));
}

function floats({ dtype, data }: Tensor): Float32Array {
  if (data instanceof Float32Array) return data;
  if (dtype === 'float16') return float16ToFloat32(data as Uint16Array);
  if (dtype === 'bfloat16') return bfloat16ToFloat32(data as Uint16Array);
  return Float32Array.from<number | bigint>(data, Number);
}
