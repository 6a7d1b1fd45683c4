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

/** `x.roll(1, 0)` */
function rolled(g: GraphBuilder, x: Value): Value {
  const last = g.slice(x, [-1], [Number.MAX_SAFE_INTEGER], [0]);
  const others = g.slice(x, [0], [-1], [0]);
  return g.reshapeTo(g.concat([last, others], 0), g.shape(x), x.shape);
}
