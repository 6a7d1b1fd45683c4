/** An L2 penalty as part of the loss. */
import type { GraphBuilder, Value } from '../../onnx/graph-builder.ts';

/**
 * loss + λ Σ‖p‖², whose gradient is 2 λ p. That is weight decay of 2 λ where the optimizer adds its decay to the
 * gradient, as PyTorch's SGD and Adam do; AdamW's decay, which Adam's moments never see, is another thing
 * (I. Loshchilov and F. Hutter, Decoupled Weight Decay Regularization, 2019). Unlike weight decay the penalty counts
 * in the loss and in the norm that gradients are clipped to.
 */
export function l2Penalty(g: GraphBuilder, loss: Value, parameters: readonly Value[], lambda: number): Value {
  if (lambda === 0) return loss;
  const squares = parameters.map((parameter) => g.reduceSumSquare(parameter, undefined, false));
  return g.add(loss, g.mul(g.sum(squares), g.scalar(lambda)));
}
