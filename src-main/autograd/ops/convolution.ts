/** Gradients of convolutions. */
import type { Value } from '../../onnx/graph-builder.ts';
import type { convolution as schemas } from '../../onnx/ops/convolution.ts';
import { windowOf } from '../../onnx/ops/window.ts';
import { channelSum } from '../lowering/channels.ts';
import { convInputGradient, convWeightGradient, type ConvGeometry } from '../lowering/convolution.ts';
import { knownSizes, unsupported, type GradientRule, type Vjp, type VjpContext } from '../rule.ts';

function geometryOf(c: VjpContext, image: Value): ConvGeometry {
  const weight = knownSizes(c.node, c.x(1).shape);
  if (weight.length !== 4)
    unsupported(c.node, 'only convolutions over images [N, C, H, W] are differentiated');
  const spatial = image.shape.slice(2);
  return { window: windowOf(c.attributes, spatial, weight.slice(2)), group: c.attributes.int('group', 1) };
}

const conv: Vjp = (c) => {
  const { g, inputs, x, dy, needs } = c;
  const geometry = geometryOf(c, x(0));
  knownSizes(c.node, x(0).shape.slice(1));
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

export const convolution: Readonly<Record<keyof typeof schemas, GradientRule>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
};
