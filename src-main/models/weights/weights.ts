/** What a file of weights holds. */
import type { Tensor } from '../../onnx/tensor.ts';

/** The named tensors of a file, in the file's order and with its element types, and its notes about itself. */
export interface Weights {
  readonly tensors: Map<string, Tensor>;
  /** Free text of the file; PyTorch's files have none. */
  readonly metadata: Readonly<Record<string, string>>;
}
