/** One run of a model by onnxruntime, for tests that compare with it. */
import { createSession } from '../../src-main/runtime/session.ts';
import type { Tensor } from '../../src-main/onnx/tensor.ts';
import type { Model } from '../../src-main/onnx/types.ts';

/**
 * Runs a model on the CPU with one thread and gives its outputs by name.
 *
 * Without `optimize` every node runs as written, and no kernel is replaced by a fused or reordered one.
 */
export async function runOnnx(
  model: Model | Uint8Array,
  feeds: ReadonlyMap<string, Tensor>,
  options: { readonly optimize?: boolean } = {},
): Promise<Map<string, Tensor>> {
  const session = await createSession(model, { threads: 1, optimize: options.optimize ?? true });
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}
