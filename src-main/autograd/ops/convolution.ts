/** Gradients of convolutions. */
import type { Value } from '../../onnx/graph-builder.ts';
import type { convolution as schemas } from '../../onnx/ops/convolution.ts';
import { windowOf, type Window } from '../../onnx/ops/window.ts';
import { channelSum } from '../lowering/channels.ts';
import { convInputGradient, convWeightGradient, type ConvGeometry } from '../lowering/convolution.ts';
import { knownSizes, unsupported, type GradientRule, type Vjp, type VjpContext } from '../rule.ts';

/** A convolution's geometry over images, and the way there and back. */
interface Images {
  readonly geometry: ConvGeometry;
  /** Rows `[N, C, W]` as images `[N, C, 1, W]`; images as they are. */
  lift(value: Value): Value;
  drop(value: Value): Value;
}

function asImages(c: VjpContext): Images {
  const { g, node, attributes, x } = c;
  const weight = knownSizes(node, x(1).shape);
  knownSizes(node, x(0).shape.slice(1));
  const window = windowOf(attributes, x(0).shape.slice(2), weight.slice(2));
  const group = attributes.int('group', 1);
  if (weight.length === 4) {
    return { geometry: { window, group }, lift: (value) => value, drop: (value) => value };
  }
  if (weight.length !== 3) unsupported(node, 'only convolutions over one or two axes are differentiated');
  const [before = 0, after = 0] = window.pads;
  const wide: Window = {
    kernel: [1, ...window.kernel],
    strides: [1, ...window.strides],
    dilations: [1, ...window.dilations],
    pads: [0, before, 0, after],
  };
  return {
    geometry: { window: wide, group },
    lift: (value) => g.unsqueeze(value, [2]),
    drop: (value) => g.squeeze(value, [2]),
  };
}

const conv: Vjp = (c) => {
  const { g, inputs, x, dy, needs } = c;
  const { geometry, lift, drop } = asImages(c);
  return [
    needs(0) ? drop(convInputGradient(g, lift(dy), lift(x(1)), lift(x(0)), geometry)) : undefined,
    needs(1) ? drop(convWeightGradient(g, lift(x(0)), lift(dy), lift(x(1)), geometry)) : undefined,
    inputs[2] && needs(2) ? channelSum(g, dy) : undefined,
  ];
};

/** The transposed convolution is linear: its transpose is the convolution, and x and dy change places in dW. */
const convTranspose: Vjp = (c) => {
  const { g, inputs, x, dy, needs } = c;
  const { geometry, lift, drop } = asImages(c);
  const { strides, dilations, pads } = geometry.window;
  const options = { strides, dilations, pads, group: geometry.group };
  return [
    needs(0) ? drop(g.conv(lift(dy), lift(x(1)), undefined, options)) : undefined,
    needs(1) ? drop(convWeightGradient(g, lift(dy), lift(x(0)), lift(x(1)), geometry)) : undefined,
    inputs[2] && needs(2) ? channelSum(g, dy) : undefined,
  ];
};

export const convolution: Readonly<Record<keyof typeof schemas, GradientRule>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
};
