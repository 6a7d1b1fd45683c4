/** An L2 penalty as part of the loss. */
import type { GraphBuilder, Value } from '../../onnx/graph-builder.ts';

/**
 * loss + λ Σ‖p‖². Its gradient is 2 λ p, so that under plain SGD it is weight decay of 2 λ, and under Adam with
 * coupled weight decay of 2 λ, too; AdamW's decay is another thing. In all of them the loss tells it.
 */
export function l2Penalty(g: GraphBuilder, loss: Value, parameters: readonly Value[], lambda: number): Value {
  if (lambda === 0) return loss;
  const squares = parameters.map((parameter) => g.reduceSumSquare(parameter, undefined, false));
  return g.add(loss, g.mul(g.sum(squares), g.scalar(lambda)));
}
