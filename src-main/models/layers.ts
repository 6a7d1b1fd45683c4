/** Layers: each declares its parameters under PyTorch's names and adds its ops to the graph. */
import { scaleShift } from '../autograd/lowering/channels.ts';
import { trainableConvolution } from '../autograd/lowering/convolution.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { dropout } from './dropout.ts';
import { constant, fans, kaimingUniform, uniform, type Initializer } from './initializers.ts';

/** A tensor of a network's state: a parameter, which training moves, or a buffer, which the data move. */
export interface ParameterSpec {
  /** As in PyTorch's `state_dict`, such as `layer1.0.conv1.weight`. */
  readonly name: string;
  readonly dims: readonly number[];
  readonly kind: 'parameter' | 'buffer';
  readonly initialize: Initializer;
}

/** How a network is laid out as a graph. */
export interface NetworkOptions {
  /** In training BatchNorm uses the batch's statistics and Dropout drops. */
  readonly training: boolean;
  /**
   * Whether a parameter is trained. A BatchNorm layer whose parameters are not is frozen: it normalises with its
   * running statistics, which do not move.
   */
  isTrainable(name: string): boolean;
}

/** PyTorch's default momentum of running statistics: new = 0.9 old + 0.1 batch. */
const BATCH_NORM_MOMENTUM = 0.1;

/** A network under construction: the graph, and the state its layers have asked for. */
export class Network {
  readonly g: GraphBuilder;
  readonly options: NetworkOptions;
  /** The state so far, in PyTorch's order. */
  readonly state: ParameterSpec[] = [];
  /** New values of the buffers that this step moves, by the buffers' names. */
  readonly bufferUpdates = new Map<string, Value>();
  #randomKey: { seed: Value; step: Value } | undefined;
  #dropoutLayers = 0;

  constructor(g: GraphBuilder, options: NetworkOptions) {
    this.g = g;
    this.options = options;
  }

  /** Declares a parameter as a graph input. */
  parameter(name: string, dims: readonly number[], initialize: Initializer): Value {
    return this.#declare({ name, dims, kind: 'parameter', initialize });
  }

  /** Declares a buffer as a graph input. */
  buffer(name: string, dims: readonly number[], initialize: Initializer): Value {
    return this.#declare({ name, dims, kind: 'buffer', initialize });
  }

  #declare(spec: ParameterSpec): Value {
    this.state.push(spec);
    return this.g.input(spec.name, 'float32', spec.dims);
  }

  /** The seed and step that key random layers: graph inputs, there only if a layer asks for them. */
  randomKey(): { seed: Value; step: Value; layer: number } {
    this.#randomKey ??= {
      seed: this.g.input('random_seed', 'uint32', [1]),
      step: this.g.input('random_step', 'uint32', [1]),
    };
    return { ...this.#randomKey, layer: this.#dropoutLayers++ };
  }
}

/** Options of {@link conv2d}, named and defaulted as `torch.nn.Conv2d`'s. */
export interface Conv2dOptions {
  readonly out_channels: number;
  readonly kernel_size: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
  readonly groups?: number;
  readonly bias?: boolean;
  readonly initialize?: Initializer;
}

/** `torch.nn.Conv2d`: x `[N, C, H, W]` → `[N, out_channels, H', W']`. */
export function conv2d(net: Network, x: Value, name: string, options: Conv2dOptions): Value {
  const {
    out_channels,
    kernel_size,
    stride = 1,
    padding = 0,
    dilation = 1,
    groups = 1,
    bias = true,
  } = options;
  const dims = [out_channels, (x.shape[1] as number) / groups, kernel_size, kernel_size];
  const window = {
    kernel: [kernel_size, kernel_size],
    strides: [stride, stride],
    dilations: [dilation, dilation],
    pads: [padding, padding, padding, padding],
  };
  return net.g.scope(name, () => {
    const weight = net.parameter(`${name}.weight`, dims, options.initialize ?? kaimingUniform);
    const bound = 1 / Math.sqrt(fans(dims).fanIn);
    const shift = bias ? net.parameter(`${name}.bias`, [out_channels], uniform(bound)) : undefined;
    const { strides, dilations, pads } = window;
    return net.options.training && net.options.isTrainable(weight.name)
      ? trainableConvolution(net.g, x, weight, shift, { window, group: groups })
      : net.g.conv(x, weight, shift, { strides, dilations, pads, group: groups });
  });
}

/** `torch.nn.Linear`: x `[N, in]` → `[N, out]`. */
export function linear(net: Network, x: Value, name: string, outFeatures: number): Value {
  const inFeatures = x.shape[1] as number;
  return net.g.scope(name, () => {
    const weight = net.parameter(`${name}.weight`, [outFeatures, inFeatures], kaimingUniform);
    const bias = net.parameter(`${name}.bias`, [outFeatures], uniform(1 / Math.sqrt(inFeatures)));
    return net.g.gemm(x, weight, bias, { transB: 1 });
  });
}

/** `torch.nn.BatchNorm2d`: x `[N, C, H, W]`, normalised by channel. */
export function batchNorm2d(net: Network, x: Value, name: string, epsilon = 1e-5): Value {
  const { g } = net;
  const dims = [x.shape[1] as number];
  return g.scope(name, () => {
    const weight = net.parameter(`${name}.weight`, dims, constant(1));
    const bias = net.parameter(`${name}.bias`, dims, constant(0));
    const mean = net.buffer(`${name}.running_mean`, dims, constant(0));
    const variance = net.buffer(`${name}.running_var`, dims, constant(1));
    const trained = net.options.isTrainable(weight.name) || net.options.isTrainable(bias.name);
    if (!net.options.training || !trained)
      return g.batchNormalization(x, weight, bias, mean, variance, epsilon);
    const [y, batchMean, batchVariance] = g.batchNormalizationTraining(x, weight, bias, epsilon);
    net.bufferUpdates.set(mean.name, runningAverage(g, mean, batchMean));
    net.bufferUpdates.set(variance.name, runningAverage(g, variance, unbiased(g, batchVariance, x)));
    return y;
  });
}

function runningAverage(g: GraphBuilder, running: Value, batch: Value): Value {
  return g.add(
    g.mul(running, g.scalar(1 - BATCH_NORM_MOMENTUM)),
    g.mul(batch, g.scalar(BATCH_NORM_MOMENTUM)),
  );
}

/** PyTorch keeps the unbiased variance as running statistic: population variance × n / (n − 1). */
function unbiased(g: GraphBuilder, variance: Value, x: Value): Value {
  const axes = x.shape.flatMap((_, i) => (i === 1 ? [] : [i]));
  const sizes = g.gather(g.shape(x), g.ints(axes), 0);
  const count = g.cast(g.reduceProd(sizes, undefined, false), 'float32');
  return g.mul(variance, g.div(count, g.sub(count, g.scalar(1))));
}

/** `torch.nn.Dropout`: nothing in evaluation. */
export function dropoutLayer(net: Network, x: Value, p: number): Value {
  return net.options.training && p > 0 ? dropout(net.g, x, p, net.randomKey()) : x;
}

/** Mean and deviation of the pixels in 0–1 that a network expects, by channel. */
export interface Normalization {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Pixels as they come, uint8 `[N, H, W, 3]`, → (x / 255 − mean) / std, float32 `[N, 3, H, W]`. */
export function normalizedImages(g: GraphBuilder, pixels: Value, { mean, std }: Normalization): Value {
  return g.scope('input', () => {
    const planes = g.cast(g.transpose(pixels, [0, 3, 1, 2]), 'float32');
    const scale = g.floats(std.map((deviation) => 1 / (255 * deviation)));
    const shift = g.floats(mean.map((value, i) => -value / (std[i] as number)));
    return scaleShift(g, planes, scale, shift);
  });
}
