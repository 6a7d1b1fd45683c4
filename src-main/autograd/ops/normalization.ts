/** Gradients of normalizations. */
import type { Value } from '../../onnx/graph-builder.ts';
import type { normalization as schemas } from '../../onnx/ops/normalization.ts';
import { channelDot, channelSum, channelWindowSum, scaleShift } from '../lowering/channels.ts';
import {
  constantLike,
  countAlong,
  knownSizes,
  reshapeLike,
  unsupported,
  type GradientRule,
  type Vjp,
  type VjpContext,
} from '../rule.ts';

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
  const others = x(0).shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const count = countAlong(g, x(0), others, dy);
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

function inverseDeviation({ g, attributes }: VjpContext, variance: Value): Value {
  const epsilon = attributes.float('epsilon', 1e-5);
  return g.reciprocal(g.sqrt(g.add(variance, constantLike(g, variance, epsilon))));
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

/**
 * y = x s^−β with s = bias + α / n Σ x² over the n channels around each:
 * dx = dy s^−β − (2 α β / n) x Σ (dy y / s), the sum over the same channels, since n is odd.
 */
const lrn: Vjp = ({ g, attributes, node, x, outputs, dy }) => {
  knownSizes(node, x(0).shape.slice(1, 2));
  const size = attributes.requiredInt('size');
  const alpha = attributes.float('alpha', 1e-4);
  const beta = attributes.float('beta', 0.75);
  const constant = (value: number): Value => constantLike(g, dy, value);
  const energy = channelWindowSum(g, g.mul(x(0), x(0)), size);
  const s = g.add(g.mul(energy, constant(alpha / size)), constant(attributes.float('bias', 1)));
  const shared = channelWindowSum(g, g.div(g.mul(dy, outputs[0] as Value), s), size);
  const direct = g.mul(dy, g.pow(s, constant(-beta)));
  return [g.sub(direct, g.mul(g.mul(x(0), shared), constant((2 * alpha * beta) / size)))];
};

/**
 * dx of x̂ = (x − mean) / σ over `axes`, statistics of x itself:
 * (dx̂ − avg dx̂ − x̂ avg(dx̂ x̂)) / σ (J. L. Ba, J. R. Kiros and G. E. Hinton, Layer Normalization, 2016).
 */
function normalizedGradient(
  { g }: VjpContext,
  normal: Value,
  inverse: Value,
  dnormal: Value,
  axes: readonly number[],
): Value {
  const centred = g.sub(dnormal, g.reduceMean(dnormal, axes));
  const along = g.mul(normal, g.reduceMean(g.mul(dnormal, normal), axes));
  return g.mul(g.sub(centred, along), inverse);
}

const layerNorm: Vjp = (c) => {
  const { g, attributes, node, inputs, x, dy, needs } = c;
  const rank = x(0).shape.length;
  const first = attributes.axis(attributes.int('axis', -1), rank);
  const axes = Array.from({ length: rank - first }, (_, i) => first + i);
  const inverse = g.optionalOutput(node, 2);
  const normal = g.mul(g.sub(x(0), g.optionalOutput(node, 1)), inverse);
  return [
    needs(0) ? normalizedGradient(c, normal, inverse, g.mul(dy, x(1)), axes) : undefined,
    needs(1) ? g.mul(dy, normal) : undefined,
    inputs[2] ? dy : undefined,
  ];
};

/** Normalizes the last axis of `[N, G, K]`; scale and bias `[G]` belong to the groups. */
const groupNorm: Vjp = (c) => {
  const { g, attributes, node, x, dy, needs } = c;
  const [channels = 0] = knownSizes(node, x(0).shape.slice(1, 2));
  const groups = attributes.int('num_groups', channels);
  const rows = (value: Value): Value => g.reshape(value, [0, groups, -1]);
  const centred = g.sub(rows(x(0)), g.reduceMean(rows(x(0)), [2]));
  const inverse = inverseDeviation(c, g.reduceMean(g.mul(centred, centred), [2]));
  const normal = g.mul(centred, inverse);
  const scale = g.unsqueeze(x(1), [1]);
  return [
    needs(0)
      ? reshapeLike(g, normalizedGradient(c, normal, inverse, g.mul(rows(dy), scale), [2]), x(0))
      : undefined,
    needs(1) ? g.reduceSum(g.mul(rows(dy), normal), [0, 2], false) : undefined,
    needs(2) ? g.reduceSum(rows(dy), [0, 2], false) : undefined,
  ];
};

export const normalization: Readonly<Record<keyof typeof schemas, GradientRule>> = {
  BatchNormalization: (c) => (c.attributes.int('training_mode', 0) === 1 ? normTraining(c) : normFrozen(c)),
  LRN: lrn,
  LayerNormalization: layerNorm,
  /** A group for each channel. */
  InstanceNormalization: groupNorm,
  GroupNormalization: groupNorm,
};
