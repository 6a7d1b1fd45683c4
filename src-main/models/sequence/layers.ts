/** Every layer that a file can name, with PyTorch's options. To add one: a line here. */
import { z } from 'zod';
import type { Value } from '../../onnx/graph-builder.ts';
import { silu } from '../layers/activations.ts';
import {
  avgPool2d,
  batchNorm2d,
  conv2d,
  dropout2dLayer,
  dropoutLayer,
  linear,
  localResponseNorm,
  maxPool2d,
  squeezeExcitation,
  type Network,
  type Pool2dOptions,
} from '../layers/index.ts';
import { flag, optional, padding, positive, probability, readOptions, real, side, size } from './options.ts';
import type { Place } from './place.ts';

/** A layer whose options are checked; its input is checked when it is laid out. */
export type CheckedLayer = (net: Network, x: Value, name: string, at: Place) => Value;

/** A kind of layer. */
export interface LayerKind {
  /** Names of the parts below it that have parameters of their own; none for a layer without parameters. */
  readonly parts?: readonly string[];
  /** @throws LabError `MODEL_FILE` */
  read(options: Readonly<Record<string, unknown>>, at: Place): CheckedLayer;
}

function kind<Shape extends z.ZodRawShape>(
  shape: Shape,
  layer: (options: z.output<z.ZodObject<Shape>>) => CheckedLayer,
): LayerKind {
  return { read: (raw, at) => layer(readOptions(shape, raw, at)) };
}

/** A kind of layer that must have a name, for its parameters. */
function withParameters(of: LayerKind, parts: readonly string[] = []): LayerKind {
  return { ...of, parts };
}

/** A function of each element. */
function activation(make: (net: Network, x: Value) => Value): LayerKind {
  return kind({}, () => (net, x, name) => net.g.scope(name, () => make(net, x)));
}

function pool(layer: (net: Network, x: Value, name: string, options: Pool2dOptions) => Value): LayerKind {
  const shape = { kernel_size: side, stride: optional(side), padding: optional(padding) };
  return kind(shape, (options) => (net, x, name, at) => {
    at.images(x);
    if (2 * (options.padding ?? 0) > options.kernel_size)
      at.fail(`padding: expected at most half of kernel_size ${options.kernel_size}, not ${options.padding}`);
    return layer(net, x, name, options);
  });
}

const convolution = kind(
  {
    in_channels: optional(size),
    out_channels: size,
    kernel_size: side,
    stride: optional(side),
    padding: optional(padding),
    dilation: optional(side),
    groups: optional(size),
    bias: optional(flag),
  },
  ({ in_channels, ...options }) =>
    (net, x, name, at) => {
      const channels = at.images(x, 'in_channels', in_channels);
      const { groups = 1, out_channels } = options;
      if (channels % groups !== 0 || out_channels % groups !== 0)
        at.fail(`groups: expected a divisor of ${channels} and ${out_channels} channels, not ${groups}`);
      return conv2d(net, x, name, options);
    },
);

const batchNorm = kind(
  { num_features: optional(size), eps: optional(positive), momentum: optional(probability) },
  ({ num_features, ...options }) =>
    (net, x, name, at) => {
      at.images(x, 'num_features', num_features);
      return batchNorm2d(net, x, name, options);
    },
);

const linearKind = kind(
  { in_features: optional(size), out_features: optional(size) },
  ({ in_features, out_features }) =>
    (net, x, name, at) => {
      at.vectors(x, in_features);
      if (out_features === undefined)
        return at.fail(`out_features: expected ${size.description}, not nothing`);
      return linear(net, x, name, out_features);
    },
);

const responseNorm = kind(
  {
    size: z
      .int()
      .min(1)
      .max(1023)
      .refine((value) => value % 2 === 1)
      .describe('an odd whole number from 1 to 1023'),
    alpha: optional(positive),
    beta: optional(positive),
    k: optional(positive),
  },
  (options) => (net, x, name, at) => {
    at.images(x);
    return localResponseNorm(net, x, name, options);
  },
);

/** The layers but `residual`, which holds others. */
export const LAYERS: Readonly<Record<string, LayerKind>> = {
  Conv2d: withParameters(convolution),
  BatchNorm2d: withParameters(batchNorm),
  ReLU: activation(({ g }, x) => g.relu(x)),
  Tanh: activation(({ g }, x) => g.tanh(x)),
  Sigmoid: activation(({ g }, x) => g.sigmoid(x)),
  GELU: activation(({ g }, x) => g.gelu(x)),
  Hardswish: activation(({ g }, x) => g.hardSwish(x)),
  SiLU: activation(({ g }, x) => silu(g, x)),
  LeakyReLU: kind(
    { negative_slope: optional(real) },
    ({ negative_slope }) =>
      ({ g }, x, name) =>
        g.scope(name, () => g.leakyRelu(x, negative_slope)),
  ),
  MaxPool2d: pool(maxPool2d),
  AvgPool2d: pool(avgPool2d),
  AdaptiveAvgPool2d: kind(
    { output_size: optional(z.literal(1).describe('1')) },
    () =>
      ({ g }, x, name, at) => {
        at.images(x);
        return g.scope(name, () => g.globalAveragePool(x));
      },
  ),
  Flatten: kind(
    {},
    () =>
      ({ g }, x, name) =>
        x.shape.length === 2 ? x : g.scope(name, () => g.flatten(x)),
  ),
  Linear: withParameters(linearKind),
  Dropout: kind(
    { p: optional(probability) },
    ({ p = 0.5 }) =>
      (net, x) =>
        dropoutLayer(net, x, p),
  ),
  Dropout2d: kind({ p: optional(probability) }, ({ p = 0.5 }) => (net, x, _, at) => {
    at.images(x);
    return dropout2dLayer(net, x, p);
  }),
  LocalResponseNorm: responseNorm,
  'squeeze-excitation': withParameters(
    kind({ squeeze_channels: size }, ({ squeeze_channels }) => (net, x, name, at) => {
      at.images(x);
      return squeezeExcitation(net, x, name, squeeze_channels);
    }),
    ['fc1', 'fc2'],
  ),
};
