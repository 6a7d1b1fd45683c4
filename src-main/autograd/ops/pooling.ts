/** Gradients of pooling. */
import type { pooling as schemas } from '../../onnx/ops/pooling.ts';
import { windowOf, type Window } from '../../onnx/ops/window.ts';
import { elementCount } from '../../onnx/tensor.ts';
import { averagePoolGradient, maxPoolGradient } from '../lowering/pooling.ts';
import {
  constantLike,
  knownSizes,
  reshapeLike,
  unsupported,
  type GradientRule,
  type Vjp,
  type VjpContext,
} from '../rule.ts';

function poolWindow({ attributes, x }: VjpContext): Window {
  return windowOf(attributes, x(0).shape.slice(2), attributes.ints('kernel_shape') ?? []);
}

const averagePool: Vjp = (c) => {
  if (c.x(0).shape.length !== 4) unsupported(c.node, 'only averages over two axes are differentiated');
  knownSizes(c.node, c.x(0).shape.slice(1));
  const countIncludePad = c.attributes.int('count_include_pad', 0) === 1;
  return [averagePoolGradient(c.g, c.x(0), c.dy, poolWindow(c), countIncludePad)];
};

/** The number of pixels of an image. */
function area({ node, x }: VjpContext): number {
  return elementCount(knownSizes(node, x(0).shape.slice(2)));
}

/** The first of equal maxima takes it all, as PyTorch's `AdaptiveMaxPool2d` gives it. */
const globalMaxPool: Vjp = (c) => {
  const { g, x, dy } = c;
  const pixels = area(c);
  const rows = g.reshape(x(0), [0, 0, pixels]);
  const places = g.constant({
    dtype: 'int64',
    dims: [pixels],
    data: BigInt64Array.from({ length: pixels }, (_, i) => BigInt(i)),
  });
  const mask = g.cast(g.equal(g.argMax(rows, 2), places), dy.dtype);
  return [reshapeLike(g, g.mul(mask, g.reshape(dy, [0, 0, 1])), x(0))];
};

export const pooling: Readonly<Record<keyof typeof schemas, GradientRule>> = {
  MaxPool: (c) => [maxPoolGradient(c.g, c.x(0), c.dy, c.node)],
  AveragePool: averagePool,
  GlobalAveragePool: (c) => {
    const { g, x, dy } = c;
    return [g.expand(g.div(dy, constantLike(g, dy, area(c))), g.shape(x(0)))];
  },
  GlobalMaxPool: globalMaxPool,
};
