/**
 * Mixup and cutmix inside the training graph: sample i is mixed with sample i − 1 of its batch, the first with the
 * last, as torchvision's `v2.MixUp` and `v2.CutMix` do. What is drawn comes in as `mix_mask` and `mix_weight`.
 */
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';

/** m · x + (1 − m) · roll(x). @param images float32 `[N, 3, S, S]` */
export function mixedImages(g: GraphBuilder, images: Value, imageSize: number): Value {
  const mask = g.input('mix_mask', 'float32', [1, 1, imageSize, imageSize]);
  return blend(g, mask, images, rolled(g, images));
}

/**
 * w · loss(labels) + (1 − w) · loss(roll(labels)).
 *
 * @param labels int64 `[N]`
 */
export function mixedLoss(g: GraphBuilder, labels: Value, loss: (labels: Value) => Value): Value {
  return blend(g, g.input('mix_weight', 'float32', []), loss(labels), loss(rolled(g, labels)));
}

function blend(g: GraphBuilder, share: Value, own: Value, other: Value): Value {
  return g.add(g.mul(share, own), g.mul(g.sub(g.scalar(1), share), other));
}

/** `x.roll(1, 0)`: row i is row (i − 1 + n) mod n. */
function rolled(g: GraphBuilder, x: Value): Value {
  const count = g.reshape(g.shape(x, 0, 1), []);
  const before = g.add(g.range(g.ints(0), count, g.ints(1)), g.sub(count, g.ints(1)));
  return g.reshapeTo(g.gather(x, g.mod(before, count), 0), g.shape(x), x.shape);
}
