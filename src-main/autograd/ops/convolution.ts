/** Gradients of convolutions, pooling and batch normalization. */
import type { Value } from '../../onnx/graph-builder.ts';
import { windowOf, type convolution as schemas, type Window } from '../../onnx/ops/convolution.ts';
import type { Shape } from '../../onnx/types.ts';
import { averagePoolGradient, maxPoolGradient } from '../lowering/pooling.ts';
import { convInputGradient, convWeightGradient, type ConvGeometry } from '../lowering/convolution.ts';
import { channelDot, channelSum, scaleShift } from '../lowering/channels.ts';
import { constantLike, unsupported, type GradientRule, type Vjp, type VjpContext } from '../rule.ts';

function numbers(shape: Shape, c: VjpContext): number[] {
  return shape.map((dim) =>
    typeof dim === 'number' ? dim : unsupported(c.node, 'its channels or image sizes are not known'),
  );
}

function geometryOf(c: VjpContext, image: Value): ConvGeometry {
  const weight = numbers(c.x(1).shape, c);
  if (weight.length !== 4)
    unsupported(c.node, 'only convolutions over images [N, C, H, W] are differentiated');
  const spatial = image.shape.slice(2);
  return { window: windowOf(c.attributes, spatial, weight.slice(2)), group: c.attributes.int('group', 1) };
}

const conv: Vjp = (c) => {
  const { g, inputs, x, dy, needs } = c;
  const geometry = geometryOf(c, x(0));
  numbers(x(0).shape.slice(1), c);
  return [
    needs(0) ? convInputGradient(g, dy, x(1), x(0), geometry) : undefined,
    needs(1) ? convWeightGradient(g, x(0), dy, x(1), geometry) : undefined,
    inputs[2] && needs(2) ? channelSum(g, dy) : undefined,
  ];
};

/** The transposed convolution is linear: its transpose is the convolution, and x and dy change places in dW. */
const convTranspose: Vjp = (c) => {
  const { g, inputs, x, dy, needs } = c;
  const { window, group } = geometryOf(c, x(0));
  const { strides, dilations, pads } = window;
  return [
    needs(0) ? g.conv(dy, x(1), undefined, { strides, dilations, pads, group }) : undefined,
    needs(1) ? convWeightGradient(g, dy, x(0), x(1), { window, group }) : undefined,
    inputs[2] && needs(2) ? channelSum(g, dy) : undefined,
  ];
};

function poolWindow({ attributes, x }: VjpContext): Window {
  return windowOf(attributes, x(0).shape.slice(2), attributes.ints('kernel_shape') ?? []);
}

/** y = scale (x − mean) / √(variance + ε) + bias with given statistics. */
const normFrozen: Vjp = (c) => {
  const { g, x, dy, needs } = c;
  if (needs(3) || needs(4)) unsupported(c.node, 'its statistics are buffers, not parameters');
  const scale = g.mul(x(1), inverseDeviation(c, x(4)));
  const total = needs(1) || needs(2) ? channelSum(g, dy) : undefined;
  return [
    needs(0) ? g.mul(dy, perChannel(c, scale)) : undefined,
    needs(1) && total ? scaleGradient(c, total, x(3), x(4)) : undefined,
    needs(2) ? total : undefined,
  ];
};

/**
 * The same with the batch's own mean and variance, which depend on x
 * (S. Ioffe and C. Szegedy, Batch Normalization, 2015, section 3):
 * dx = a dy + b x + c per channel, with m elements a channel, σ = √(variance + ε),
 * a = scale / σ, b = −a dscale / (m σ), c = −a dbias / m − b mean.
 */
const normTraining: Vjp = (c) => {
  const { g, node, x, dy, needs } = c;
  if (node.attributes['momentum']?.value !== 0) {
    unsupported(
      node,
      'in training mode its momentum must be 0, so that its outputs are the statistics of the batch',
    );
  }
  const mean = g.optionalOutput(node, 1);
  const variance = g.optionalOutput(node, 2);
  const inverse = inverseDeviation(c, variance);
  const dbias = channelSum(g, dy);
  const dscale = scaleGradient(c, dbias, mean, variance);
  if (!needs(0)) return [undefined, dscale, dbias];
  const count = elementsPerChannel(c);
  const a = g.mul(x(1), inverse);
  const b = g.neg(g.div(g.mul(g.mul(a, inverse), dscale), count));
  const offset = g.neg(g.add(g.div(g.mul(a, dbias), count), g.mul(b, mean)));
  return [g.add(g.mul(dy, perChannel(c, a)), scaleShift(g, x(0), b, offset)), dscale, dbias];
};

/** dscale = Σ dy (x − mean) / σ */
function scaleGradient(c: VjpContext, total: Value, mean: Value, variance: Value): Value {
  const { g, x, dy } = c;
  const centred = g.sub(channelDot(g, dy, x(0)), g.mul(mean, total));
  return g.mul(centred, inverseDeviation(c, variance));
}

function inverseDeviation({ g, node }: VjpContext, variance: Value): Value {
  const attribute = node.attributes['epsilon'];
  const epsilon = attribute?.type === 'float' ? attribute.value : 1e-5;
  return g.reciprocal(g.sqrt(g.add(variance, constantLike(g, variance, epsilon))));
}

function elementsPerChannel({ g, x, dy }: VjpContext): Value {
  const { shape } = x(0);
  const others = shape.toSpliced(1, 1);
  if (others.every((dim) => typeof dim === 'number')) {
    return constantLike(
      g,
      dy,
      others.reduce((product, dim) => product * dim, 1),
    );
  }
  const axes = shape.flatMap((_, i) => (i === 1 ? [] : [i]));
  return g.cast(g.reduceProd(g.gather(g.shape(x(0)), g.ints(axes), 0), undefined, false), dy.dtype);
}

/** A vector `[C]` as `[C, 1, 1]`. */
function perChannel({ g, x }: VjpContext, vector: Value): Value {
  return g.reshape(vector, [
    -1,
    ...x(0)
      .shape.slice(2)
      .map(() => 1),
  ]);
}

export const convolution: Readonly<Record<keyof typeof schemas, GradientRule>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: (c) => [maxPoolGradient(c.g, c.x(0), c.dy, c.node, poolWindow(c))],
  AveragePool: (c) => [
    averagePoolGradient(c.g, c.x(0), c.dy, poolWindow(c), c.attributes.int('count_include_pad', 0) === 1),
  ],
  GlobalAveragePool: (c) => {
    const { g, x, dy } = c;
    const area = numbers(x(0).shape.slice(2), c).reduce((product, size) => product * size, 1);
    return [g.expand(g.div(dy, constantLike(g, dy, area)), g.shape(x(0)))];
  },
  BatchNormalization: (c) => (c.attributes.int('training_mode', 0) === 1 ? normTraining(c) : normFrozen(c)),
};
